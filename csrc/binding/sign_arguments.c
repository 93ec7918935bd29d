#include "binding/sign_internal.h"

#include <lauxlib.h>
#include <math.h>

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

void lrek_push_sign_names(lua_State *L)
{
    lua_createtable(L, FIELD_COUNT - 1, 0);
    for (int i = 1; i < FIELD_COUNT; i++) {
        lua_pushstring(L, field_names[i]);
        lua_rawseti(L, -2, i);
    }
}

int lrek_push_complaint(lua_State *L, const struct lrek_complaint *complaint)
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

/* Pushes a field, without metamethods, and returns its type. */
static int push_field(lua_State *L, int table, int field)
{
    lua_rawgeti(L, lua_upvalueindex(LREK_SIGN_NAMES), field);
    return lua_rawget(L, table);
}

/* The same, and counts it if it is there. */
static int read_field(lua_State *L, int table, int field, struct lrek_complaint *complaint)
{
    int type = push_field(L, table, field);
    complaint->fields_read += type != LUA_TNIL;
    return type;
}

static bool complain(struct lrek_complaint *complaint, const char *where, int field,
                     const char *message)
{
    *complaint =
        (struct lrek_complaint){.where = where, .field = field_names[field], .message = message};
    return false;
}

/* Reads a string. The slice holds as long as the table does. */
static bool read_string(lua_State *L, int table, const char *where, int field, bool required,
                        struct rek_slice *out, struct lrek_complaint *complaint)
{
    int type = read_field(L, table, field, complaint);
    bool ok = type == LUA_TSTRING || (type == LUA_TNIL && !required);
    *out = rek_slice_of(NULL, 0);
    if (type == LUA_TSTRING)
        out->data = lua_tolstring(L, -1, &out->len);
    lua_pop(L, 1);
    return ok || complain(complaint, where, field, "must be a string");
}

static bool read_boolean(lua_State *L, int field, bool *out, struct lrek_complaint *complaint)
{
    int type = read_field(L, LREK_SIGN_OPTIONS, field, complaint);
    if (type == LUA_TBOOLEAN)
        *out = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return type == LUA_TBOOLEAN || type == LUA_TNIL ||
           complain(complaint, "options", field, "must be true or false");
}

/* Seconds, the fraction dropped. What no int64_t holds becomes -1, which signing refuses. */
static bool read_seconds(lua_State *L, int field, bool required, int64_t *out,
                         struct lrek_complaint *complaint)
{
    int type = read_field(L, LREK_SIGN_OPTIONS, field, complaint);
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

static bool read_mode(lua_State *L, struct rek_sigv4_options *options,
                      struct lrek_complaint *complaint)
{
    struct rek_slice mode;
    if (!read_string(L, LREK_SIGN_OPTIONS, "options", MODE, false, &mode, complaint))
        return false;
    if (rek_slice_equal(mode, REK_SLICE("query")))
        options->mode = REK_SIGV4_QUERY;
    else if (mode.data && !rek_slice_equal(mode, REK_SLICE("header")))
        return complain(complaint, "options", MODE, "must be \"header\" or \"query\"");
    return true;
}

static bool read_credentials(lua_State *L, struct rek_credentials *credentials,
                             struct lrek_complaint *complaint)
{
    const char *where = "options.credentials";
    return read_string(L, LREK_SIGN_CREDENTIALS, where, ACCESS_KEY_ID, true,
                       &credentials->access_key_id, complaint) &&
           read_string(L, LREK_SIGN_CREDENTIALS, where, SECRET_ACCESS_KEY, true,
                       &credentials->secret_access_key, complaint) &&
           read_string(L, LREK_SIGN_CREDENTIALS, where, SESSION_TOKEN, false,
                       &credentials->session_token, complaint);
}

bool lrek_read_sign_options(lua_State *L, struct rek_sigv4_options *options,
                            struct lrek_complaint *complaint)
{
    *options = (struct rek_sigv4_options){.normalize_path = true, .double_encode = true};
    return read_string(L, LREK_SIGN_OPTIONS, "options", REGION, true, &options->region,
                       complaint) &&
           read_string(L, LREK_SIGN_OPTIONS, "options", SERVICE, true, &options->service,
                       complaint) &&
           read_credentials(L, &options->credentials, complaint) &&
           read_seconds(L, TIME, true, &options->time_s, complaint) &&
           read_mode(L, options, complaint) &&
           read_seconds(L, EXPIRES, options->mode == REK_SIGV4_QUERY, &options->expires_s,
                        complaint) &&
           read_boolean(L, NORMALIZE_PATH, &options->normalize_path, complaint) &&
           read_boolean(L, DOUBLE_ENCODE, &options->double_encode, complaint) &&
           read_boolean(L, SIGN_BODY, &options->sign_body, complaint) &&
           read_boolean(L, TOKEN_AFTER, &options->token_after, complaint) &&
           read_string(L, LREK_SIGN_OPTIONS, "options", PAYLOAD_HASH, false, &options->payload_hash,
                       complaint) &&
           read_string(L, LREK_SIGN_OPTIONS, "options", SIGNED_HEADERS, false,
                       &options->signed_headers, complaint);
}

void lrek_hold_sign_options(lua_State *L)
{
    push_field(L, LREK_SIGN_CREDENTIALS, SESSION_TOKEN);
    push_field(L, LREK_SIGN_OPTIONS, PAYLOAD_HASH);
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
                        struct lrek_complaint *complaint)
{
    bool ok = lua_rawgeti(L, LREK_SIGN_HEADERS, (lua_Integer)index + 1) == LUA_TTABLE &&
              read_part(L, 1, &header->name) && read_part(L, 2, &header->value);
    lua_pop(L, 1);
    if (!ok)
        *complaint =
            (struct lrek_complaint){.where = "request",
                                    .field = "headers",
                                    .header = index + 1,
                                    .message = "must be a table of two strings, {name, value}"};
    return ok;
}

bool lrek_read_sign_request(lua_State *L, struct rek_sigv4_request *request,
                            struct rek_http_header *headers, struct lrek_complaint *complaint)
{
    if (!read_string(L, LREK_SIGN_REQUEST, "request", METHOD, true, &request->method, complaint) ||
        !read_string(L, LREK_SIGN_REQUEST, "request", TARGET, true, &request->target, complaint) ||
        !read_string(L, LREK_SIGN_REQUEST, "request", BODY, false, &request->body, complaint))
        return false;
    for (size_t i = 0; i < request->header_count; i++)
        if (!read_header(L, i, &headers[i], complaint))
            return false;
    request->headers = headers;
    return true;
}

static size_t count_fields(lua_State *L, int table)
{
    size_t count = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        count++;
        lua_pop(L, 1);
    }
    return count;
}

