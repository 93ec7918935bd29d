/* One attempt: the request is signed, and sent, or pushed as a table. Here, and nowhere else, the
 * list of its headers is made. */
#include "binding/hook.h"
#include "binding/luautil.h"
#include "binding/request.h"
#include "binding/response.h"
#include "binding/target.h"
#include "binding/transport.h"
#include "core/alloc.h"
#include "core/http_transfer.h"

#include <math.h>
#include <stdio.h>

/* What an attempt works with: memory that is used again. */
struct attempt {
    struct lrek_object object;
    struct rek_sigv4_result signature;
    struct rek_http_response response;
    struct rek_buffer url; /* where the request has a target of its own */
    struct rek_http_header *headers;
    size_t header_count;
    size_t header_capacity;
};

/* What the caller of a method gives, beside target and request. */
struct arguments {
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
struct refusal {
    char message[256];
};

enum { OWN_HEADERS = 9 }; /* Host, the signer's four, and those that are not signed */

static void clear_attempt(void *object)
{
    struct attempt *attempt = object;
    rek_sigv4_result_clear(&attempt->signature);
    rek_http_response_clear(&attempt->response);
    rek_buffer_wipe(&attempt->url); /* a presigned one is as good as a key */
    rek_free(attempt->headers);
    attempt->headers = NULL;
    attempt->header_capacity = 0;
}

static void recycle_attempt(void *object)
{
    struct attempt *attempt = object;
    rek_http_response_empty(&attempt->response);
}

static const struct lrek_kind attempt_kind = {
    .name = "rekognition.attempt",
    .size = sizeof(struct attempt),
    .clear = clear_attempt,
    .recycle = recycle_attempt,
};

void lrek_open_attempt(lua_State *L)
{
    lrek_open_response(L);
    lrek_open_kind(L, &attempt_kind);
    lua_pop(L, 1);
}

static bool refuse(struct refusal *refusal, const char *subject, const char *message)
{
    snprintf(refusal->message, sizeof refusal->message, "%s %s", subject, message);
    return false;
}

/* The string at `index`, or {NULL, 0} for nil. */
static bool read_text(lua_State *L, int index, const char *name, struct rek_slice *out,
                      struct refusal *refusal)
{
    int type = lua_type(L, index);
    if (type == LUA_TSTRING)
        *out = lrek_string_at(L, index);
    else if (type != LUA_TNIL)
        return refuse(refusal, name, "must be a string");
    return true;
}

static bool read_seconds(lua_State *L, int index, const char *name, int64_t *out,
                         struct refusal *refusal)
{
    lua_Number seconds = lua_type(L, index) == LUA_TNUMBER ? floor(lua_tonumber(L, index)) : -1;
    if (!(seconds >= 0 && seconds < 0x1p62))
        return refuse(refusal, name, "must be a number of seconds, 0 or more");
    *out = (int64_t)seconds;
    return true;
}

/* access_key_id, secret_access_key, session_token and time at `index` and behind it. */
static bool read_credentials(lua_State *L, int index, struct arguments *arguments,
                             struct refusal *refusal)
{
    struct rek_credentials *credentials = &arguments->credentials;
    arguments->is_signed = !lua_isnil(L, index);
    if (!arguments->is_signed)
        return true;
    return read_text(L, index, "access_key_id", &credentials->access_key_id, refusal) &&
           read_text(L, index + 1, "secret_access_key", &credentials->secret_access_key, refusal) &&
           read_text(L, index + 2, "session_token", &credentials->session_token, refusal) &&
           read_seconds(L, index + 3, "time", &arguments->time_s, refusal);
}

static bool read_headers(lua_State *L, int index, struct arguments *arguments,
                         struct refusal *refusal)
{
    int type = lua_type(L, index);
    if (type == LUA_TNIL)
        return true;
    if (type != LUA_TTABLE)
        return refuse(refusal, "headers", "must be a list of {name, value}");
    arguments->headers = index;
    arguments->header_count = lua_rawlen(L, index);
    return arguments->header_count <= LREK_MAX_HEADERS ||
           refuse(refusal, "headers", "must be at most 500");
}

/* attempt and user_agent at `index` and behind it. */
static bool read_extras(lua_State *L, int index, int headers, struct arguments *arguments,
                        struct refusal *refusal)
{
    arguments->has_attempt = !lua_isnil(L, index);
    arguments->attempt = lua_tointeger(L, index);
    return read_text(L, index + 1, "user_agent", &arguments->user_agent, refusal) &&
           read_headers(L, headers, arguments, refusal) &&
           read_text(L, headers + 1, "trace_id", &arguments->trace_id, refusal);
}

static bool same(struct rek_slice name, const char *other)
{
    return rek_http_same_name(name, rek_slice_cstr(other));
}

/* Whether a header of this name is made here. */
static bool is_own(const struct lrek_target *target, const struct arguments *arguments,
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
    return (arguments->user_agent.data && same(name, "User-Agent")) ||
           (arguments->trace_id.data && same(name, "X-Amzn-Trace-Id"));
}

static bool is_listed(const struct attempt *attempt, struct rek_slice name)
{
    for (size_t i = 0; i < attempt->header_count; i++)
        if (rek_http_same_name(attempt->headers[i].name, name))
            return true;
    return false;
}

static void add(struct attempt *attempt, struct rek_slice name, struct rek_slice value)
{
    attempt->headers[attempt->header_count++] = (struct rek_http_header){name, value};
}

static bool reserve(struct attempt *attempt, size_t count, struct refusal *refusal)
{
    attempt->header_count = 0;
    if (count <= attempt->header_capacity)
        return true;
    struct rek_http_header *headers = rek_realloc(attempt->headers, count * sizeof *headers);
    if (!headers)
        return refuse(refusal, "not enough", "memory");
    attempt->headers = headers;
    attempt->header_capacity = count;
    return true;
}

static bool refuse_header(struct refusal *refusal, size_t place, struct rek_slice name,
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
                        const struct arguments *arguments, struct attempt *attempt,
                        struct refusal *refusal)
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
                         const struct lrek_request *request, const struct arguments *arguments,
                         struct attempt *attempt, struct refusal *refusal)
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
                     struct attempt *attempt, struct rek_slice *url, struct refusal *refusal)
{
    *url = target->url;
    if (request->target.len == 0)
        return true;
    struct rek_slice base = target->path;
    if (request->target.data[0] != '/')
        return refuse(refusal, "target", "must begin with /");
    if (base.len > 0 && memchr(base.data, '?', base.len))
        return refuse(refusal, "url", "must have no query, since the request brings a path");
    if (base.len > 0 && base.data[base.len - 1] == '/')
        base.len--;
    struct rek_buffer *text = &attempt->url;
    text->len = 0;
    text->failed = false;
    rek_buffer_append_slice(text, target->origin);
    rek_buffer_append_slice(text, base);
    rek_buffer_append_slice(text, request->target);
    *url = rek_buffer_slice(text);
    return !text->failed || refuse(refusal, "not enough", "memory");
}

