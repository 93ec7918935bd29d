/* One attempt: the request is signed, and sent, or pushed as a table. */
#include "binding/attempt_internal.h"
#include "binding/engine.h"
#include "binding/hook.h"
#include "binding/luautil.h"
#include "binding/response.h"
#include "binding/transport.h"
#include "core/alloc.h"
#include "core/http_transfer.h"

static void clear_attempt(void *object)
{
    struct lrek_attempt *attempt = object;
    rek_sigv4_result_clear(&attempt->signature);
    rek_http_response_clear(&attempt->response);
    rek_buffer_wipe(&attempt->url); /* a presigned one is as good as a key */
    rek_free(attempt->headers);
    attempt->headers = NULL;
    attempt->header_capacity = 0;
}

static void recycle_attempt(void *object)
{
    struct lrek_attempt *attempt = object;
    rek_http_response_empty(&attempt->response);
}

static const struct lrek_kind attempt_kind = {
    .name = "rekognition.attempt",
    .size = sizeof(struct lrek_attempt),
    .clear = clear_attempt,
    .recycle = recycle_attempt,
};

/* nil, { signing = message } */
static int push_refusal(lua_State *L, const struct lrek_refusal *refusal)
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

static struct rek_http_request http_request(lua_State *L, const struct lrek_target *target,
                                            const struct lrek_request *request,
                                            struct rek_slice url,
                                            const struct lrek_attempt *attempt)
{
    return (struct rek_http_request){
        .method = request->method,
        .url = url,
        .headers = attempt->headers,
        .header_count = attempt->header_count,
        .checked_count = attempt->checked_count,
        .front = attempt->agent,
        .body = rek_buffer_slice(&request->body),
        .connect_timeout_ms = opt_milliseconds(L, 10, target->connect_timeout_ms),
        .timeout_ms = opt_milliseconds(L, 11, target->timeout_ms),
        .direct = target->direct,
    };
}

/* Sends what was prepared and pushes what came of it; returns how many values, or -1 where a hook
 * of Lua raised: that is on top then. */