bool lrek_has_other_fields(lua_State *L, const struct lrek_complaint *complaint)
{
    return complaint->fields_read != count_fields(L, LREK_SIGN_REQUEST) +
                                         count_fields(L, LREK_SIGN_OPTIONS) +
                                         count_fields(L, LREK_SIGN_CREDENTIALS);
}

/* Which of the caller's tables holds what the error is about. */
static const char *owner(enum rek_sigv4_error error)
{
    if (error == REK_SIGV4_ACCESS_KEY_ID || error == REK_SIGV4_SECRET_ACCESS_KEY ||
        error == REK_SIGV4_SESSION_TOKEN)
        return "options.credentials";
    return error < REK_SIGV4_REGION ? "request" : "options";
}

void lrek_locate_sign_error(enum rek_sigv4_error error, size_t bad_header,
                            struct lrek_complaint *complaint)
{
    *complaint = (struct lrek_complaint){.where = owner(error),
                                         .field = rek_sigv4_subject(error),
                                         .message = rek_sigv4_message(error)};
    if (error == REK_SIGV4_NO_CRYPTO)
        complaint->field = NULL; /* the request itself */
    if (error == REK_SIGV4_HEADER_NAME || error == REK_SIGV4_HEADER_VALUE) {
        complaint->header = bad_header + 1;
        complaint->part = error == REK_SIGV4_HEADER_NAME ? 1 : 2;
    }
}

static bool check_table(lua_State *L, int index, const char *where,
                        struct lrek_complaint *complaint)
{
    complaint->where = where;
    complaint->message = "must be a table";
    return lua_istable(L, index);
}

bool lrek_push_sign_parts(lua_State *L, size_t *header_count, struct lrek_complaint *complaint)
{
    *complaint = (struct lrek_complaint){0};
    lua_settop(L, LREK_SIGN_OPTIONS);
    if (!check_table(L, LREK_SIGN_REQUEST, "request", complaint) ||
        !check_table(L, LREK_SIGN_OPTIONS, "options", complaint))
        return false;
    if (read_field(L, LREK_SIGN_REQUEST, HEADERS, complaint) != LUA_TTABLE)
        return complain(complaint, "request", HEADERS, "must be a list of {name, value}");
    if (read_field(L, LREK_SIGN_OPTIONS, CREDENTIALS, complaint) != LUA_TTABLE)
        return complain(complaint, "options", CREDENTIALS,
                        "must be a table with access_key_id and secret_access_key");
    *header_count = lua_rawlen(L, LREK_SIGN_HEADERS);
    if (*header_count > REK_SIGV4_MAX_FIELDS)
        lrek_locate_sign_error(REK_SIGV4_TOO_MANY_HEADERS, 0, complaint);
    return *header_count <= REK_SIGV4_MAX_FIELDS;
}
