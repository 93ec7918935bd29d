/* sign: AWS Signature Version 4 for any request. lua/rekognition/sigv4.lua documents it. */
#include "binding/luautil.h"
#include "binding/pool.h"
#include "binding/sign_internal.h"

/* What signing works with: the keys and the memory serve every call of a Lua state. */
struct signing {
    struct lrek_object object;
    struct rek_signer signer;
    struct rek_sigv4_result result;
};

static void clear_signing(void *object)
{
    struct signing *signing = object;
    rek_signer_clear(&signing->signer);
    rek_sigv4_result_clear(&signing->result);
}

static void recycle_signing(void *object)
{
    (void)object;
}

static const struct lrek_kind signing_kind = {
    .name = "rekognition.signing",
    .size = sizeof(struct signing),
    .clear = clear_signing,
    .recycle = recycle_signing,
};

/* Whether the two values on top are a header that stays. */
static bool is_sent(lua_State *L, const struct rek_sigv4_options *options)
{
    return lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING &&
           !rek_sigv4_replaces(options, lrek_string_at(L, -2));
}

/* The headers to be sent: the caller's, as copies of its pairs, without those that the signer's own
 * replace, and then these. */
static void push_headers(lua_State *L, const struct rek_sigv4_options *options, size_t count,
                         const struct rek_sigv4_result *result)
{
    lua_Integer sent = 0;
    lua_createtable(L, (int)(count + result->added_count), 0);
    int top = lua_gettop(L);
    for (size_t i = 1; i <= count; i++) {
        if (lua_rawgeti(L, LREK_SIGN_HEADERS, (lua_Integer)i) == LUA_TTABLE) {
            lua_rawgeti(L, -1, 1);
            lua_rawgeti(L, -2, 2);
            if (is_sent(L, options)) {
                lua_createtable(L, 2, 0);
                lua_insert(L, -3);
                lua_rawseti(L, -3, 2);
                lua_rawseti(L, -2, 1);
                lua_rawseti(L, -3, ++sent);
            }
        }
        lua_settop(L, top);
    }
    for (size_t i = 0; i < result->added_count; i++) {
        lrek_push_pair(L, result->added[i].name, result->added[i].value);
        lua_rawseti(L, -2, ++sent);
    }
}

static void push_result(lua_State *L, const struct rek_sigv4_options *options, size_t header_count,
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
        lrek_push_slice(L, texts[i].text);
        lua_setfield(L, -2, texts[i].name);
    }
}

/* Pushes what signing works with. */
static struct signing *take_signing(lua_State *L)
{
    struct signing *signing = lrek_take(L, &signing_kind);
    if (!signing->signer.ready && !rek_signer_init(&signing->signer))
        luaL_error(L, "OpenSSL has no SHA-256 to sign with");
    return signing;
}

static int sign_with(lua_State *L, struct signing *signing, struct rek_http_header *headers,
                     size_t count, struct lrek_complaint *complaint)
{
    struct rek_sigv4_request request = {.header_count = count};
    struct rek_sigv4_options options;
    if (!lrek_read_sign_options(L, &options, complaint) ||
        !lrek_read_sign_request(L, &request, headers, complaint))
        return lrek_push_complaint(L, complaint);
    bool has_others = lrek_has_other_fields(L, complaint);
    lrek_hold_sign_options(L);
    enum rek_sigv4_error error =
        rek_sigv4_sign(&signing->signer, &request, &options, &signing->result);
    if (error == REK_SIGV4_NO_MEMORY)
        return luaL_error(L, "not enough memory");
    if (error) {
        lrek_locate_sign_error(error, signing->result.bad_header, complaint);
        return lrek_push_complaint(L, complaint);
    }
    push_result(L, &options, count, &signing->result);
    lua_pushboolean(L, has_others);
    return 2;
}

/* sign(request, options)
 *   -> result, and whether the tables hold anything else; or nil, {path =, message =} */
static int sign(lua_State *L)
{
    struct lrek_complaint complaint;
    size_t count;
    if (!lrek_push_sign_parts(L, &count, &complaint))
        return lrek_push_complaint(L, &complaint);
    struct rek_http_header *headers = lua_newuserdatauv(L, (count + 1) * sizeof *headers, 0);
    struct signing *signing = take_signing(L);
    int at = lua_gettop(L);
    int results = sign_with(L, signing, headers, count, &complaint);
    lrek_give(L, at, &signing_kind);
    return results;
}

/* The upvalue of sign: the names of the fields. */
void lrek_open_sign(lua_State *L)
{
    lrek_open_kind(L, &signing_kind);
    lua_pop(L, 1);
    lrek_push_sign_names(L);
    lua_pushcclosure(L, sign, LREK_SIGN_NAMES);
    lua_setfield(L, -2, "sign");
}
