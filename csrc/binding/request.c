#include "binding/request.h"

#include "binding/load.h"
#include "binding/luautil.h"
#include "binding/push.h"
#include "binding/scratch.h"
#include "core/alloc.h"
#include "core/encode.h"

#include <limits.h>

enum { KEPT_BODY = 64 << 10 }; /* of a closed request, for the next one */

static void drop_hash(struct lrek_request *request)
{
    if (request->hashed > 0)
        rek_sha256_drop(&request->hashing);
    request->hashed = 0;
    request->has_hash = false;
}

static void clear_request(void *object)
{
    struct lrek_request *request = object;
    drop_hash(request);
    rek_buffer_wipe(&request->text);
    rek_buffer_wipe(&request->body);
    rek_free(request->headers);
    request->headers = NULL;
    request->header_count = request->header_capacity = 0;
    request->service = NULL;
    request->operation = NULL;
    request->open = false;
}

/* An operation's headers stay for the next request of the same operation. A plain request may hold
 * a token or a password: nothing of it stays. */
static void recycle_request(void *object)
{
    struct lrek_request *request = object;
    drop_hash(request);
    if (!request->service) {
        rek_buffer_wipe(&request->text);
        rek_buffer_wipe(&request->body);
    } else if (request->body.failed || request->body.capacity > KEPT_BODY) {
        rek_buffer_clear(&request->body);
    }
    request->body.len = 0;
}

static const struct lrek_kind request_kind = {
    .name = "rekognition.request",
    .size = sizeof(struct lrek_request),
    .clear = clear_request,
    .recycle = recycle_request,
};

bool lrek_hash_request(struct lrek_request *request, const struct rek_hasher *hasher, size_t most)
{
    unsigned char digest[REK_SHA256_SIZE];
    size_t left = request->body.len - request->hashed;
    if (request->has_hash)
        return true;
    if (request->hashed == 0 && !rek_sha256_begin(hasher, &request->hashing))
        return false;
    if (most > left)
        most = left;
    bool ok =
        rek_sha256_add(&request->hashing, rek_slice_of(request->body.data + request->hashed, most));
    request->hashed += most;
    if (!ok || most < left)
        return ok;
    request->has_hash = rek_sha256_end(&request->hashing, digest);
    if (request->has_hash)
        rek_hex_encode(request->body_hash, digest, sizeof digest);
    return request->has_hash;
}

void lrek_hold_request(struct lrek_request *request)
{
    request->senders++;
}

void lrek_release_request(struct lrek_request *request)
{
    request->senders--;
    if (!request->open && request->senders == 0 && !lrek_is_cleared(&request->object))
        recycle_request(request);
}

/* Pushes a request without a body. The last one that was closed is used again: a userdata with a
 * finalizer and a body of its own for each call would cost more than encoding one does. */
static struct lrek_request *take_request(lua_State *L)
{
    struct lrek_request *request = lrek_take(L, &request_kind);
    if (!rek_random_uuid(request->invocation_id))
        luaL_error(L, "the system has no random bytes");
    return request;
}

static void reserve_headers(lua_State *L, struct lrek_request *request, size_t count)
{
    if (count <= request->header_capacity)
        return;
    struct rek_http_header *headers = rek_realloc(request->headers, count * sizeof *headers);
    if (!headers)
        luaL_error(L, "not enough memory");
    request->headers = headers;
    request->header_capacity = count;
}

/* What REK_AWS_JSON adds to the body: the operation stands in a header. */
static void describe_operation(lua_State *L, struct lrek_request *request,
                               const struct rek_service *service,
                               const struct rek_operation *operation)
{
    if (request->operation == operation)
        return; /* the kept request was one for the same */
    request->operation = NULL;
    reserve_headers(L, request, 2);
    request->text.len = 0;
    rek_buffer_append_slice(&request->text, service->target_prefix);
    rek_buffer_append_slice(&request->text, operation->name);
    if (request->text.failed) {
        rek_buffer_clear(&request->text);
        luaL_error(L, "not enough memory");
    }
    request->headers[0] =
        (struct rek_http_header){REK_SLICE("Content-Type"), service->content_type};
    request->headers[1] =
        (struct rek_http_header){REK_SLICE("X-Amz-Target"), rek_buffer_slice(&request->text)};
    request->header_count = 2;
    request->service = service;
    request->operation = operation;
    request->name = operation->name;
    request->method = REK_SLICE("POST");
    request->target = rek_slice_of(NULL, 0);
}

