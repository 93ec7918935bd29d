/* The short way of a call: sign, send and read the answer in one go, with no Lua table for a
 * header. What the caller of a service keeps is its address and the memory that each exchange uses
 * again. */

#include "binding/luautil.h"
#include "binding/request.h"
#include "binding/response.h"
#include "binding/transport.h"
#include "binding/type.h"
#include "core/http_transfer.h"
#include "core/shape.h"
#include "core/sigv4.h"

#include <stdio.h>
#include <string.h>

static const char CALLER_TYPE[] = "rekognition.caller";
static const char EXCHANGE_TYPE[] = "rekognition.exchange";

/* User values of a caller: what it borrows, and the exchange that is ready to be used. */
enum { TRANSPORT_VALUE = 1, URL_VALUE, REGION_VALUE, SERVICE_VALUE, EXCHANGE_VALUE, VALUE_COUNT };

struct caller {
    struct rek_signer signer;
    struct rek_slice url;    /* held by the user values, as are the other slices */
    struct rek_slice host;   /* with the port where it is not the scheme's own */
    struct rek_slice target; /* the path, which may be empty */
    struct rek_slice region;
    struct rek_slice service;
    long connect_timeout_ms;
    long timeout_ms;
    long max_attempts;
    lua_Integer attempt; /* the one whose header is in attempt_text, where that is not empty */
    char attempt_text[64];
    int attempt_len;
};

/* The memory of one exchange. A finalizer that runs while an answer is pushed may make a call of
 * its own: it then finds the place empty and makes another exchange. */
struct exchange {
    struct rek_sigv4_result signature;
    struct rek_http_response response;
};

static int caller_gc(lua_State *L)
{
    struct caller *caller = lrek_check_type(L, 1, CALLER_TYPE);
    rek_signer_clear(&caller->signer);
    return 0;
}

static int exchange_gc(lua_State *L)
{
    struct exchange *exchange = lrek_check_type(L, 1, EXCHANGE_TYPE);
    rek_sigv4_result_clear(&exchange->signature);
    rek_http_response_clear(&exchange->response);
    return 0;
}

/* Pushes the caller's exchange and leaves its place empty. */
static struct exchange *take_exchange(lua_State *L)
{
    lua_getiuservalue(L, 1, EXCHANGE_VALUE);
    struct exchange *exchange = lua_touserdata(L, -1);
    if (exchange) {
        lua_pushnil(L);
        lua_setiuservalue(L, 1, EXCHANGE_VALUE);
        return exchange;
    }
    lua_pop(L, 1);
    exchange = lua_newuserdatauv(L, sizeof *exchange, 0);
    rek_sigv4_result_init(&exchange->signature);
    rek_http_response_init(&exchange->response);
    lrek_set_type(L, EXCHANGE_TYPE);
    return exchange;
}

/* Puts the exchange at `index` back for the next call, without the memory of a large body. */
static void give_exchange(lua_State *L, int index)
{
    struct exchange *exchange = lua_touserdata(L, index);
    rek_http_response_empty(&exchange->response);
    lua_pushvalue(L, index);
    lua_setiuservalue(L, 1, EXCHANGE_VALUE);
}

static struct rek_slice check_slice(lua_State *L, int index)
{
    size_t len;
    const char *text = luaL_checklstring(L, index, &len);
    return rek_slice_of(text, len);
}

static struct rek_slice opt_slice(lua_State *L, int index)
{
    if (lua_isnoneornil(L, index))
        return (struct rek_slice){0};
    return check_slice(L, index);
}

/* The text under a key of the table at `index`, kept as a user value of the caller on top. */
static struct rek_slice keep_text(lua_State *L, int index, const char *key, int value)
{
    lua_getfield(L, index, key);
    struct rek_slice text = check_slice(L, -1);
    lua_setiuservalue(L, -2, value);
    return text;
}

static long get_milliseconds(lua_State *L, int index, const char *key)
{
    lua_getfield(L, index, key);
    lua_Number milliseconds = luaL_checknumber(L, -1) * 1000;
    lua_pop(L, 1);
    luaL_argcheck(L, milliseconds > 0 && milliseconds < 2147483647, index, key);
    return milliseconds < 1 ? 1 : (long)milliseconds;
}

