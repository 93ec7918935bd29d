/* Between attempt.c, attempt_arguments.c and attempt_prepare.c. */
#ifndef LREK_ATTEMPT_INTERNAL_H
#define LREK_ATTEMPT_INTERNAL_H

#include "binding/request.h"
#include "binding/target.h"
#include "core/http.h"
#include "core/sigv4.h"

#include <lua.h>

/* What an attempt works with: memory that is used again. */
struct lrek_attempt {
    struct lrek_object object;
    struct rek_sigv4_result signature;
    struct rek_http_response response;
    struct rek_buffer url; /* where the request has a target of its own */
    struct rek_http_header *headers;
    size_t header_count;
    size_t checked_count; /* of these, which the signer has looked at */
    size_t header_capacity;
    const struct rek_http_header *agent; /* User-Agent among them, or NULL */
};

/* What the caller of a method passes, beside target and request. */
struct lrek_arguments {
    bool is_signed;
    struct rek_credentials credentials;
    int64_t time_s;
    int64_t expires_s; /* 0: the signature goes into a header */
    bool has_attempt;
    lua_Integer attempt;
    struct rek_slice user_agent;
    struct rek_slice trace_id;
    int headers;         /* where on the stack, or 0 */
    size_t header_count; /* of those */
};

/* Why an attempt can't be made. */
struct lrek_refusal {
    char message[256];
};

/* Says why; always false. */
bool lrek_refuse(struct lrek_refusal *refusal, const char *subject, const char *message);

/* The seconds at `index`. */
bool lrek_read_seconds(lua_State *L, int index, const char *name, int64_t *out,
                       struct lrek_refusal *refusal);
/* access_key_id, secret_access_key, session_token and time at `index` and behind it. */
bool lrek_read_credentials(lua_State *L, int index, struct lrek_arguments *arguments,
                           struct lrek_refusal *refusal);
/* attempt and user_agent at `index` and behind it; headers and trace_id at `headers` and behind. */
bool lrek_read_extras(lua_State *L, int index, int headers, struct lrek_arguments *arguments,
                      struct lrek_refusal *refusal);

/* The request as it is sent: its URL, and the whole list of its headers in attempt->headers, signed
 * where credentials were given. False, and why, where it can't be. */
bool lrek_prepare_attempt(lua_State *L, struct lrek_target *target,
                          const struct lrek_request *request,
                          const struct lrek_arguments *arguments, struct lrek_attempt *attempt,
                          struct rek_slice *url, struct lrek_refusal *refusal);
/* After that, the URL with the signature in it. */
bool lrek_make_presigned_url(const struct lrek_target *target, struct lrek_attempt *attempt,
                             struct rek_slice *url, struct lrek_refusal *refusal);

#endif
