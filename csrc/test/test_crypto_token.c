#include "check.h"
#include "core/crypto.h"
#include "core/crypto_token.h"

/* Made with `openssl ecparam -name prime256v1 -genkey -noout`; used nowhere. */
static const char key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                          "MHcCAQEEINAS63M+xz5YSyY9LaQoR+KNHO19soZzY6Ct3sZ49NpwoAoGCCqGSM49\n"
                          "AwEHoUQDQgAEeQIgSW+V6gu7+REG1NCcJwtuTMzH7SZBgOYKjy2lPO784ANc0+eL\n"
                          "l6Nk1SWu26CLf2vIsALHWolFM2ZK9srA6w==\n"
                          "-----END EC PRIVATE KEY-----\n";

static void hash_names(void)
{
    /* FIPS 180-4's example, and the empty message. */
    static const struct {
        struct rek_slice message;
        struct rek_slice hex;
    } cases[] = {
        {{"abc", 3}, {"a9993e364706816aba3e25717850c26c9cd0d89d", 40}},
        {{"", 0}, {"da39a3ee5e6b4b0d3255bfef95601890afd80709", 40}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char hash[REK_SHA1_SIZE];
        char hex[2 * REK_SHA1_SIZE];
        CHECK(rek_sha1(cases[i].message, hash));
        rek_hex_encode(hex, hash, sizeof hash);
        CHECK_SLICE(rek_slice_of(hex, sizeof hex), cases[i].hex);
    }
}

/* As `openssl ec -pubout -text` shows it. */
static void tell_the_public_key(void)
{
    unsigned char x[REK_P256_COORDINATE_SIZE];
    unsigned char y[REK_P256_COORDINATE_SIZE];
    char hex[2 * REK_P256_COORDINATE_SIZE];
    CHECK(rek_es256_public(rek_slice_cstr(key), x, y));
    rek_hex_encode(hex, x, sizeof x);
    CHECK_TEXT(rek_slice_of(hex, sizeof hex),
               "790220496f95ea0bbbf91106d4d09c270b6e4cccc7ed264180e60a8f2da53cee");
    rek_hex_encode(hex, y, sizeof y);
    CHECK_TEXT(rek_slice_of(hex, sizeof hex),
               "fce0035cd3e78b97a364d525aedba08b7f6bc8b002c75a894533664af6cac0eb");
}

/* Every beginning of the key that lacks some of its base64 is refused; none leaks or crashes. */
static void refuse_what_is_no_key(void)
{
    unsigned char signature[REK_ES256_SIGNATURE_SIZE];
    unsigned char x[REK_P256_COORDINATE_SIZE];
    unsigned char y[REK_P256_COORDINATE_SIZE];
    CHECK(rek_es256_sign(rek_slice_cstr(key), REK_SLICE("message"), signature));
    for (size_t len = 0; len < sizeof key - 40; len++) {
        CHECK(!rek_es256_sign(rek_slice_of(key, len), REK_SLICE("message"), signature));
        CHECK(!rek_es256_public(rek_slice_of(key, len), x, y));
    }
}

int main(void)
{
    hash_names();
    tell_the_public_key();
    refuse_what_is_no_key();
    return check_result();
}
