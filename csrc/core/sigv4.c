#include "core/sigv4.h"

#include "core/alloc.h"
#include "core/crypto.h"
#include "core/sigv4_internal.h"

#define ALGORITHM REK_SLICE("AWS4-HMAC-SHA256")

/* The last second of the year 9999: the date has four digits for the year. */
static const int64_t last_time_s = 253402300799;
/* "Requests presigned ... seven days at most." */
static const int64_t longest_expires_s = 604800;

bool rek_signer_init(struct rek_signer *signer)
{
    *signer = (struct rek_signer){0};
    signer->ready = rek_hasher_init(&signer->hasher);
    return signer->ready;
}

static void clear_key(struct rek_signing_key *key)
{
    rek_buffer_wipe(&key->secret);
    rek_buffer_clear(&key->credential);
    rek_hmac_key_clear(&key->key);
}

void rek_signer_clear(struct rek_signer *signer)
{
    rek_hasher_clear(&signer->hasher);
    rek_sha256_front_clear(&signer->front);
    for (size_t i = 0; i < REK_SIGV4_KEYS; i++)
        clear_key(&signer->keys[i]);
    rek_free(signer->headers.items);
    rek_free(signer->parameters.items);
    rek_buffer_clear(&signer->header_names);
    rek_buffer_wipe(&signer->parameter_text); /* a presigned URL's token was in it */
    *signer = (struct rek_signer){0};
}

void rek_sigv4_result_init(struct rek_sigv4_result *result)
{
    *result = (struct rek_sigv4_result){0};
}

void rek_sigv4_result_clear(struct rek_sigv4_result *result)
{
    rek_buffer_wipe(&result->canonical_request); /* holds the session token */
    rek_buffer_clear(&result->string_to_sign);
    rek_buffer_clear(&result->signed_headers);
    rek_buffer_wipe(&result->authorization);
    rek_buffer_wipe(&result->target);
    rek_sigv4_result_init(result);
}

/* Letters, digits, "-", "_" and ".": what region and service names are made of. */
static bool is_scope_name(struct rek_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return name.len > 0;
}

/* Visible ASCII, and nothing that ends a part of the Authorization header. */
static bool is_key_id(struct rek_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c <= ' ' || c > '~' || c == '/' || c == ',')
            return false;
    }
    return text.len > 0;
}

static bool is_token(struct rek_slice text)
{
    unsigned odd = 0;
    for (size_t i = 0; i < text.len; i++)
        odd |= (text.data[i] <= ' ') | (text.data[i] > '~');
    return !odd;
}

/* What a signing key is derived from. */
static enum rek_sigv4_error check_origin(const struct rek_sigv4_options *options)
{
    struct rek_slice secret = options->credentials.secret_access_key;
    if (!is_scope_name(options->region))
        return REK_SIGV4_REGION;
    if (!is_scope_name(options->service))
        return REK_SIGV4_SERVICE;
    if (!is_key_id(options->credentials.access_key_id))
        return REK_SIGV4_ACCESS_KEY_ID;
    if (secret.len == 0 || !rek_http_is_value(secret))
        return REK_SIGV4_SECRET_ACCESS_KEY;
    return REK_SIGV4_OK;
}

static enum rek_sigv4_error check_options(const struct rek_sigv4_options *options)
{
    if (!is_token(options->credentials.session_token))
        return REK_SIGV4_SESSION_TOKEN;
    if (options->time_s < 0 || options->time_s > last_time_s)
        return REK_SIGV4_TIME;
    if (options->mode == REK_SIGV4_QUERY &&
        (options->expires_s < 1 || options->expires_s > longest_expires_s))
        return REK_SIGV4_EXPIRES;
    return REK_SIGV4_OK;
}

static void append_all(struct rek_buffer *out, const struct rek_slice *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rek_buffer_append_slice(out, parts[i]);
}

#define APPEND_ALL(out, ...)                                                                       \
    append_all(out, (const struct rek_slice[]){__VA_ARGS__},                                       \
               sizeof((const struct rek_slice[]){__VA_ARGS__}) / sizeof(struct rek_slice))