static bool refuse_signing(const struct lrek_request *request, enum rek_sigv4_error error,
                           size_t bad_header, struct refusal *refusal)
{
    size_t before = request->header_count + 1;
    bool is_header = error == REK_SIGV4_HEADER_NAME || error == REK_SIGV4_HEADER_VALUE;
    if (!is_header)
        return refuse(refusal, rek_sigv4_subject(error), rek_sigv4_message(error));
    size_t place = bad_header >= before ? bad_header - before : bad_header - 1;
    snprintf(refusal->message, sizeof refusal->message, "headers[%zu]%s %s", place + 1,
             error == REK_SIGV4_HEADER_NAME ? "[1]" : "[2]", rek_sigv4_message(error));
    return false;
}

/* Signs what is listed. In header form the signer's headers join the list. */
static bool sign(struct lrek_target *target, const struct lrek_request *request,
                 const struct arguments *arguments, struct rek_slice url, struct attempt *attempt,
                 struct refusal *refusal)
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
        .payload_hash =
            target->s3 && in_query ? REK_SLICE("UNSIGNED-PAYLOAD") : rek_slice_of(NULL, 0),
    };
    enum rek_sigv4_error error =
        rek_sigv4_sign(&target->signer, &unsigned_request, &options, signature);
    if (error)
        return refuse_signing(request, error, signature->bad_header, refusal);
    for (size_t i = 0; i < signature->added_count; i++)
        add(attempt, signature->added[i].name, signature->added[i].value);
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
                         const struct arguments *arguments, struct attempt *attempt)
{
    if (arguments->user_agent.data)
        add(attempt, REK_SLICE("User-Agent"), arguments->user_agent);
    if (arguments->has_attempt) {
        add(attempt, REK_SLICE("amz-sdk-invocation-id"),
            rek_slice_of(request->invocation_id, sizeof request->invocation_id));
        add(attempt, REK_SLICE("amz-sdk-request"), attempt_text(target, arguments->attempt));
    }
    if (arguments->trace_id.data)
        add(attempt, REK_SLICE("X-Amzn-Trace-Id"), arguments->trace_id);
}

