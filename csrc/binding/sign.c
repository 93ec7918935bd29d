/* sign: AWS Signature Version 4 for any request. lua/rekognition/sigv4.lua documents it. */
#include "binding/lrek.h"
#include "core/sigv4.h"

#include <math.h>

/* One for each Lua state: its signing keys and its memory serve every call. A call that meets
 * another one under way (a finalizer may make one) gets one of its own. */
struct signing {
    bool busy;
    struct rek_signer signer;
    struct rek_sigv4_result result;
};

/* The names of the fields that are read. They stay in a table, so that reading a field allocates
 * nothing: the collector, and with it a finalizer that changes the caller's tables, can't run
 * between the reading and the signing. */
enum {
    METHOD = 1,
    TARGET,
    HEADERS,
    BODY,
    REGION,
    SERVICE,
    CREDENTIALS,
    TIME,
    MODE,
    EXPIRES,
    NORMALIZE_PATH,
    DOUBLE_ENCODE,
    SIGN_BODY,
    TOKEN_AFTER,
    PAYLOAD_HASH,
    SIGNED_HEADERS,
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    SESSION_TOKEN,
    FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
    [METHOD] = "method",
    [TARGET] = "target",
    [HEADERS] = "headers",
    [BODY] = "body",
    [REGION] = "region",
    [SERVICE] = "service",
    [CREDENTIALS] = "credentials",
    [TIME] = "time",
    [MODE] = "mode",
    [EXPIRES] = "expires",
    [NORMALIZE_PATH] = "normalize_path",
    [DOUBLE_ENCODE] = "double_encode",
    [SIGN_BODY] = "sign_body",
    [TOKEN_AFTER] = "token_after",
    [PAYLOAD_HASH] = "payload_hash",
    [SIGNED_HEADERS] = "signed_headers",
    [ACCESS_KEY_ID] = "access_key_id",
    [SECRET_ACCESS_KEY] = "secret_access_key",
    [SESSION_TOKEN] = "session_token",
};

/* Where things lie on the stack of a call. */
enum { REQUEST_ARG = 1, OPTIONS_ARG, HEADERS_AT, CREDENTIALS_AT };

/* What is wrong: a path into the arguments and what should be there. */
struct complaint {
    const char *where; /* "request", "options" or "credentials" */
    const char *field; /* or NULL: the table itself */
    size_t header;     /* from 1, or 0 */
    int part;          /* of the header: 1 its name, 2 its value, or 0 */
    const char *message;
};

/* Pushes nil and the complaint as a table {path, message}. */
static int push_complaint(lua_State *L, const struct complaint *complaint)
{
    luaL_Buffer path;
    luaL_buffinit(L, &path);
    luaL_addstring(&path, complaint->where);
    if (complaint->field) {
        luaL_addchar(&path, '.');
        luaL_addstring(&path, complaint->field);
    }
    if (complaint->header > 0) {
        lua_pushfstring(L, "[%I]", (lua_Integer)complaint->header);
        luaL_addvalue(&path);
    }
    if (complaint->part > 0) {
        lua_pushfstring(L, "[%d]", complaint->part);
        luaL_addvalue(&path);
    }
    luaL_pushresult(&path);
    lua_pushnil(L);
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "path");
    lua_pushstring(L, complaint->message);
    lua_setfield(L, -2, "message");
    return 2;
}

/* Pushes a field, without metamethods, and gives its type. */
static int push_field(lua_State *L, int table, int field)
{
    lua_rawgeti(L, lua_upvalueindex(2), field);
    return lua_rawget(L, table);
}

static bool complain(struct complaint *complaint, const char *where, int field, const char *message)
{
    *complaint =
        (struct complaint){.where = where, .field = field_names[field], .message = message};
    return false;
}

/* Reads a string. The slice holds as long as the table does. */
static bool read_string(lua_State *L, int table, const char *where, int field, bool required,
                        struct rek_slice *out, struct complaint *complaint)
{
    int type = push_field(L, table, field);
    bool ok = type == LUA_TSTRING || (type == LUA_TNIL && !required);
    *out = rek_slice_of(NULL, 0);
    if (type == LUA_TSTRING)
        out->data = lua_tolstring(L, -1, &out->len);
    lua_pop(L, 1);
    return ok || complain(complaint, where, field, "must be a string");
}

static bool read_boolean(lua_State *L, int field, bool *out, struct complaint *complaint)
{
    int type = push_field(L, OPTIONS_ARG, field);
    if (type == LUA_TBOOLEAN)
        *out = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return type == LUA_TBOOLEAN || type == LUA_TNIL ||
           complain(complaint, "options", field, "must be true or false");
}