static int perform(lua_State *L, const struct lrek_target *target, struct rek_http_client *client,
                   struct lrek_request *request, struct rek_slice url, struct lrek_attempt *attempt)
{
    struct rek_http_failure failure;
    struct lrek_hook hook;
    const struct rek_http_watch watch = lrek_watch_hook(L, &hook);
    const struct rek_http_request sent = http_request(L, target, request, url, attempt);
    lrek_hold_request(request); /* a hook may close it */
    enum rek_http_result result =
        rek_http_perform(client, &sent, &attempt->response, &watch, &failure);
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
static int target_send(lua_State *L)
{
    struct lrek_target *target = lrek_check_target(L, 1);
    struct lrek_arguments arguments = {0};
    struct lrek_refusal refusal;
    struct rek_slice url;
    lua_settop(L, 13);
    struct lrek_attempt *attempt = lrek_take(L, &attempt_kind); /* 14 */
    struct rek_http_client *client = lrek_check_transport(L, 2);
    struct lrek_request *request = lrek_check_request(L, 3); /* after what lets finalizers run */
    int count;
    if (lrek_read_credentials(L, 4, &arguments, &refusal) &&
        lrek_read_extras(L, 8, 12, &arguments, &refusal) &&
        lrek_prepare_attempt(L, target, request, &arguments, attempt, &url, &refusal))
        count = perform(L, target, client, request, url, attempt);
    else
        count = push_refusal(L, &refusal);
    lrek_give(L, 14, &attempt_kind);
    return count < 0 ? lua_error(L) : count;
}

/* target:start(transport, request, access_key_id, secret_access_key, session_token, time, attempt,
 *              user_agent, connect_timeout, timeout, headers, trace_id, engine, token,
 *              most_bytes, offset)
 *   -> id; or nil, and { transport = } or { signing = } as `send` has them
 * As `send`, but does not wait: the engine performs the request (see engine.c).
 * With `most_bytes` the request lands: `engine:next` returns its response, and `offset`, the
 * clock's then, if it was no success -> id, the body's size; or false for a larger body. */
static int target_start(lua_State *L)
{
    struct lrek_target *target = lrek_check_target(L, 1);
    struct lrek_arguments arguments = {0};
    struct lrek_refusal refusal;
    struct rek_slice url;
    lua_settop(L, 17);
    if (!lua_isnil(L, 16) &&
        lrek_check_request(L, 3)->body.len > (size_t)luaL_checkinteger(L, 16)) {
        lua_pushboolean(L, 0);
        return 1;
    }
    struct lrek_attempt *attempt = lrek_take(L, &attempt_kind); /* 18 */
    struct lrek_engine_slot *slot = lrek_reserve_engine_slot(L, 14, 3, 15);
    struct rek_http_client *client = lrek_check_transport(L, 2);
    struct lrek_request *request = lrek_check_request(L, 3); /* after what lets finalizers run */
    int count;
    if (lrek_read_credentials(L, 4, &arguments, &refusal) &&
        lrek_read_extras(L, 8, 12, &arguments, &refusal) &&
        lrek_prepare_attempt(L, target, request, &arguments, attempt, &url, &refusal)) {
        const struct rek_http_request sent = http_request(L, target, request, url, attempt);
        count = lrek_start_in_engine(L, 14, slot, client, request, &sent);
        if (!lua_isnil(L, 16) && count == 1) {
            lrek_land_engine_slot(L, 14, slot, 4, lua_tonumber(L, 17));
            lua_pushinteger(L, (lua_Integer)request->body.len);
            count = 2;
        }
    } else {
        lrek_give_engine_slot(L, 14, slot);
        count = push_refusal(L, &refusal);
    }
    lrek_give(L, 18, &attempt_kind);
    return count;
}

/* target:hash(request, most): hashes at most so many further bytes of the body, ahead of its
 * signing -> whether all are hashed. A plain request may bring a hash of its own: it is left alone.
 */
static int target_hash(lua_State *L)
{
    const struct lrek_target *target = lrek_check_target(L, 1);
    struct lrek_request *request = lrek_check_request(L, 2);
    lua_Integer most = luaL_checkinteger(L, 3);
    luaL_argcheck(L, most > 0, 3, "must be above 0");
    if (request->service && !lrek_hash_request(request, &target->signer.hasher, (size_t)most))
        return luaL_error(L, "not enough memory");
    lua_pushboolean(L, !request->service || request->has_hash);
    return 1;
}

/* Pushes { method =, url =, headers = {{name, value}, ...}, body = }. The URL of an operation
 * has a path, if only "/"; that of a plain request is as it was given. */
static void push_request(lua_State *L, const struct lrek_target *target,
                         const struct lrek_request *request, struct rek_slice url,
                         const struct lrek_attempt *attempt)
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
static int push_reason(lua_State *L, const struct lrek_refusal *refusal)
{
    lua_pushnil(L);
    lua_pushstring(L, refusal->message);
    return 2;
}

/* target:sign(request, access_key_id, secret_access_key, session_token, time, attempt, user_agent,
 *             headers, trace_id)
 *   -> { method =, url =, headers = {{name, value}, ...}, body = }, as `send` would send it; or nil
 * and why it can't be signed. */
static int target_sign(lua_State *L)
{
    struct lrek_target *target = lrek_check_target(L, 1);
    struct lrek_arguments arguments = {0};
    struct lrek_refusal refusal;
    struct rek_slice url;
    lua_settop(L, 10);
    struct lrek_attempt *attempt = lrek_take(L, &attempt_kind); /* 11 */
    struct lrek_request *request = lrek_check_request(L, 2);
    int count = 1;
    if (lrek_read_credentials(L, 3, &arguments, &refusal) &&
        lrek_read_extras(L, 7, 9, &arguments, &refusal) &&
        lrek_prepare_attempt(L, target, request, &arguments, attempt, &url, &refusal))
        push_request(L, target, request, url, attempt);
    else
        count = push_reason(L, &refusal);
    lrek_give(L, 11, &attempt_kind);
    return count;
}

/* target:presign(request, access_key_id, secret_access_key, session_token, time, expires)
 *   -> { method =, url =, headers = {{name, value}, ...}, body = }, signed in the URL, so that
 * whoever has it can send it for `expires` seconds; or nil and why it can't be signed. */
static int target_presign(lua_State *L)
{
    struct lrek_target *target = lrek_check_target(L, 1);
    struct lrek_arguments arguments = {0};
    struct lrek_refusal refusal;
    struct rek_slice url;
    lua_settop(L, 7);
    struct lrek_attempt *attempt = lrek_take(L, &attempt_kind); /* 8 */
    struct lrek_request *request = lrek_check_request(L, 2);
    int count = 1;
    if (lrek_read_credentials(L, 3, &arguments, &refusal) &&
        lrek_read_seconds(L, 7, "expires", &arguments.expires_s, &refusal) &&
        (arguments.expires_s > 0 || lrek_refuse(&refusal, rek_sigv4_subject(REK_SIGV4_EXPIRES),
                                                rek_sigv4_message(REK_SIGV4_EXPIRES))) &&
        lrek_prepare_attempt(L, target, request, &arguments, attempt, &url, &refusal) &&
        lrek_make_presigned_url(target, attempt, &url, &refusal))
        push_request(L, target, request, url, attempt);
    else
        count = push_reason(L, &refusal);
    lrek_give(L, 8, &attempt_kind);
    return count;
}

void lrek_open_attempt(lua_State *L)
{
    static const luaL_Reg methods[] = {{"send", target_send},       {"start", target_start},
                                       {"hash", target_hash},       {"sign", target_sign},
                                       {"presign", target_presign}, {NULL, NULL}};
    lrek_open_response(L);
    lrek_open_kind(L, &attempt_kind);
    lua_pop(L, 1);
    lrek_push_target_methods(L);
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 1);
}
