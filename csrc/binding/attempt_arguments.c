/* What the methods of a target are given, read without a metamethod and without an allocation. */
#include "binding/attempt_internal.h"

#include "binding/luautil.h"
#include "binding/request.h"

#include <math.h>
#include <stdio.h>

bool lrek_refuse(struct lrek_refusal *refusal, const char *subject, const char *message)
{
    snprintf(refusal->message, sizeof refusal->message, "%s %s", subject, message);
    return false;
}

/* The string at `index`, or {NULL, 0} for nil. */
static bool read_text(lua_State *L, int index, const char *name, struct rek_slice *out,
                      struct lrek_refusal *refusal)
{
    int type = lua_type(L, index);
    if (type == LUA_TSTRING)
        *out = lrek_string_at(L, index);
    else if (type != LUA_TNIL)
        return lrek_refuse(refusal, name, "must be a string");
    return true;
}

bool lrek_read_seconds(lua_State *L, int index, const char *name, int64_t *out,
                       struct lrek_refusal *refusal)
{
    lua_Number seconds = lua_type(L, index) == LUA_TNUMBER ? floor(lua_tonumber(L, index)) : -1;
    if (!(seconds >= 0 && seconds < 0x1p62))
        return lrek_refuse(refusal, name, "must be a number of seconds, 0 or more");
    *out = (int64_t)seconds;
    return true;
}

/* access_key_id, secret_access_key, session_token and time at `index` and behind it. */
bool lrek_read_credentials(lua_State *L, int index, struct lrek_arguments *arguments,
                           struct lrek_refusal *refusal)
{
    struct rek_credentials *credentials = &arguments->credentials;
    arguments->is_signed = !lua_isnil(L, index);
    if (!arguments->is_signed)
        return true;
    return read_text(L, index, "access_key_id", &credentials->access_key_id, refusal) &&
           read_text(L, index + 1, "secret_access_key", &credentials->secret_access_key, refusal) &&
           read_text(L, index + 2, "session_token", &credentials->session_token, refusal) &&
           lrek_read_seconds(L, index + 3, "time", &arguments->time_s, refusal);
}

static bool read_headers(lua_State *L, int index, struct lrek_arguments *arguments,
                         struct lrek_refusal *refusal)
{
    int type = lua_type(L, index);
    if (type == LUA_TNIL)
        return true;
    if (type != LUA_TTABLE)
        return lrek_refuse(refusal, "headers", "must be a list of {name, value}");
    arguments->headers = index;
    arguments->header_count = lua_rawlen(L, index);
    return arguments->header_count <= LREK_MAX_HEADERS ||
           lrek_refuse(refusal, "headers", "must be at most 500");
}

/* attempt and user_agent at `index` and behind it. */
bool lrek_read_extras(lua_State *L, int index, int headers, struct lrek_arguments *arguments,
                      struct lrek_refusal *refusal)
{
    arguments->has_attempt = !lua_isnil(L, index);
    arguments->attempt = lua_tointeger(L, index);
    return read_text(L, index + 1, "user_agent", &arguments->user_agent, refusal) &&
           read_headers(L, headers, arguments, refusal) &&
           read_text(L, headers + 1, "trace_id", &arguments->trace_id, refusal);
}