/* One step of the derivation: the key becomes HMAC(key, text). */
static bool derive(struct rek_hasher *hasher, struct rek_hmac_key *key, struct rek_slice text)
{
    unsigned char digest[REK_SHA256_SIZE];
    bool ok = rek_hmac_sha256(hasher, key, text, digest);
    rek_hmac_key_clear(key);
    ok = ok && rek_hmac_key_init(key, hasher, rek_slice_of((char *)digest, sizeof digest));
    rek_wipe(digest, sizeof digest);
    return ok;
}

static enum rek_sigv4_error derive_key(struct rek_hasher *hasher,
                                       const struct rek_sigv4_options *options,
                                       struct rek_slice day, struct rek_hmac_key *key)
{
    struct rek_buffer secret;
    rek_buffer_init(&secret);
    APPEND_ALL(&secret, REK_SLICE("AWS4"), options->credentials.secret_access_key);
    if (secret.failed) {
        rek_buffer_wipe(&secret);
        return REK_SIGV4_NO_MEMORY;
    }
    bool ok = rek_hmac_key_init(key, hasher, rek_buffer_slice(&secret));
    rek_buffer_wipe(&secret);
    ok = ok && derive(hasher, key, day) && derive(hasher, key, options->region) &&
         derive(hasher, key, options->service) && derive(hasher, key, REK_SLICE("aws4_request"));
    if (!ok)
        rek_hmac_key_clear(key);
    return ok ? REK_SIGV4_OK : REK_SIGV4_NO_CRYPTO;
}

/* Takes `part` off the front of *text, where it begins with it. */
static bool take(struct rek_slice *text, struct rek_slice part)
{
    if (part.len > text->len || memcmp(text->data, part.data, part.len) != 0)
        return false;
    *text = rek_slice_of(text->data + part.len, text->len - part.len);
    return true;
}

/* Whether the key is that of these options. None of the parts of a credential has a slash. */
static bool fits(const struct rek_signing_key *key, const struct rek_sigv4_options *options,
                 struct rek_slice day)
{
    struct rek_slice rest = rek_buffer_slice(&key->credential);
    return rest.len > 0 && take(&rest, options->credentials.access_key_id) &&
           take(&rest, REK_SLICE("/")) && take(&rest, day) && take(&rest, REK_SLICE("/")) &&
           take(&rest, options->region) && take(&rest, REK_SLICE("/")) &&
           take(&rest, options->service) && rek_slice_equal(rest, REK_SLICE("/aws4_request")) &&
           rek_slice_equal(rek_buffer_slice(&key->secret), options->credentials.secret_access_key);
}

static enum rek_sigv4_error fill_key(struct rek_signer *signer, struct rek_signing_key *key,
                                     const struct rek_sigv4_options *options, struct rek_slice day)
{
    APPEND_ALL(&key->secret, options->credentials.secret_access_key);
    APPEND_ALL(&key->credential, options->credentials.access_key_id, REK_SLICE("/"), day,
               REK_SLICE("/"), options->region, REK_SLICE("/"), options->service,
               REK_SLICE("/aws4_request"));
    if (key->secret.failed || key->credential.failed)
        return REK_SIGV4_NO_MEMORY;
    return derive_key(&signer->hasher, options, day, &key->key);
}

/* The signing key, from the cache, or a new one that replaces the oldest. */
static enum rek_sigv4_error find_key(struct rek_signer *signer,
                                     const struct rek_sigv4_options *options, struct rek_slice day,
                                     struct rek_signing_key **out)
{
    for (size_t i = 0; i < REK_SIGV4_KEYS; i++) {
        *out = &signer->keys[i];
        if (fits(*out, options, day))
            return REK_SIGV4_OK;
    }
    enum rek_sigv4_error error = check_origin(options);
    if (error)
        return error;
    struct rek_signing_key *key = &signer->keys[signer->next_key];
    signer->next_key = (signer->next_key + 1) % REK_SIGV4_KEYS;
    clear_key(key);
    error = fill_key(signer, key, options, day);
    if (error)
        clear_key(key);
    *out = key;
    return error;
}