/* The request as it is sent: its URL, and the whole list of its headers. */
static bool prepare(lua_State *L, struct lrek_target *target, const struct lrek_request *request,
                    const struct arguments *arguments, struct attempt *attempt,
                    struct rek_slice *url, struct refusal *refusal)
{
    if (!make_url(target, request, attempt, url, refusal) ||
        !list_headers(L, target, request, arguments, attempt, refusal))
        return false;
    if (arguments->is_signed && !sign(target, request, arguments, *url, attempt, refusal))
        return false;
    add_unsigned(target, request, arguments, attempt);
    return true;
}

/* nil, { signing = message } */
static int push_refusal(lua_State *L, const struct refusal *refusal)
{
    lua_pushnil(L);
    lua_createtable(L, 0, 1);
    lua_pushstring(L, refusal->message);
    lua_setfield(L, -2, "signing");
    return 2;
}

static long opt_milliseconds(lua_State *L, int index, long otherwise)
{
    return lua_isnil(L, index) ? otherwise : lrek_milliseconds(luaL_checknumber(L, index));
}

/* Sends what was prepared and pushes what came of it; returns how many values, or -1 where a hook
 * of Lua raised: that is on top then. */
static int perform(lua_State *L, const struct lrek_target *target, struct lrek_request *request,
                   struct rek_slice url, struct attempt *attempt)
{
    struct rek_http_failure failure;
    struct lrek_hook hook;
    const struct rek_http_watch watch = lrek_watch_hook(L, &hook);
    const struct rek_http_request http_request = {
        .method = request->method,
        .url = url,
        .headers = attempt->headers + 1, /* Host is libcurl's to write */
        .header_count = attempt->header_count - 1,
        .body = rek_buffer_slice(&request->body),
        .connect_timeout_ms = opt_milliseconds(L, 10, target->connect_timeout_ms),
        .timeout_ms = opt_milliseconds(L, 11, target->timeout_ms),
        .direct = target->direct,
    };
    struct rek_http_client *client = lrek_check_transport(L, 2);
    lrek_hold_request(request); /* a hook may close it */
    enum rek_http_result result =
        rek_http_perform(client, &http_request, &attempt->response, &watch, &failure);
    int count = -1;
    if (result == REK_HTTP_OK)
        count = lrek_push_metadata(L, request, &attempt->response);
    else if (!hook.raised)
        count = lrek_push_no_response(L, result, &failure);
    lrek_release_request(request);
    return count;
}

/* target:send(transport, request, access_key_id, secret_access_key, session_token, time, attempt,
 *             user_agent, connect_timeout, timeout, headers, trace_id)
 *   -> response, { status =, request_id =, headers = }; or nil and
 *   { status =, headers =, body = }                         not a success
 *   { status =, headers =, body =, protocol = message }     a success whose body can't be read
 *   { transport = { code =, message =, sent = } }           no response
 *   { signing = message }                                   what can't be signed
 * Without an access key id the request is not signed. `time` is epoch seconds; timeouts are
 * seconds, the target's by default; `headers`, {{name, value}, ...}, are signed. `headers` of what
 * comes back has names in lower case and is made when it is first asked for. `sent`: whether the
 * service may have read the request. */
int lrek_target_send(lua_State *L)
{
    struct lrek_target *target = lrek_check_target(L, 1);
    struct arguments arguments = {0};
    struct refusal refusal;
    struct rek_slice url;
    lua_settop(L, 13);
    struct attempt *attempt = lrek_take(L, &attempt_kind); /* 14 */
    lrek_check_transport(L, 2);
    struct lrek_request *request = lrek_check_request(L, 3); /* after what lets finalizers run */
    int count;
    if (read_credentials(L, 4, &arguments, &refusal) &&
        read_extras(L, 8, 12, &arguments, &refusal) &&
        prepare(L, target, request, &arguments, attempt, &url, &refusal))
        count = perform(L, target, request, url, attempt);
    else
        count = push_refusal(L, &refusal);
    lrek_give(L, 14, &attempt_kind);
    return count < 0 ? lua_error(L) : count;
}

