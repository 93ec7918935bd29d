/* AWS Signature Version 4, for any service and any method, in three visible stages: canonical
 * request, string to sign, signature. Header form (the signature in an Authorization header) and
 * query form (a presigned URL). The document behind it is "AWS Signature Version 4 for API
 * requests" in the IAM User Guide.
 *
 * Headers. Names are lower-cased and sorted, repeated names merged with commas in the order given,
 * values trimmed and runs of white space made one space. All are signed but those that a hop may
 * change (botocore's list): baggage, connection, expect, keep-alive, proxy-authenticate,
 * proxy-authorization, te, traceparent, tracestate, trailer, transfer-encoding, upgrade,
 * user-agent, x-amzn-trace-id. Host must be among them. The signer's own headers, which take the
 * place of any that the caller gave: Authorization always, X-Amz-Date always, X-Amz-Security-Token
 * where the credentials have a token, X-Amz-Content-Sha256 with sign_body in header form.
 *
 * Query. Names and values are percent-decoded, encoded again, and sorted; "+" is a plus, a "%"
 * without two digits is itself, empty parameters ("a&&b") are left out (the last three are choices:
 * the document doesn't say). In query form the signer's own parameters take the place of the
 * caller's of the same name.
 *
 * Path. As on the request line. With normalize_path, "." and ".." segments and repeated slashes go;
 * with double_encode it is percent-encoded once more; S3 wants neither. */
#ifndef REK_SIGV4_H
#define REK_SIGV4_H

#include "core/buffer.h"
#include "core/checked.h"
#include "core/http_syntax.h"
#include "core/sha256.h"

/* The most headers, and the most query parameters, of a request: a choice, far over what any
 * service takes, so that sorting stays short whatever comes. */
enum { REK_SIGV4_MAX_FIELDS = 1024 };

struct rek_credentials {
    struct rek_slice access_key_id;
    struct rek_slice secret_access_key;
    struct rek_slice session_token; /* empty: none */
};

struct rek_sigv4_request {
    struct rek_slice method; /* as sent */
    struct rek_slice target; /* path and query as on the request line; empty stands for "/" */
    struct rek_slice body;
    const struct rek_http_header *headers;
    size_t header_count;
};

enum rek_sigv4_mode { REK_SIGV4_HEADER, REK_SIGV4_QUERY };

struct rek_sigv4_options {
    struct rek_slice region;
    struct rek_slice service; /* the signing name */
    struct rek_credentials credentials;
    int64_t time_s; /* since the epoch; 0 to the end of the year 9999 */
    enum rek_sigv4_mode mode;
    int64_t expires_s; /* query form: 1 to 604800 */
    bool normalize_path;
    bool double_encode;
    bool sign_body;   /* header form: adds X-Amz-Content-Sha256 */
    bool token_after; /* the session token is added after signing, and not signed */
    /* 64 lower-case hexadecimal digits, or a word such as UNSIGNED-PAYLOAD. Empty: the value of a
     * given X-Amz-Content-Sha256 header (unless sign_body), or else computed from the body. */
    struct rek_slice payload_hash;
    /* Empty, or exactly the headers to sign, "host;x-amz-date", whatever the rules above say: in
     * lower case, sorted, each in the request. For verifying what someone else signed. */
    struct rek_slice signed_headers;
};

enum rek_sigv4_error {
    REK_SIGV4_OK,
    REK_SIGV4_NO_MEMORY,
    REK_SIGV4_NO_CRYPTO, /* OpenSSL failed */
    REK_SIGV4_METHOD,
    REK_SIGV4_TARGET,
    REK_SIGV4_HEADER_NAME,  /* `bad_header` of the result says which */
    REK_SIGV4_HEADER_VALUE, /* likewise */
    REK_SIGV4_NO_HOST,
    REK_SIGV4_TOO_MANY_HEADERS,
    REK_SIGV4_TOO_MANY_PARAMETERS,
    REK_SIGV4_REGION,
    REK_SIGV4_SERVICE,
    REK_SIGV4_ACCESS_KEY_ID,
    REK_SIGV4_SECRET_ACCESS_KEY,
    REK_SIGV4_SESSION_TOKEN,
    REK_SIGV4_TIME,
    REK_SIGV4_EXPIRES,
    REK_SIGV4_PAYLOAD_HASH,
    REK_SIGV4_SIGNED_HEADERS,
};