/* Loads and encodes in one go: between the two, nothing may change the caller's table. */
static bool fill_body(lua_State *L, struct lrek_request *request, int index,
                      struct lrek_scratch *scratch)
{
    struct lrek_loader loader = {
        .L = L, .arena = &scratch->arena, .bytes = &scratch->bytes, .problems = &scratch->problems};
    const struct rek_shape *shape = request->operation->input;
    const void *loaded = lrek_load(&loader, index, shape);
    if (loader.failure)
        luaL_error(L, "%s", loader.failure);
    if (!loaded)
        return false;
    rek_buffer_reserve(&request->body, loader.body_size + 16);
    if (!rek_encode(shape, loaded, &request->body))
        luaL_error(L, "not enough memory");
    return true;
}

struct lrek_request *lrek_push_request(lua_State *L, const struct rek_service *service,
                                       const struct rek_operation *operation, int index)
{
    index = lua_absindex(L, index);
    struct lrek_request *request = take_request(L);
    int at = lua_gettop(L);
    describe_operation(L, request, service, operation);
    struct lrek_scratch *scratch = lrek_take_scratch(L);
    request->open = fill_body(L, request, index, scratch);
    if (!request->open)
        lrek_push_problems(L, &scratch->problems);
    lrek_give_scratch(L, at + 1);
    lua_remove(L, at + 1);
    if (request->open)
        return request;
    lrek_give(L, at, &request_kind);
    lua_remove(L, at);
    return NULL;
}

struct lrek_request *lrek_check_request(lua_State *L, int index)
{
    struct lrek_request *request = lrek_check_object(L, index, &request_kind);
    luaL_argcheck(L, request->open, index, "the request is closed");
    return request;
}

/* Appends the field's text to the request's; returns how long it is. */
static size_t copy_field(lua_State *L, struct lrek_request *request, const char *field)
{
    struct rek_slice text = lrek_opt_text_field(L, 1, field);
    rek_buffer_append_slice(&request->text, text);
    lua_pop(L, 1);
    return text.len;
}

/* Copies the headers; their slices have lengths only, until the text stands. */
static void copy_headers(lua_State *L, struct lrek_request *request)
{
    request->header_count = 0;
    int type = lrek_raw_field(L, 1, "headers");
    if (type == LUA_TNIL)
        return;
    if (type != LUA_TTABLE)
        luaL_error(L, "headers must be a list of {name, value}, got %s", luaL_typename(L, -1));
    size_t count = lua_rawlen(L, -1);
    if (count > LREK_MAX_HEADERS)
        luaL_error(L, "headers must be at most %d, got %d", LREK_MAX_HEADERS,
                   count < INT_MAX ? (int)count : INT_MAX);
    reserve_headers(L, request, count);
    for (size_t i = 0; i < count; i++) {
        struct rek_http_header *header = &request->headers[i];
        if (!lrek_read_pair(L, lua_gettop(L), (lua_Integer)i + 1, header))
            luaL_error(L, "headers[%d] must be {name, value}, two strings", (int)i + 1);
        rek_buffer_append_slice(&request->text, header->name);
        rek_buffer_append_slice(&request->text, header->value);
    }
    request->header_count = count;
}

/* Cuts the next `len` bytes off the text. */
static struct rek_slice cut(const char **text, size_t len)
{
    struct rek_slice slice = {*text, len};
    *text += len;
    return slice;
}

/* plain_request { name =, method =, target =, headers =, body = } -> a request for a service
 * without tables. All but the name are optional: method is "GET" without a body and "POST" with
 * one, target (a path and query) follows the address's own path, headers are {{name, value}, ...}.
 */