static bool has_suffix(struct rek_slice text, struct rek_slice suffix)
{
    return text.len > suffix.len &&
           memcmp(text.data + text.len - suffix.len, suffix.data, suffix.len) == 0;
}

/* Splits the URL, whose origin is scheme, host and port, into host and path. */
static void split_url(struct caller *caller, struct rek_slice origin)
{
    struct rek_slice url = caller->url;
    bool is_tls = url.data[4] != ':';
    size_t scheme = is_tls ? 8 : 7;
    caller->host = rek_slice_of(url.data + scheme, origin.len - scheme);
    struct rek_slice own_port = is_tls ? REK_SLICE(":443") : REK_SLICE(":80");
    if (has_suffix(caller->host, own_port))
        caller->host.len -= own_port.len;
    caller->target = rek_slice_of(url.data + origin.len, url.len - origin.len);
}

/* caller(transport, { url =, region =, service =, connect_timeout =, timeout =, max_attempts = })
 * -> a caller. The URL is http(s)://host[:port][/path], timeouts are seconds. */
static int caller_new(lua_State *L)
{
    lrek_check_transport(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    struct caller *caller = lua_newuserdatauv(L, sizeof *caller, VALUE_COUNT - 1);
    memset(caller, 0, sizeof *caller);
    lrek_set_type(L, CALLER_TYPE);
    if (!rek_signer_init(&caller->signer))
        return luaL_error(L, "not enough memory");
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, TRANSPORT_VALUE);
    caller->url = keep_text(L, 2, "url", URL_VALUE);
    caller->region = keep_text(L, 2, "region", REGION_VALUE);
    caller->service = keep_text(L, 2, "service", SERVICE_VALUE);
    struct rek_slice origin;
    const char *problem = rek_http_check_url(caller->url, &origin);
    luaL_argcheck(L, !problem, 2, problem);
    split_url(caller, origin);
    caller->connect_timeout_ms = get_milliseconds(L, 2, "connect_timeout");
    caller->timeout_ms = get_milliseconds(L, 2, "timeout");
    lua_getfield(L, 2, "max_attempts");
    caller->max_attempts = (long)luaL_checkinteger(L, -1);
    lua_pop(L, 1);
    return 1;
}

static enum rek_sigv4_error sign(struct caller *caller, const struct lrek_request *request,
                                 const struct rek_credentials *credentials, lua_Number time,
                                 struct rek_sigv4_result *signature)
{
    const struct rek_http_header headers[] = {
        {REK_SLICE("Host"), caller->host},
        request->headers[0],
        request->headers[1],
    };
    const struct rek_sigv4_request unsigned_request = {
        .method = REK_SLICE("POST"),
        .target = caller->target,
        .body = rek_buffer_slice(&request->body),
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
    };
    const struct rek_sigv4_options options = {
        .region = caller->region,
        .service = caller->service,
        .credentials = *credentials,
        .time_s = (int64_t)time,
        .mode = REK_SIGV4_HEADER,
        .normalize_path = true,
        .double_encode = true,
    };
    return rek_sigv4_sign(&caller->signer, &unsigned_request, &options, signature);
}

/* What is sent beside the signature and is not part of it. */
struct unsigned_headers {
    struct rek_slice user_agent;
    lua_Integer attempt;
};

/* The header amz-sdk-request. Most calls are first attempts, and have the same one. */
static struct rek_slice attempt_text(struct caller *caller, lua_Integer attempt)
{
    if (caller->attempt != attempt || caller->attempt_len == 0) {
        caller->attempt = attempt;
        caller->attempt_len =
            snprintf(caller->attempt_text, sizeof caller->attempt_text, "attempt=%lld; max=%ld",
                     (long long)attempt, caller->max_attempts);
    }
    return rek_slice_of(caller->attempt_text, (size_t)caller->attempt_len);
}