/* Seconds, the fraction dropped. What no int64_t holds becomes -1, which signing refuses. */
static bool read_seconds(lua_State *L, int field, bool required, int64_t *out,
                         struct complaint *complaint)
{
    int type = push_field(L, OPTIONS_ARG, field);
    if (lua_isinteger(L, -1)) {
        *out = lua_tointeger(L, -1);
    } else if (type == LUA_TNUMBER) {
        lua_Number seconds = floor(lua_tonumber(L, -1));
        *out = seconds >= 0 && seconds < 0x1p62 ? (int64_t)seconds : -1;
    }
    lua_pop(L, 1);
    return type == LUA_TNUMBER || (type == LUA_TNIL && !required) ||
           complain(complaint, "options", field, "must be a number of seconds");
}

static bool read_mode(lua_State *L, struct rek_sigv4_options *options, struct complaint *complaint)
{
    struct rek_slice mode;
    if (!read_string(L, OPTIONS_ARG, "options", MODE, false, &mode, complaint))
        return false;
    if (rek_slice_equal(mode, REK_SLICE("query")))
        options->mode = REK_SIGV4_QUERY;
    else if (mode.data && !rek_slice_equal(mode, REK_SLICE("header")))
        return complain(complaint, "options", MODE, "must be \"header\" or \"query\"");
    return true;
}

static bool read_credentials(lua_State *L, struct rek_credentials *credentials,
                             struct complaint *complaint)
{
    const char *where = "options.credentials";
    return read_string(L, CREDENTIALS_AT, where, ACCESS_KEY_ID, true, &credentials->access_key_id,
                       complaint) &&
           read_string(L, CREDENTIALS_AT, where, SECRET_ACCESS_KEY, true,
                       &credentials->secret_access_key, complaint) &&
           read_string(L, CREDENTIALS_AT, where, SESSION_TOKEN, false, &credentials->session_token,
                       complaint);
}

static bool read_options(lua_State *L, struct rek_sigv4_options *options,
                         struct complaint *complaint)
{
    *options = (struct rek_sigv4_options){.normalize_path = true, .double_encode = true};
    return read_string(L, OPTIONS_ARG, "options", REGION, true, &options->region, complaint) &&
           read_string(L, OPTIONS_ARG, "options", SERVICE, true, &options->service, complaint) &&
           read_credentials(L, &options->credentials, complaint) &&
           read_seconds(L, TIME, true, &options->time_s, complaint) &&
           read_mode(L, options, complaint) &&
           read_seconds(L, EXPIRES, options->mode == REK_SIGV4_QUERY, &options->expires_s,
                        complaint) &&
           read_boolean(L, NORMALIZE_PATH, &options->normalize_path, complaint) &&
           read_boolean(L, DOUBLE_ENCODE, &options->double_encode, complaint) &&
           read_boolean(L, SIGN_BODY, &options->sign_body, complaint) &&
           read_boolean(L, TOKEN_AFTER, &options->token_after, complaint) &&
           read_string(L, OPTIONS_ARG, "options", PAYLOAD_HASH, false, &options->payload_hash,
                       complaint) &&
           read_string(L, OPTIONS_ARG, "options", SIGNED_HEADERS, false, &options->signed_headers,
                       complaint);
}

/* One part of the header pair on top of the stack. */
static bool read_part(lua_State *L, int part, struct rek_slice *out)
{
    bool ok = lua_rawgeti(L, -1, part) == LUA_TSTRING;
    if (ok)
        out->data = lua_tolstring(L, -1, &out->len);
    lua_pop(L, 1);
    return ok;
}

static bool read_header(lua_State *L, size_t index, struct rek_http_header *header,
                        struct complaint *complaint)
{
    *complaint = (struct complaint){.where = "request", .field = "headers", .header = index + 1};
    bool ok = lua_rawgeti(L, HEADERS_AT, (lua_Integer)index + 1) == LUA_TTABLE;
    if (!ok) {
        complaint->message = "must be a table of two strings, {name, value}";
    } else if (!read_part(L, 1, &header->name) || !read_part(L, 2, &header->value)) {
        ok = false;
        complaint->message = "must be a table of two strings, {name, value}";
    }
    lua_pop(L, 1);
    return ok;
}

