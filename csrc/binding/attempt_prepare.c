/* The request as it is sent. Here, and nowhere else, the list of its headers is made. */
#include "binding/attempt_internal.h"
#include "binding/luautil.h"
#include "core/alloc.h"

#include <stdio.h>

enum { OWN_HEADERS = 9 }; /* Host, the signer's four, and those that are not signed */

static bool same(struct rek_slice name, const char *other)
{
    return rek_http_same_name(name, rek_slice_cstr(other));
}

/* Whether a header of this name is made here. */
static bool is_own(const struct lrek_target *target, const struct lrek_arguments *arguments,
                   struct rek_slice name)
{
    if (same(name, "Host") || same(name, "Content-Length") || same(name, "Transfer-Encoding"))
        return true;
    if (arguments->is_signed &&
        (same(name, "Authorization") || same(name, "X-Amz-Date") ||
         same(name, "X-Amz-Security-Token") || (target->s3 && same(name, "X-Amz-Content-Sha256"))))
        return true;
    if (arguments->has_attempt &&
        (same(name, "amz-sdk-invocation-id") || same(name, "amz-sdk-request")))
        return true;
    return arguments->user_agent.data && same(name, "User-Agent");
}

static bool is_listed(const struct lrek_attempt *attempt, struct rek_slice name)
{
    for (size_t i = 0; i < attempt->header_count; i++)
        if (rek_http_same_name(attempt->headers[i].name, name))
            return true;
    return false;
}

static void add(struct lrek_attempt *attempt, struct rek_slice name, struct rek_slice value)
{
    attempt->headers[attempt->header_count++] = (struct rek_http_header){name, value};
}

static bool reserve(struct lrek_attempt *attempt, size_t count, struct lrek_refusal *refusal)
{
    attempt->header_count = attempt->checked_count = 0;
    attempt->agent = NULL;
    if (count <= attempt->header_capacity)
        return true;
    struct rek_http_header *headers = rek_realloc(attempt->headers, count * sizeof *headers);
    if (!headers)
        return lrek_refuse(refusal, "not enough", "memory");
    attempt->headers = headers;
    attempt->header_capacity = count;
    return true;
}

static bool refuse_header(struct lrek_refusal *refusal, size_t place, struct rek_slice name,
                          const char *message)
{
    int len = name.len < 60 ? (int)name.len : 60;
    snprintf(refusal->message, sizeof refusal->message, "headers[%zu] must %s%.*s", place, message,
             len, len > 0 ? name.data : "");
    return false;
}

/* The caller's own headers. Nothing in here allocates from Lua, so no finalizer can run and take a
 * string away. */
static bool add_further(lua_State *L, const struct lrek_target *target,
                        const struct lrek_arguments *arguments, struct lrek_attempt *attempt,
                        struct lrek_refusal *refusal)
{
    for (size_t i = 1; i <= arguments->header_count; i++) {
        struct rek_http_header header;
        if (!lrek_read_pair(L, arguments->headers, (lua_Integer)i, &header))
            return refuse_header(refusal, i, rek_slice_of(NULL, 0),
                                 "be {name, value}, two strings");
        if (is_own(target, arguments, header.name) || is_listed(attempt, header.name))
            return refuse_header(refusal, i, header.name,
                                 "be another one: the library itself sends ");
        add(attempt, header.name, header.value);
    }
    return true;
}

/* The headers that are signed: Host, the request's, and the caller's own. */
static bool list_headers(lua_State *L, const struct lrek_target *target,
                         const struct lrek_request *request, const struct lrek_arguments *arguments,
                         struct lrek_attempt *attempt, struct lrek_refusal *refusal)
{
    if (!reserve(attempt, request->header_count + arguments->header_count + OWN_HEADERS, refusal))
        return false;
    add(attempt, REK_SLICE("Host"), target->host);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct rek_http_header *header = &request->headers[i];
        if (!request->service && is_own(target, arguments, header->name))
            return refuse_header(refusal, i + 1, header->name,
                                 "be another one: the library itself sends ");
        add(attempt, header->name, header->value);
    }
    return add_further(L, target, arguments, attempt, refusal);
}

/* The whole URL: the target's, with the request's own path behind it. */
static bool make_url(const struct lrek_target *target, const struct lrek_request *request,
                     struct lrek_attempt *attempt, struct rek_slice *url,
                     struct lrek_refusal *refusal)
{
    *url = target->url;
    if (request->target.len == 0)
        return true;
    struct rek_slice base = target->path;
    if (request->target.data[0] != '/')
        return lrek_refuse(refusal, "target", "must begin with /");
    if (base.len > 0 && memchr(base.data, '?', base.len))
        return lrek_refuse(refusal, "url", "must have no query, since the request brings a path");
    if (base.len > 0 && base.data[base.len - 1] == '/')
        base.len--;
    struct rek_buffer *text = &attempt->url;
    text->len = 0;
    text->failed = false;
    rek_buffer_append_slice(text, target->origin);
    rek_buffer_append_slice(text, base);
    rek_buffer_append_slice(text, request->target);
    *url = rek_buffer_slice(text);
    return !text->failed || lrek_refuse(refusal, "not enough", "memory");
}