static int request_plain(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct lrek_request *request = take_request(L); /* 2 */
    request->service = NULL;
    request->operation = NULL;
    request->text.len = 0;
    size_t name_len = copy_field(L, request, "name");
    size_t method_len = copy_field(L, request, "method");
    size_t target_len = copy_field(L, request, "target");
    copy_headers(L, request);
    rek_buffer_append_slice(&request->body, lrek_opt_text_field(L, 1, "body"));
    if (request->text.failed || request->body.failed)
        return luaL_error(L, "not enough memory");
    const char *text = request->text.data;
    request->name = cut(&text, name_len);
    request->method = cut(&text, method_len);
    request->target = cut(&text, target_len);
    for (size_t i = 0; i < request->header_count; i++) {
        request->headers[i].name = cut(&text, request->headers[i].name.len);
        request->headers[i].value = cut(&text, request->headers[i].value.len);
    }
    if (method_len == 0)
        request->method = request->body.len > 0 ? REK_SLICE("POST") : REK_SLICE("GET");
    request->open = true;
    lua_settop(L, 2);
    return 1;
}

/* request:body() -> the bytes to be sent */
static int request_body(lua_State *L)
{
    lrek_push_slice(L, rek_buffer_slice(&lrek_check_request(L, 1)->body));
    return 1;
}

/* request:size() -> the bytes of the body */
static int request_size(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)lrek_check_request(L, 1)->body.len);
    return 1;
}

/* request:name() -> "CopyProjectVersion" */
static int request_name(lua_State *L)
{
    lrek_push_slice(L, lrek_check_request(L, 1)->name);
    return 1;
}

/* request:method() -> "POST" */
static int request_method(lua_State *L)
{
    lrek_push_slice(L, lrek_check_request(L, 1)->method);
    return 1;
}

/* request:invocation_id() -> a UUID, the same for each attempt: the header amz-sdk-invocation-id */
static int request_invocation_id(lua_State *L)
{
    const struct lrek_request *request = lrek_check_request(L, 1);
    lua_pushlstring(L, request->invocation_id, sizeof request->invocation_id);
    return 1;
}

/* request:decode(body) -> table, or nil and what is wrong with the body; of a plain request, the
 * body itself */
static int request_decode(lua_State *L)
{
    const struct lrek_request *request = lrek_check_request(L, 1);
    luaL_checktype(L, 2, LUA_TSTRING);
    lua_settop(L, 2);
    if (!request->service ||
        lrek_push_response(L, request->service, request->operation->output, lrek_string_at(L, 2)))
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

void lrek_close_request(lua_State *L, int index)
{
    struct lrek_request *request = lrek_check_object(L, index, &request_kind);
    if (!request->open)
        return;
    request->open = false;
    if (request->senders == 0)
        lrek_give(L, index, &request_kind);
}

/* request:close(): lets go of the body. The object may then stand for another request: it must not
 * be used again. */
static int request_close(lua_State *L)
{
    lrek_close_request(L, 1);
    return 0;
}

/* The name and the body's length: a body may hold what must not be logged. */
static int request_tostring(lua_State *L)
{
    struct lrek_request *request = lrek_check_object(L, 1, &request_kind);
    if (!request->open) {
        lua_pushfstring(L, "request: %s (closed)",
                        request->service ? request->operation->name.data : "plain");
        return 1;
    }
    lrek_push_slice(L, request->name);
    lua_pushfstring(L, "request: %s (%I bytes)", lua_tostring(L, -1),
                    (LUAI_UACINT)request->body.len);
    return 1;
}

void lrek_open_request(lua_State *L)
{
    static const luaL_Reg methods[] = {{"body", request_body},
                                       {"size", request_size},
                                       {"name", request_name},
                                       {"method", request_method},
                                       {"invocation_id", request_invocation_id},
                                       {"decode", request_decode},
                                       {"close", request_close},
                                       {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__close", request_close}, {"__tostring", request_tostring}, {NULL, NULL}};
    lrek_open_kind(L, &request_kind);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, request_plain);
    lua_setfield(L, -2, "plain_request");
}
