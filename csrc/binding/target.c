#include "binding/target.h"

#include "binding/luautil.h"

static void clear_target(void *object)
{
    struct lrek_target *target = object;
    rek_signer_clear(&target->signer);
    rek_buffer_clear(&target->text);
}

static const struct lrek_kind target_kind = {
    .name = "rekognition.target",
    .size = sizeof(struct lrek_target),
    .clear = clear_target,
};

struct lrek_target *lrek_check_target(lua_State *L, int index)
{
    struct lrek_target *target = lrek_check_object(L, index, &target_kind);
    /* A finalizer may call after the collector has taken the target. */
    luaL_argcheck(L, !lrek_is_cleared(&target->object), index, "the client is closed");
    return target;
}

static bool has_suffix(struct rek_slice text, struct rek_slice suffix)
{
    return text.len > suffix.len &&
           memcmp(text.data + text.len - suffix.len, suffix.data, suffix.len) == 0;
}

/* The Host header of an origin: without the scheme's own port, and without an IPv6 address's zone,
 * which means something on this machine alone (RFC 6874, section 4). */
static void append_host(struct rek_buffer *text, struct rek_slice origin)
{
    bool is_tls = origin.data[4] != ':';
    size_t scheme = is_tls ? 8 : 7;
    struct rek_slice host = rek_slice_of(origin.data + scheme, origin.len - scheme);
    struct rek_slice own_port = is_tls ? REK_SLICE(":443") : REK_SLICE(":80");
    if (has_suffix(host, own_port))
        host.len -= own_port.len;
    const char *zone = memchr(host.data, '%', host.len);
    const char *bracket = zone ? memchr(zone, ']', (size_t)(host.data + host.len - zone)) : NULL;
    if (!bracket) {
        rek_buffer_append_slice(text, host);
        return;
    }
    rek_buffer_append(text, host.data, (size_t)(zone - host.data));
    rek_buffer_append(text, bracket, (size_t)(host.data + host.len - bracket));
}

static struct rek_slice cut(const char **text, size_t len)
{
    struct rek_slice slice = {*text, len};
    *text += len;
    return slice;
}

/* Copies what the fields of the table at 1 say. */
static void copy_texts(lua_State *L, struct lrek_target *target)
{
    struct rek_slice url = lrek_text_field(L, 1, "url");
    struct rek_slice region = lrek_opt_text_field(L, 1, "region");
    struct rek_slice service = lrek_opt_text_field(L, 1, "service");
    struct rek_slice origin;
    const char *problem = rek_http_check_url(url, &origin);
    if (problem)
        luaL_error(L, "url: %s", problem);
    struct rek_buffer *text = &target->text;
    rek_buffer_append_slice(text, url);
    rek_buffer_append_slice(text, region);
    rek_buffer_append_slice(text, service);
    append_host(text, origin);
    if (text->failed)
        luaL_error(L, "not enough memory");
    const char *rest = text->data;
    target->url = cut(&rest, url.len);
    target->origin = rek_slice_of(target->url.data, origin.len);
    target->path = rek_slice_of(target->url.data + origin.len, url.len - origin.len);
    target->region = cut(&rest, region.len);
    target->service = cut(&rest, service.len);
    target->host = rek_slice_of(rest, (size_t)(text->data + text->len - rest));
}

static long milliseconds_field(lua_State *L, const char *name)
{
    int type = lrek_raw_field(L, 1, name);
    lua_Number seconds = lua_tonumber(L, -1);
    if (type != LUA_TNIL && (type != LUA_TNUMBER || !(seconds > 0)))
        luaL_error(L, "%s must be a positive number of seconds", name);
    lua_pop(L, 1);
    return type == LUA_TNIL ? 0 : lrek_milliseconds(seconds);
}

/* target { url =, region =, service =, max_attempts =, connect_timeout =, timeout =, direct =, s3 =
 * }
 * -> a target. url: http(s)://host[:port][/path], where requests go; region, service: what they are
 * signed for (a request that is not signed needs neither); timeouts: seconds, the transport's own
 * by default; max_attempts: for the header amz-sdk-request, 1 by default; direct: by no proxy; s3:
 * the path is signed as it stands, and X-Amz-Content-Sha256 is sent, as S3 wants it. */
static int target_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct lrek_target *target = lrek_new_object(L, &target_kind, 0); /* 2 */
    if (!rek_signer_init(&target->signer))
        return luaL_error(L, "not enough memory");
    copy_texts(L, target);
    target->connect_timeout_ms = milliseconds_field(L, "connect_timeout");
    target->timeout_ms = milliseconds_field(L, "timeout");
    target->direct = lrek_flag_field(L, 1, "direct");
    target->s3 = lrek_flag_field(L, 1, "s3");
    target->max_attempts = 1;
    if (lrek_raw_field(L, 1, "max_attempts") != LUA_TNIL)
        target->max_attempts = luaL_checkinteger(L, -1);
    lua_settop(L, 2);
    return 1;
}

static int target_tostring(lua_State *L)
{
    const struct lrek_target *target = lrek_check_object(L, 1, &target_kind);
    bool closed = lrek_is_cleared(&target->object);
    lua_pushliteral(L, "target: ");
    lrek_push_slice(L, closed ? REK_SLICE("closed") : target->origin);
    lua_concat(L, 2);
    return 1;
}

void lrek_push_target_methods(lua_State *L)
{
    lrek_open_kind(L, &target_kind);
    lua_getfield(L, -1, "__index");
    lua_remove(L, -2);
}

void lrek_open_target(lua_State *L)
{
    lrek_open_kind(L, &target_kind);
    lua_pushcfunction(L, target_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_newtable(L);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, target_new);
    lua_setfield(L, -2, "target");
}