static bool read_request(lua_State *L, struct rek_sigv4_request *request,
                         struct rek_http_header *headers, struct complaint *complaint)
{
    if (!read_string(L, REQUEST_ARG, "request", METHOD, true, &request->method, complaint) ||
        !read_string(L, REQUEST_ARG, "request", TARGET, true, &request->target, complaint) ||
        !read_string(L, REQUEST_ARG, "request", BODY, false, &request->body, complaint))
        return false;
    for (size_t i = 0; i < request->header_count; i++)
        if (!read_header(L, i, &headers[i], complaint))
            return false;
    request->headers = headers;
    return true;
}

/* What signing refused, as a place in the arguments. */
static void locate(enum rek_sigv4_error error, const struct rek_sigv4_result *result,
                   struct complaint *complaint)
{
    static const struct {
        const char *where;
        int field;
    } places[] = {
        [REK_SIGV4_NO_MEMORY] = {"request", 0},
        [REK_SIGV4_NO_CRYPTO] = {"request", 0},
        [REK_SIGV4_METHOD] = {"request", METHOD},
        [REK_SIGV4_TARGET] = {"request", TARGET},
        [REK_SIGV4_HEADER_NAME] = {"request", HEADERS},
        [REK_SIGV4_HEADER_VALUE] = {"request", HEADERS},
        [REK_SIGV4_NO_HOST] = {"request", HEADERS},
        [REK_SIGV4_TOO_MANY_HEADERS] = {"request", HEADERS},
        [REK_SIGV4_TOO_MANY_PARAMETERS] = {"request", TARGET},
        [REK_SIGV4_REGION] = {"options", REGION},
        [REK_SIGV4_SERVICE] = {"options", SERVICE},
        [REK_SIGV4_ACCESS_KEY_ID] = {"options.credentials", ACCESS_KEY_ID},
        [REK_SIGV4_SECRET_ACCESS_KEY] = {"options.credentials", SECRET_ACCESS_KEY},
        [REK_SIGV4_SESSION_TOKEN] = {"options.credentials", SESSION_TOKEN},
        [REK_SIGV4_TIME] = {"options", TIME},
        [REK_SIGV4_EXPIRES] = {"options", EXPIRES},
        [REK_SIGV4_PAYLOAD_HASH] = {"options", PAYLOAD_HASH},
    };
    *complaint = (struct complaint){.where = places[error].where,
                                    .field = field_names[places[error].field],
                                    .message = rek_sigv4_message(error)};
    if (error == REK_SIGV4_HEADER_NAME || error == REK_SIGV4_HEADER_VALUE) {
        complaint->header = result->bad_header + 1;
        complaint->part = error == REK_SIGV4_HEADER_NAME ? 1 : 2;
    }
}

static void push_slice(lua_State *L, struct rek_slice slice)
{
    lua_pushlstring(L, slice.len > 0 ? slice.data : "", slice.len);
}

static void push_pair(lua_State *L, struct rek_slice name, struct rek_slice value)
{
    lua_createtable(L, 2, 0);
    push_slice(L, name);
    lua_rawseti(L, -2, 1);
    push_slice(L, value);
    lua_rawseti(L, -2, 2);
}

/* The headers to be sent: the caller's, as copies of its pairs, without those that the signer's own
 * replace, and then these. */
static void push_headers(lua_State *L, const struct rek_sigv4_options *options, size_t count,
                         const struct rek_sigv4_result *result)
{
    lua_Integer sent = 0;
    lua_createtable(L, (int)(count + result->added_count), 0);
    for (size_t i = 1; i <= count; i++) {
        struct rek_http_header header = {{NULL, 0}, {NULL, 0}};
        if (lua_rawgeti(L, HEADERS_AT, (lua_Integer)i) == LUA_TTABLE) {
            lua_rawgeti(L, -1, 1);
            lua_rawgeti(L, -2, 2);
            if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING) {
                header.name.data = lua_tolstring(L, -2, &header.name.len);
                header.value.data = lua_tolstring(L, -1, &header.value.len);
            }
            if (header.name.data && !rek_sigv4_replaces(options, header.name)) {
                push_pair(L, header.name, header.value);
                lua_rawseti(L, -5, ++sent);
            }
            lua_pop(L, 2);
        }
        lua_pop(L, 1);
    }
    for (size_t i = 0; i < result->added_count; i++) {
        push_pair(L, result->added[i].name, result->added[i].value);
        lua_rawseti(L, -2, ++sent);
    }
}