/* The credential without its key id: "20150830/us-east-1/service/aws4_request". */
static struct rek_slice scope_of(const struct rek_signing_key *key,
                                 const struct rek_sigv4_options *options)
{
    size_t skipped = options->credentials.access_key_id.len + 1;
    return rek_slice_of(key->credential.data + skipped, key->credential.len - skipped);
}

/* The second stage. */
static enum rek_sigv4_error write_string_to_sign(struct rek_signer *signer, struct rek_slice scope,
                                                 struct rek_sigv4_result *result)
{
    unsigned char digest[REK_SHA256_SIZE];
    struct rek_slice canonical = rek_buffer_slice(&result->canonical_request);
    if (!rek_sha256_by_front(&signer->hasher, &signer->front, canonical, digest))
        return REK_SIGV4_NO_CRYPTO;
    struct rek_buffer *out = &result->string_to_sign;
    out->len = 0;
    char *start = rek_buffer_reserve(out, ALGORITHM.len + sizeof result->date + scope.len +
                                              2 * sizeof digest + 3);
    if (!start)
        return REK_SIGV4_NO_MEMORY;
    char *end = rek_slice_put(start, REK_SLICE("AWS4-HMAC-SHA256\n"));
    end = rek_slice_put(end, rek_slice_of(result->date, sizeof result->date));
    *end++ = '\n';
    end = rek_slice_put(end, scope);
    *end++ = '\n';
    rek_hex_encode(end, digest, sizeof digest);
    out->len = (size_t)(end - start) + 2 * sizeof digest;
    return REK_SIGV4_OK;
}

/* The third stage. */
static enum rek_sigv4_error write_signature(struct rek_hasher *hasher, struct rek_hmac_key *key,
                                            struct rek_sigv4_result *result)
{
    unsigned char digest[REK_SHA256_SIZE];
    if (!rek_hmac_sha256(hasher, key, rek_buffer_slice(&result->string_to_sign), digest))
        return REK_SIGV4_NO_CRYPTO;
    rek_hex_encode(result->signature, digest, sizeof digest);
    return REK_SIGV4_OK;
}

/* Puts the signature where it belongs: the Authorization header, or the end of the target. */
static enum rek_sigv4_error place_signature(struct rek_slice credential, enum rek_sigv4_mode mode,
                                            struct rek_sigv4_result *result)
{
    struct rek_slice signature = rek_slice_of(result->signature, sizeof result->signature);
    if (mode == REK_SIGV4_QUERY) {
        APPEND_ALL(&result->target, REK_SLICE("X-Amz-Signature="), signature);
        return result->target.failed ? REK_SIGV4_NO_MEMORY : REK_SIGV4_OK;
    }
    struct rek_slice signed_headers = rek_buffer_slice(&result->signed_headers);
    struct rek_buffer *out = &result->authorization;
    out->len = 0;
    char *start = rek_buffer_reserve(out, ALGORITHM.len + credential.len + signed_headers.len +
                                              signature.len + 64);
    if (!start)
        return REK_SIGV4_NO_MEMORY;
    char *end = rek_slice_put(start, ALGORITHM);
    end = rek_slice_put(rek_slice_put(end, REK_SLICE(" Credential=")), credential);
    end = rek_slice_put(rek_slice_put(end, REK_SLICE(", SignedHeaders=")), signed_headers);
    end = rek_slice_put(rek_slice_put(end, REK_SLICE(", Signature=")), signature);
    out->len = (size_t)(end - start);
    result->added[result->added_count++] = (struct rek_http_header){
        REK_SLICE("Authorization"), rek_buffer_slice(&result->authorization)};
    return REK_SIGV4_OK;
}