/* Pushes { method =, url =, headers = {{name, value}, ...}, body = }. The URL of an operation
 * has a path, if only "/"; that of a plain request is as it was given. */
static void push_request(lua_State *L, const struct lrek_target *target,
                         const struct lrek_request *request, struct rek_slice url,
                         const struct attempt *attempt)
{
    lua_createtable(L, 0, 4);
    lrek_push_slice(L, request->method);
    lua_setfield(L, -2, "method");
    lrek_push_slice(L, url);
    lua_pushstring(L, request->operation && url.len == target->origin.len ? "/" : "");
    lua_concat(L, 2);
    lua_setfield(L, -2, "url");
    lrek_push_slice(L, rek_buffer_slice(&request->body));
    lua_setfield(L, -2, "body");
    lua_createtable(L, (int)attempt->header_count, 0);
    for (size_t i = 0; i < attempt->header_count; i++) {
        lrek_push_pair(L, attempt->headers[i].name, attempt->headers[i].value);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "headers");
}

/* nil, message */
static int push_reason(lua_State *L, const struct refusal *refusal)
{
    lua_pushnil(L);
    lua_pushstring(L, refusal->message);
    return 2;
}

/* target:sign(request, access_key_id, secret_access_key, session_token, time, attempt, user_agent,
 *             headers, trace_id)
 *   -> { method =, url =, headers = {{name, value}, ...}, body = }, as `send` would send it; or nil
 * and why it can't be signed. */
int lrek_target_sign(lua_State *L)
{
    struct lrek_target *target = lrek_check_target(L, 1);
    struct arguments arguments = {0};
    struct refusal refusal;
    struct rek_slice url;
    lua_settop(L, 10);
    struct attempt *attempt = lrek_take(L, &attempt_kind); /* 11 */
    struct lrek_request *request = lrek_check_request(L, 2);
    int count = 1;
    if (read_credentials(L, 3, &arguments, &refusal) &&
        read_extras(L, 7, 9, &arguments, &refusal) &&
        prepare(L, target, request, &arguments, attempt, &url, &refusal))
        push_request(L, target, request, url, attempt);
    else
        count = push_reason(L, &refusal);
    lrek_give(L, 11, &attempt_kind);
    return count;
}

/* The signed target behind the origin. */
static bool make_presigned_url(const struct lrek_target *target, struct attempt *attempt,
                               struct rek_slice *url, struct refusal *refusal)
{
    struct rek_buffer *text = &attempt->url;
    text->len = 0;
    text->failed = false;
    rek_buffer_append_slice(text, target->origin);
    rek_buffer_append_slice(text, rek_buffer_slice(&attempt->signature.target));
    *url = rek_buffer_slice(text);
    return !text->failed || refuse(refusal, "not enough", "memory");
}

/* target:presign(request, access_key_id, secret_access_key, session_token, time, expires)
 *   -> { method =, url =, headers = {{name, value}, ...}, body = }, signed in the URL, so that
 * whoever has it can send it for `expires` seconds; or nil and why it can't be signed. */
int lrek_target_presign(lua_State *L)
{
    struct lrek_target *target = lrek_check_target(L, 1);
    struct arguments arguments = {0};
    struct refusal refusal;
    struct rek_slice url;
    lua_settop(L, 7);
    struct attempt *attempt = lrek_take(L, &attempt_kind); /* 8 */
    struct lrek_request *request = lrek_check_request(L, 2);
    int count = 1;
    if (read_credentials(L, 3, &arguments, &refusal) &&
        read_seconds(L, 7, "expires", &arguments.expires_s, &refusal) &&
        (arguments.expires_s > 0 || refuse(&refusal, rek_sigv4_subject(REK_SIGV4_EXPIRES),
                                           rek_sigv4_message(REK_SIGV4_EXPIRES))) &&
        prepare(L, target, request, &arguments, attempt, &url, &refusal) &&
        make_presigned_url(target, attempt, &url, &refusal))
        push_request(L, target, request, url, attempt);
    else
        count = push_reason(L, &refusal);
    lrek_give(L, 8, &attempt_kind);
    return count;
}
