#include "core/sigv4_internal.h"

#include "core/crypto.h"
#include "core/uri.h"

/* Trimmed, each run of white space made one space. */
static char *put_tidied(char *out, struct rek_slice value)
{
    value = rek_http_trim(value);
    bool in_space = false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        bool space = c == ' ' || c == '\t';
        if (!space)
            *out++ = c;
        else if (!in_space)
            *out++ = ' ';
        in_space = space;
    }
    return out;
}

static bool repeats_name(const struct rek_sigv4_fields *fields, size_t i)
{
    return i > 0 && rek_slice_equal(fields->items[i - 1].name, fields->items[i].name);
}

/* A line for each name: "name:value,value". */
static char *put_headers(char *out, const struct rek_sigv4_fields *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct rek_sigv4_field *field = &headers->items[i];
        if (repeats_name(headers, i)) {
            out[-1] = ',';
        } else {
            out = rek_slice_put(out, field->name);
            *out++ = ':';
        }
        out = field->spaced ? put_tidied(out, field->value) : rek_slice_put(out, field->value);
        *out++ = '\n';
    }
    return out;
}

static char *put_parameters(char *out, const struct rek_sigv4_fields *parameters)
{
    for (size_t i = 0; i < parameters->count; i++) {
        if (i > 0)
            *out++ = '&';
        out = rek_slice_put(out, parameters->items[i].name);
        *out++ = '=';
        out = rek_slice_put(out, parameters->items[i].value);
    }
    return out;
}

/* The canonical URI. Writes at most 4 * path.len + 1 bytes. */
static char *put_path(char *out, struct rek_slice path, const struct rek_sigv4_options *options)
{
    if (path.len <= 1) { /* "" or "/" */
        *out = '/';
        return out + 1;
    }
    if (options->normalize_path) {
        char *plain = options->double_encode ? out + 3 * path.len : out;
        char *end = rek_uri_normalize_path(plain, path);
        if (!options->double_encode)
            return end;
        path = rek_slice_of(plain, (size_t)(end - plain)); /* stays ahead of what is written */
    }
    return options->double_encode ? rek_uri_encode_path(out, path) : rek_slice_put(out, path);
}

static bool write_signed_headers(struct rek_buffer *out, const struct rek_sigv4_fields *headers)
{
    size_t room = 1;
    for (size_t i = 0; i < headers->count; i++)
        room += headers->items[i].name.len + 1;
    out->len = 0;
    char *start = rek_buffer_reserve(out, room);
    if (!start)
        return false;
    char *end = start;
    for (size_t i = 0; i < headers->count; i++) {
        if (repeats_name(headers, i))
            continue;
        if (end > start)
            *end++ = ';';
        end = rek_slice_put(end, headers->items[i].name);
    }
    out->len = (size_t)(end - start);
    return true;
}

static size_t fields_room(const struct rek_sigv4_fields *fields)
{
    size_t room = 0;
    for (size_t i = 0; i < fields->count; i++)
        room += fields->items[i].name.len + fields->items[i].value.len + 2;
    return room;
}

static bool write_canonical_request(const struct rek_signer *signer, struct rek_slice method,
                                    struct rek_slice path, const struct rek_sigv4_options *options,
                                    struct rek_sigv4_result *result)
{
    struct rek_buffer *out = &result->canonical_request;
    out->len = 0;
    char *start =
        rek_buffer_reserve(out, method.len + 4 * path.len + result->signed_headers.len +
                                    fields_room(&signer->parameters) +
                                    fields_room(&signer->headers) + result->payload_hash.len + 8);
    if (!start)
        return false;
    char *end = rek_slice_put(start, method);
    *end++ = '\n';
    end = put_path(end, path, options);
    *end++ = '\n';
    end = put_parameters(end, &signer->parameters);
    *end++ = '\n';
    end = put_headers(end, &signer->headers);
    *end++ = '\n';
    end = rek_slice_put(end, rek_buffer_slice(&result->signed_headers));
    *end++ = '\n';
    end = rek_slice_put(end, result->payload_hash);
    out->len = (size_t)(end - start);
    return true;
}