static enum rek_sigv4_error sign(struct rek_signer *signer, const struct rek_sigv4_request *request,
                                 const struct rek_sigv4_options *options,
                                 struct rek_sigv4_result *result)
{
    struct rek_signing_key *key;
    result->added_count = 0;
    enum rek_sigv4_error error = check_options(options);
    if (error)
        return error;
    rek_sigv4_date(signer, options->time_s);
    memcpy(result->date, signer->date, sizeof result->date);
    error = find_key(signer, options, rek_slice_of(result->date, 8), &key);
    if (error)
        return error;
    struct rek_slice credential = rek_buffer_slice(&key->credential);
    error = rek_sigv4_canonical(signer, request, options, credential, result);
    if (!error)
        error = write_string_to_sign(signer, scope_of(key, options), result);
    if (!error)
        error = write_signature(&signer->hasher, &key->key, result);
    if (!error)
        error = place_signature(credential, options->mode, result);
    return error;
}

/* Buffers that ran out of memory can be used again when there is some. */
static void forget_failures(struct rek_signer *signer, struct rek_sigv4_result *result)
{
    signer->header_names.failed = false;
    signer->parameter_text.failed = false;
    result->canonical_request.failed = false;
    result->string_to_sign.failed = false;
    result->signed_headers.failed = false;
    result->authorization.failed = false;
    result->target.failed = false;
}

enum rek_sigv4_error rek_sigv4_sign(struct rek_signer *signer,
                                    const struct rek_sigv4_request *request,
                                    const struct rek_sigv4_options *options,
                                    struct rek_sigv4_result *result)
{
    enum rek_sigv4_error error = sign(signer, request, options, result);
    if (error == REK_SIGV4_NO_MEMORY)
        forget_failures(signer, result);
    return error;
}

static const struct {
    const char *subject;
    const char *message;
} sentences[] = {
    [REK_SIGV4_OK] = {"request", "is signed"},
    [REK_SIGV4_NO_MEMORY] = {"request", "could not be signed: not enough memory"},
    [REK_SIGV4_NO_CRYPTO] = {"request", "could not be signed: OpenSSL's SHA-256 failed"},
    [REK_SIGV4_METHOD] = {"method", "must be an HTTP method, such as GET"},
    [REK_SIGV4_TARGET] =
        {"target", "must be a path and query as sent: begin with / and have no control characters"},
    [REK_SIGV4_HEADER_NAME] = {"headers",
                               "must be a header name: letters, digits and hyphens, at least one"},
    [REK_SIGV4_HEADER_VALUE] = {"headers",
                                "must be a header value on one line, without control characters"},
    [REK_SIGV4_NO_HOST] = {"headers", "must have a Host header that is signed"},
    [REK_SIGV4_TOO_MANY_HEADERS] = {"headers", "must be at most 1024"},
    [REK_SIGV4_TOO_MANY_PARAMETERS] = {"target", "must have at most 1024 query parameters"},
    [REK_SIGV4_REGION] = {"region", "must be a region, such as us-east-1"},
    [REK_SIGV4_SERVICE] = {"service", "must be a service's signing name, such as rekognition"},
    [REK_SIGV4_ACCESS_KEY_ID] =
        {"access_key_id",
         "must be an access key id: not empty, without spaces, slashes and commas"},
    [REK_SIGV4_SECRET_ACCESS_KEY] = {"secret_access_key",
                                     "must be a secret key: not empty, without control characters"},
    [REK_SIGV4_SESSION_TOKEN] = {"session_token",
                                 "must be a session token: without spaces and control characters"},
    [REK_SIGV4_TIME] = {"time",
                        "must be seconds since the epoch, from 0 to the end of the year 9999"},
    [REK_SIGV4_EXPIRES] = {"expires", "must be from 1 to 604800 seconds (seven days)"},
    [REK_SIGV4_PAYLOAD_HASH] =
        {"payload_hash",
         "must be 64 lower-case hexadecimal digits, or a word such as UNSIGNED-PAYLOAD"},
    [REK_SIGV4_SIGNED_HEADERS] =
        {"signed_headers", "must name headers that the request has, in lower case and sorted"},
};

const char *rek_sigv4_subject(enum rek_sigv4_error error)
{
    return sentences[error].subject;
}

const char *rek_sigv4_message(enum rek_sigv4_error error)
{
    return sentences[error].message;
}