static bool refuse_signing(const struct lrek_request *request, enum rek_sigv4_error error,
                           size_t bad_header, struct lrek_refusal *refusal)
{
    size_t before = request->header_count + 1;
    bool is_header = error == REK_SIGV4_HEADER_NAME || error == REK_SIGV4_HEADER_VALUE;
    if (!is_header)
        return lrek_refuse(refusal, rek_sigv4_subject(error), rek_sigv4_message(error));
    size_t place = bad_header >= before ? bad_header - before : bad_header - 1;
    snprintf(refusal->message, sizeof refusal->message, "headers[%zu]%s %s", place + 1,
             error == REK_SIGV4_HEADER_NAME ? "[1]" : "[2]", rek_sigv4_message(error));
    return false;
}

/* The body's hash where it is known, or what stands for it. */
static struct rek_slice known_hash(const struct lrek_target *target,
                                   const struct lrek_request *request, bool in_query)
{
    if (target->s3 && in_query)
        return REK_SLICE("UNSIGNED-PAYLOAD");
    if (request->has_hash)
        return rek_slice_of(request->body_hash, sizeof request->body_hash);
    return rek_slice_of(NULL, 0);
}

/* Signs what is listed. In header form the signer's headers join the list. */
static bool sign(struct lrek_target *target, const struct lrek_request *request,
                 const struct lrek_arguments *arguments, struct rek_slice url,
                 struct lrek_attempt *attempt, struct lrek_refusal *refusal)
{
    struct rek_sigv4_result *signature = &attempt->signature;
    bool in_query = arguments->expires_s > 0;
    const struct rek_sigv4_request unsigned_request = {
        .method = request->method,
        .target = rek_slice_of(url.data + target->origin.len, url.len - target->origin.len),
        .body = rek_buffer_slice(&request->body),
        .headers = attempt->headers,
        .header_count = attempt->header_count,
    };
    const struct rek_sigv4_options options = {
        .region = target->region,
        .service = target->service,
        .credentials = arguments->credentials,
        .time_s = arguments->time_s,
        .mode = in_query ? REK_SIGV4_QUERY : REK_SIGV4_HEADER,
        .expires_s = arguments->expires_s,
        .normalize_path = !target->s3,
        .double_encode = !target->s3,
        .sign_body = target->s3 && !in_query,
        .payload_hash = known_hash(target, request, in_query),
    };
    enum rek_sigv4_error error =
        rek_sigv4_sign(&target->signer, &unsigned_request, &options, signature);
    if (error)
        return refuse_signing(request, error, signature->bad_header, refusal);
    for (size_t i = 0; i < signature->added_count; i++)
        add(attempt, signature->added[i].name, signature->added[i].value);
    attempt->checked_count = attempt->header_count;
    return true;
}

/* The header amz-sdk-request. Most calls are first attempts, and have the same one. */
static struct rek_slice attempt_text(struct lrek_target *target, lua_Integer attempt)
{
    if (target->attempt != attempt || target->attempt_len == 0) {
        target->attempt = attempt;
        target->attempt_len =
            snprintf(target->attempt_text, sizeof target->attempt_text, "attempt=%lld; max=%lld",
                     (long long)attempt, (long long)target->max_attempts);
    }
    return rek_slice_of(target->attempt_text, (size_t)target->attempt_len);
}

/* The headers that are not signed: what happens on the way may change them, or they say something
 * of this attempt alone. */
static void add_unsigned(struct lrek_target *target, const struct lrek_request *request,
                         const struct lrek_arguments *arguments, struct lrek_attempt *attempt)
{
    if (arguments->user_agent.data) {
        attempt->agent = &attempt->headers[attempt->header_count];
        add(attempt, REK_SLICE("User-Agent"), arguments->user_agent);
    }
    if (arguments->has_attempt) {
        add(attempt, REK_SLICE("amz-sdk-invocation-id"),
            rek_slice_of(request->invocation_id, sizeof request->invocation_id));
        add(attempt, REK_SLICE("amz-sdk-request"), attempt_text(target, arguments->attempt));
    }
    /* The caller's own counts, as for botocore. */
    if (arguments->trace_id.data && !is_listed(attempt, REK_SLICE("X-Amzn-Trace-Id")))
        add(attempt, REK_SLICE("X-Amzn-Trace-Id"), arguments->trace_id);
}

/* The request as it is sent: its URL, and the whole list of its headers. */
bool lrek_prepare_attempt(lua_State *L, struct lrek_target *target,
                          const struct lrek_request *request,
                          const struct lrek_arguments *arguments, struct lrek_attempt *attempt,
                          struct rek_slice *url, struct lrek_refusal *refusal)
{
    if (!make_url(target, request, attempt, url, refusal) ||
        !list_headers(L, target, request, arguments, attempt, refusal))
        return false;
    if (arguments->is_signed && !sign(target, request, arguments, *url, attempt, refusal))
        return false;
    add_unsigned(target, request, arguments, attempt);
    return true;
}

/* The signed target behind the origin. */
bool lrek_make_presigned_url(const struct lrek_target *target, struct lrek_attempt *attempt,
                             struct rek_slice *url, struct lrek_refusal *refusal)
{
    struct rek_buffer *text = &attempt->url;
    text->len = 0;
    text->failed = false;
    rek_buffer_append_slice(text, target->origin);
    rek_buffer_append_slice(text, rek_buffer_slice(&attempt->signature.target));
    *url = rek_buffer_slice(text);
    return !text->failed || lrek_refuse(refusal, "not enough", "memory");
}
