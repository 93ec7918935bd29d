/* What the credential sources need of cryptography: names of token files, and signed proofs. */
#include "core/crypto.h"
#include "binding/luautil.h"
#include "core/base64.h"
#include "core/crypto_token.h"
#include "core/sha256.h"

static struct rek_slice check_slice(lua_State *L, int index)
{
    size_t len;
    const char *data = luaL_checklstring(L, index, &len);
    return rek_slice_of(data, len);
}

static int push_hex(lua_State *L, const unsigned char *bytes, size_t len)
{
    char hex[2 * REK_SHA256_SIZE];
    rek_hex_encode(hex, bytes, len);
    lua_pushlstring(L, hex, 2 * len);
    return 1;
}

/* sha1_hex(bytes) -> 40 hexadecimal digits in lower case */
static int crypto_sha1_hex(lua_State *L)
{
    unsigned char hash[REK_SHA1_SIZE];
    if (!rek_sha1(check_slice(L, 1), hash))
        return luaL_error(L, "OpenSSL gave no SHA-1");
    return push_hex(L, hash, sizeof hash);
}

/* sha256_hex(bytes) -> 64 hexadecimal digits in lower case */
static int crypto_sha256_hex(lua_State *L)
{
    struct rek_slice data = check_slice(L, 1);
    unsigned char hash[REK_SHA256_SIZE];
    struct rek_hasher hasher;
    bool done = rek_hasher_init(&hasher);
    if (done) {
        done = rek_sha256(&hasher, data, hash);
        rek_hasher_clear(&hasher);
    }
    if (!done)
        return luaL_error(L, "OpenSSL gave no SHA-256");
    return push_hex(L, hash, sizeof hash);
}

/* base64_encode(bytes) -> text (RFC 4648, section 4, with padding) */
static int crypto_base64_encode(lua_State *L)
{
    struct rek_slice data = check_slice(L, 1);
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, REK_BASE64_ENCODED_SIZE(data.len) + 1);
    luaL_pushresultsize(&buffer, rek_base64_encode(out, data));
    return 1;
}

/* base64_decode(text) -> bytes; nil where the text is not base64 (RFC 4648, section 4) */
static int crypto_base64_decode(lua_State *L)
{
    struct rek_slice text = check_slice(L, 1);
    luaL_Buffer buffer;
    size_t len;
    char *out = luaL_buffinitsize(L, &buffer, text.len + 1);
    if (!rek_base64_decode((unsigned char *)out, text, &len))
        return 0;
    luaL_pushresultsize(&buffer, len);
    return 1;
}

/* es256_public(pem) -> x, y: the public key's coordinates, 32 bytes each; nil where the text is not
 * an unencrypted private key on P-256 */
static int crypto_es256_public(lua_State *L)
{
    unsigned char x[REK_P256_COORDINATE_SIZE];
    unsigned char y[REK_P256_COORDINATE_SIZE];
    if (!rek_es256_public(check_slice(L, 1), x, y)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushlstring(L, (const char *)x, sizeof x);
    lua_pushlstring(L, (const char *)y, sizeof y);
    return 2;
}

/* es256_sign(pem, message) -> the signature, 64 bytes; nil as above */
static int crypto_es256_sign(lua_State *L)
{
    unsigned char signature[REK_ES256_SIGNATURE_SIZE];
    if (rek_es256_sign(check_slice(L, 1), check_slice(L, 2), signature))
        lua_pushlstring(L, (const char *)signature, sizeof signature);
    else
        lua_pushnil(L);
    return 1;
}

void lrek_open_crypto(lua_State *L)
{
    static const luaL_Reg functions[] = {{"sha1_hex", crypto_sha1_hex},
                                         {"sha256_hex", crypto_sha256_hex},
                                         {"base64_encode", crypto_base64_encode},
                                         {"base64_decode", crypto_base64_decode},
                                         {"es256_public", crypto_es256_public},
                                         {"es256_sign", crypto_es256_sign},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