static int push_result(lua_State *L, const struct rek_sigv4_options *options, size_t header_count,
                       const struct rek_sigv4_result *result)
{
    const struct {
        const char *name;
        struct rek_slice text;
    } texts[] = {
        {"canonical_request", rek_buffer_slice(&result->canonical_request)},
        {"string_to_sign", rek_buffer_slice(&result->string_to_sign)},
        {"signature", rek_slice_of(result->signature, sizeof result->signature)},
        {"target", rek_buffer_slice(&result->target)},
    };
    lua_createtable(L, 0, 5);
    push_headers(L, options, header_count, result);
    lua_setfield(L, -2, "headers");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        push_slice(L, texts[i].text);
        lua_setfield(L, -2, texts[i].name);
    }
    return 1;
}

/* Pushes the tables inside the arguments, and the session token, so that they outlive the call. */
static bool push_parts(lua_State *L, struct complaint *complaint)
{
    if (push_field(L, REQUEST_ARG, HEADERS) != LUA_TTABLE)
        return complain(complaint, "request", HEADERS, "must be a list of {name, value}");
    if (push_field(L, OPTIONS_ARG, CREDENTIALS) != LUA_TTABLE)
        return complain(complaint, "options", CREDENTIALS,
                        "must be a table with access_key_id and secret_access_key");
    push_field(L, CREDENTIALS_AT, SESSION_TOKEN);
    return true;
}

static int clear_signing(lua_State *L)
{
    struct signing *signing = lua_touserdata(L, 1);
    rek_signer_clear(&signing->signer);
    rek_sigv4_result_clear(&signing->result);
    return 0;
}

/* Pushes a new one. */
static struct signing *new_signing(lua_State *L)
{
    struct signing *signing = lua_newuserdatauv(L, sizeof *signing, 0);
    *signing = (struct signing){.busy = false};
    if (luaL_newmetatable(L, "rekognition.signing")) {
        lua_pushcfunction(L, clear_signing);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    if (!rek_signer_init(&signing->signer))
        luaL_error(L, "OpenSSL has no SHA-256 to sign with");
    return signing;
}

/* Pushes what signing works with. */
static struct signing *take_signing(lua_State *L)
{
    struct signing *signing = lua_touserdata(L, lua_upvalueindex(1));
    if (signing->busy)
        return new_signing(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    return signing;
}

static int sign_with(lua_State *L, struct signing *signing, struct rek_http_header *headers,
                     size_t count)
{
    struct complaint complaint;
    struct rek_sigv4_request request = {.header_count = count};
    struct rek_sigv4_options options;
    if (!read_options(L, &options, &complaint) || !read_request(L, &request, headers, &complaint))
        return push_complaint(L, &complaint);
    enum rek_sigv4_error error =
        rek_sigv4_sign(&signing->signer, &request, &options, &signing->result);
    if (error == REK_SIGV4_NO_MEMORY)
        return luaL_error(L, "not enough memory");
    if (error) {
        locate(error, &signing->result, &complaint);
        return push_complaint(L, &complaint);
    }
    return push_result(L, &options, count, &signing->result);
}

/* sign(request, options) -> result, or nil, {path =, message =} */
static int sign(lua_State *L)
{
    struct complaint complaint;
    luaL_checktype(L, REQUEST_ARG, LUA_TTABLE);
    luaL_checktype(L, OPTIONS_ARG, LUA_TTABLE);
    lua_settop(L, OPTIONS_ARG);
    if (!push_parts(L, &complaint))
        return push_complaint(L, &complaint);
    size_t count = lua_rawlen(L, HEADERS_AT);
    if (count > REK_SIGV4_MAX_FIELDS) {
        locate(REK_SIGV4_TOO_MANY_HEADERS, NULL, &complaint);
        return push_complaint(L, &complaint);
    }
    struct rek_http_header *headers = lua_newuserdatauv(L, (count + 1) * sizeof *headers, 0);
    struct signing *signing = take_signing(L);
    signing->busy = true; /* an error leaves it so; later calls then get one of their own */
    int results = sign_with(L, signing, headers, count);
    signing->busy = false;
    return results;
}

/* Upvalues of sign: what signing works with, and the names of the fields. */
void lrek_open_sign(lua_State *L)
{
    new_signing(L);
    lua_createtable(L, FIELD_COUNT - 1, 0);
    for (int i = 1; i < FIELD_COUNT; i++) {
        lua_pushstring(L, field_names[i]);
        lua_rawseti(L, -2, i);
    }
    lua_pushcclosure(L, sign, 2);
    lua_setfield(L, -2, "sign");
}