enum { REK_SIGV4_KEYS = 4, REK_SIGV4_DATE_SIZE = 16, REK_SIGV4_SIGNATURE_SIZE = 64 };

/* A derived signing key and what it was derived from. */
struct rek_signing_key {
    struct rek_buffer secret;
    struct rek_buffer credential; /* "KEY/20150830/us-east-1/service/aws4_request" */
    struct rek_hmac_key key;
};

/* A header or a query parameter on its way into the canonical request. */
struct rek_sigv4_field {
    struct rek_slice name;
    struct rek_slice value;
    bool spaced; /* the value has white space to be tidied */
};

struct rek_sigv4_fields {
    struct rek_sigv4_field *items;
    size_t count;
    size_t capacity;
};

/* Signing keys (one is made for each key id, secret, day, region and service, and the newest few
 * are kept) and memory that is used again, so that a warm call allocates nothing. One thread at a
 * time may use it. */
struct rek_signer {
    bool ready; /* from init to clear */
    struct rek_hasher hasher;
    struct rek_signing_key keys[REK_SIGV4_KEYS];
    size_t next_key; /* the one to be replaced */
    int64_t dated_s; /* `date` is of this second, where it has one */
    char date[REK_SIGV4_DATE_SIZE];
    struct rek_sha256_front front; /* of canonical requests: up to the Host header, mostly */
    struct rek_sigv4_fields headers;
    struct rek_sigv4_fields parameters;
    struct rek_buffer header_names; /* what the fields' slices point to */
    struct rek_buffer parameter_text;
};

/* What came of it. Slices hold until the result is used again or cleared, and those of `added` no
 * longer than the options they came from. */
struct rek_sigv4_result {
    struct rek_buffer canonical_request;
    struct rek_buffer string_to_sign;
    struct rek_buffer signed_headers; /* "host;x-amz-date" */
    struct rek_buffer authorization;  /* header form: the header's value */
    struct rek_buffer
        target; /* query form: the whole target to be sent; else the request's stands */
    char date[REK_SIGV4_DATE_SIZE]; /* "20150830T123600Z" */
    char computed_hash[2 * REK_SHA256_SIZE];
    struct rek_slice payload_hash;
    char signature[REK_SIGV4_SIGNATURE_SIZE];
    struct rek_http_header added[4]; /* sent instead of any of the same name */
    size_t added_count;
    size_t bad_header; /* index into the request's headers */
};

/* False where OpenSSL has no memory; the signer is then cleared. */
REK_CHECKED bool rek_signer_init(struct rek_signer *signer);
/* Wipes every key and frees. A zeroed signer is fine. */
void rek_signer_clear(struct rek_signer *signer);

void rek_sigv4_result_init(struct rek_sigv4_result *result);
void rek_sigv4_result_clear(struct rek_sigv4_result *result);

/* Signs. The signer and the result belong to the caller, who may use both again and again. */
REK_CHECKED enum rek_sigv4_error rek_sigv4_sign(struct rek_signer *signer,
                                                const struct rek_sigv4_request *request,
                                                const struct rek_sigv4_options *options,
                                                struct rek_sigv4_result *result);

/* Whether a header of this name, in any case, must be left out of what is sent, because the
 * signer's own takes its place (or, in query form, its parameter does). */
bool rek_sigv4_replaces(const struct rek_sigv4_options *options, struct rek_slice header_name);

/* What is wrong and what to do about it, in two parts that make a sentence: "region", "must be a
 * region, such as us-east-1". Neither holds a value. */
const char *rek_sigv4_subject(enum rek_sigv4_error error);
const char *rek_sigv4_message(enum rek_sigv4_error error);

#endif