/* 64 lower-case hexadecimal digits, or a word of capitals, digits and hyphens. */
static bool is_payload_hash(struct rek_slice hash)
{
    bool hex = hash.len == sizeof((struct rek_sigv4_result *)0)->computed_hash;
    bool word = hash.len > 0 && hash.len <= 128;
    for (size_t i = 0; i < hash.len; i++) {
        char c = hash.data[i];
        bool digit = c >= '0' && c <= '9';
        hex = hex && (digit || (c >= 'a' && c <= 'f'));
        word = word && (digit || (c >= 'A' && c <= 'Z') || c == '-');
    }
    return hex || word;
}

static enum rek_sigv4_error settle_payload_hash(struct rek_signer *signer, struct rek_slice body,
                                                struct rek_sigv4_result *result)
{
    if (result->payload_hash.len > 0)
        return is_payload_hash(result->payload_hash) ? REK_SIGV4_OK : REK_SIGV4_PAYLOAD_HASH;
    unsigned char digest[REK_SHA256_SIZE];
    if (!rek_sha256(&signer->hasher, body, digest))
        return REK_SIGV4_NO_CRYPTO;
    rek_hex_encode(result->computed_hash, digest, sizeof digest);
    result->payload_hash = rek_slice_of(result->computed_hash, sizeof result->computed_hash);
    return REK_SIGV4_OK;
}

/* Adds one of the signer's own headers to what is sent and, unless told not to, to what is signed.
 */
static void add_own_header(struct rek_signer *signer, const struct rek_sigv4_options *options,
                           struct rek_slice name, struct rek_slice lower, struct rek_slice value,
                           bool sign, struct rek_sigv4_result *result)
{
    result->added[result->added_count++] = (struct rek_http_header){name, value};
    if (sign && rek_sigv4_signs(options, lower))
        rek_sigv4_add_header(&signer->headers, &(struct rek_sigv4_field){lower, value, false});
}

static void add_own_headers(struct rek_signer *signer, const struct rek_sigv4_options *options,
                            struct rek_sigv4_result *result)
{
    struct rek_slice token = options->credentials.session_token;
    add_own_header(signer, options, REK_SLICE("X-Amz-Date"), REK_SLICE("x-amz-date"),
                   rek_slice_of(result->date, sizeof result->date), true, result);
    if (token.len > 0)
        add_own_header(signer, options, REK_SLICE("X-Amz-Security-Token"),
                       REK_SLICE("x-amz-security-token"), token, !options->token_after, result);
    if (options->sign_body)
        add_own_header(signer, options, REK_SLICE("X-Amz-Content-Sha256"),
                       REK_SLICE("x-amz-content-sha256"), result->payload_hash, true, result);
}

/* Adds one of the signer's own parameters to what is sent and, unless told not to, to what is
 * signed. */
static void add_own_parameter(struct rek_signer *signer, struct rek_slice name,
                              struct rek_slice value, bool sign, struct rek_sigv4_result *result)
{
    struct rek_buffer *text = &signer->parameter_text;
    char *start = text->data + text->len;
    char *end = rek_uri_encode(start, value);
    struct rek_slice encoded = rek_slice_of(start, (size_t)(end - start));
    text->len += encoded.len;
    if (sign)
        rek_sigv4_add_parameter(&signer->parameters,
                                &(struct rek_sigv4_field){name, encoded, false});
    rek_buffer_append_slice(&result->target, name);
    rek_buffer_append_char(&result->target, '=');
    rek_buffer_append_slice(&result->target, encoded);
    rek_buffer_append_char(&result->target, '&');
}

static void add_own_parameters(struct rek_signer *signer, const struct rek_sigv4_options *options,
                               struct rek_slice credential, struct rek_sigv4_result *result)
{
    char digits[8];
    size_t first = sizeof digits;
    for (int64_t left = options->expires_s; left > 0; left /= 10)
        digits[--first] = (char)('0' + left % 10);
    struct rek_slice token = options->credentials.session_token;
    add_own_parameter(signer, REK_SLICE("X-Amz-Algorithm"), REK_SLICE("AWS4-HMAC-SHA256"), true,
                      result);
    add_own_parameter(signer, REK_SLICE("X-Amz-Credential"), credential, true, result);
    add_own_parameter(signer, REK_SLICE("X-Amz-Date"),
                      rek_slice_of(result->date, sizeof result->date), true, result);
    add_own_parameter(signer, REK_SLICE("X-Amz-Expires"),
                      rek_slice_of(digits + first, sizeof digits - first), true, result);
    add_own_parameter(signer, REK_SLICE("X-Amz-SignedHeaders"),
                      rek_buffer_slice(&result->signed_headers), true, result);
    if (token.len > 0)
        add_own_parameter(signer, REK_SLICE("X-Amz-Security-Token"), token, !options->token_after,
                          result);
}