static enum rek_http_result exchange_http(struct caller *caller, struct rek_http_client *http,
                                          const struct lrek_request *request,
                                          const struct unsigned_headers *extra,
                                          struct exchange *exchange,
                                          struct rek_http_failure *failure)
{
    struct rek_http_header headers[9] = {
        request->headers[0],
        request->headers[1],
        {REK_SLICE("User-Agent"), extra->user_agent},
        {REK_SLICE("amz-sdk-invocation-id"),
         rek_slice_of(request->invocation_id, sizeof request->invocation_id)},
        {REK_SLICE("amz-sdk-request"), attempt_text(caller, extra->attempt)},
    };
    size_t count = 5;
    for (size_t i = 0; i < exchange->signature.added_count; i++)
        headers[count++] = exchange->signature.added[i];
    const struct rek_http_request http_request = {
        .method = REK_SLICE("POST"),
        .url = caller->url,
        .headers = headers,
        .header_count = count,
        .body = rek_buffer_slice(&request->body),
        .connect_timeout_ms = caller->connect_timeout_ms,
        .timeout_ms = caller->timeout_ms,
    };
    return rek_http_perform(http, &http_request, &exchange->response, NULL, failure);
}

/* nil, { signing = message } */
static int push_signing_failure(lua_State *L, enum rek_sigv4_error error)
{
    lua_pushnil(L);
    lua_createtable(L, 0, 1);
    lua_pushfstring(L, "%s %s", rek_sigv4_subject(error), rek_sigv4_message(error));
    lua_setfield(L, -2, "signing");
    return 2;
}

/* caller:send(request, access_key_id, secret_access_key, session_token, time, attempt, user_agent)
 *   -> response, { status =, request_id =, headers = }; or nil and
 *   { status =, headers =, body = }                an answer that is no success
 *   { status =, headers =, body =, protocol = }    a success whose body can't be read, and why
 *   { transport = { code =, message = } }          no answer
 *   { signing = message }                          what can't be signed
 * `time` is epoch seconds. The session token may be nil. `headers` has names in lower case and is
 * made when it is first asked for; until then the lines are in `header_lines`. */
static int caller_send(lua_State *L)
{
    struct caller *caller = lrek_check_type(L, 1, CALLER_TYPE);
    /* A finalizer may call after the collector has taken the caller's own. */
    luaL_argcheck(L, caller->signer.ready, 1, "the client is closed");
    const struct rek_credentials credentials = {
        .access_key_id = check_slice(L, 3),
        .secret_access_key = check_slice(L, 4),
        .session_token = opt_slice(L, 5),
    };
    lua_Number time = luaL_checknumber(L, 6);
    luaL_argcheck(L, time >= 0 && time < 253402300800.0, 6, "not a time before the year 10000");
    const struct unsigned_headers extra = {
        .attempt = luaL_checkinteger(L, 7),
        .user_agent = check_slice(L, 8),
    };
    lua_settop(L, 8);
    struct exchange *exchange = take_exchange(L); /* 9 */
    lua_getiuservalue(L, 1, TRANSPORT_VALUE);
    struct rek_http_client *http =
        lrek_check_transport(L, 10); /* after all that lets finalizers run */
    const struct lrek_request *request = lrek_check_request(L, 2);
    int count;
    struct rek_http_failure failure;
    enum rek_sigv4_error error = sign(caller, request, &credentials, time, &exchange->signature);
    if (error == REK_SIGV4_OK) {
        enum rek_http_result result =
            exchange_http(caller, http, request, &extra, exchange, &failure);
        count = result == REK_HTTP_OK ? lrek_push_metadata(L, request, &exchange->response)
                                      : lrek_push_no_response(L, result, &failure);
    } else {
        count = push_signing_failure(L, error);
    }
    give_exchange(L, 9);
    return count;
}

void lrek_open_caller(lua_State *L)
{
    static const luaL_Reg caller_methods[] = {{"send", caller_send}, {NULL, NULL}};
    lrek_new_type(L, EXCHANGE_TYPE);
    lua_pushcfunction(L, exchange_gc);
    lua_setfield(L, -2, "__gc");
    lrek_new_type(L, CALLER_TYPE);
    lua_pushcfunction(L, caller_gc);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, caller_methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 2);
    lua_pushcfunction(L, caller_new);
    lua_setfield(L, -2, "caller");
}