/* The caller's parameters and, in query form, the signer's; and the target to be sent, which ends
 * in "&" in query form, ready for the signature. */
static enum rek_sigv4_error write_query(struct rek_signer *signer, struct rek_slice path,
                                        struct rek_slice query, bool has_query,
                                        const struct rek_sigv4_options *options,
                                        struct rek_slice credential,
                                        struct rek_sigv4_result *result)
{
    result->target.len = 0;
    rek_buffer_append_slice(&result->target, path.len > 0 ? path : REK_SLICE("/"));
    bool presigned = options->mode == REK_SIGV4_QUERY;
    if (presigned || has_query)
        rek_buffer_append_char(&result->target, '?');
    size_t own_room = presigned ? 3 * (credential.len + result->signed_headers.len +
                                       options->credentials.session_token.len) +
                                      64
                                : 0;
    enum rek_sigv4_error error =
        rek_sigv4_collect_parameters(signer, query, options, own_room, result);
    if (error)
        return error;
    if (presigned)
        add_own_parameters(signer, options, credential, result);
    else
        rek_buffer_append_slice(&result->target, query);
    return result->target.failed ? REK_SIGV4_NO_MEMORY : REK_SIGV4_OK;
}

/* The path and query of a target. Spaces and bytes over 127 are taken, as AWS's own test suites
 * have them; control characters would break the request line. */
static bool split_target(struct rek_slice target, struct rek_slice *path, struct rek_slice *query,
                         bool *has_query)
{
    if (target.len > 0 && target.data[0] != '/' && target.data[0] != '?')
        return false;
    unsigned odd = 0;
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.data[i];
        odd |= (c < ' ') | (c == 0x7f);
    }
    const char *mark = target.len > 0 ? memchr(target.data, '?', target.len) : NULL;
    size_t path_len = mark ? (size_t)(mark - target.data) : target.len;
    size_t query_start = mark ? path_len + 1 : path_len;
    *path = rek_slice_of(target.data, path_len);
    *query = mark ? rek_slice_of(mark + 1, target.len - query_start) : rek_slice_of(NULL, 0);
    *has_query = mark != NULL;
    return !odd;
}

static bool signs_host(const struct rek_sigv4_fields *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        if (rek_slice_equal(headers->items[i].name, REK_SLICE("host")))
            return true;
    return false;
}

enum rek_sigv4_error rek_sigv4_canonical(struct rek_signer *signer,
                                         const struct rek_sigv4_request *request,
                                         const struct rek_sigv4_options *options,
                                         struct rek_slice credential,
                                         struct rek_sigv4_result *result)
{
    struct rek_slice path, query;
    bool has_query;
    if (!rek_http_is_token(request->method))
        return REK_SIGV4_METHOD;
    if (!split_target(request->target, &path, &query, &has_query))
        return REK_SIGV4_TARGET;
    result->payload_hash = options->payload_hash;
    enum rek_sigv4_error error = rek_sigv4_collect_headers(signer, request, options, result);
    if (!error && !signs_host(&signer->headers))
        error = REK_SIGV4_NO_HOST;
    if (!error)
        error = settle_payload_hash(signer, request->body, result);
    if (error)
        return error;
    if (options->mode == REK_SIGV4_HEADER)
        add_own_headers(signer, options, result);
    if (!write_signed_headers(&result->signed_headers, &signer->headers))
        return REK_SIGV4_NO_MEMORY;
    if (options->signed_headers.len > 0 &&
        !rek_slice_equal(options->signed_headers, rek_buffer_slice(&result->signed_headers)))
        return REK_SIGV4_SIGNED_HEADERS;
    error = write_query(signer, path, query, has_query, options, credential, result);
    if (!error && !write_canonical_request(signer, request->method, path, options, result))
        error = REK_SIGV4_NO_MEMORY;
    return error;
}
