/* Hashes against their specifications' own examples, in both of a hasher's forms. */
#include "check.h"
#include "core/crypto.h"
#include "core/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static struct rek_hasher hasher;

static void check_digest(const unsigned char digest[REK_SHA256_SIZE], struct rek_slice hex)
{
    char text[2 * REK_SHA256_SIZE];
    rek_hex_encode(text, digest, REK_SHA256_SIZE);
    CHECK_SLICE(rek_slice_of(text, sizeof text), hex);
}

/* The examples of FIPS 180-4's companion (NIST, "SHA256 examples") and of RFC 6234. */
static void test_sha256(void)
{
    static const struct {
        struct rek_slice data;
        struct rek_slice hex;
    } cases[] = {
        {{"", 0}, {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 64}},
        {{"abc", 3}, {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 64}},
        {{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56},
         {"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", 64}},
    };
    unsigned char digest[REK_SHA256_SIZE];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK(rek_sha256(&hasher, cases[i].data, digest));
        check_digest(digest, cases[i].hex);
    }
    static char million[1000000];
    memset(million, 'a', sizeof million);
    CHECK(rek_sha256(&hasher, rek_slice_of(million, sizeof million), digest));
    check_digest(digest,
                 REK_SLICE("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

static struct rek_slice repeated(char *out, int byte, size_t count)
{
    memset(out, byte, count);
    return rek_slice_of(out, count);
}

/* RFC 4231, test cases 1 to 4, 6 and 7 (5 is of a truncated output). */
static void test_hmac(void)
{
    char key[6][131], data[2][50];
    for (int i = 0; i < 25; i++)
        key[3][i] = (char)(i + 1);
    const struct {
        struct rek_slice key;
        struct rek_slice data;
        struct rek_slice hex;
    } cases[] = {
        {repeated(key[0], 0x0b, 20), REK_SLICE("Hi There"),
         REK_SLICE("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")},
        {REK_SLICE("Jefe"), REK_SLICE("what do ya want for nothing?"),
         REK_SLICE("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")},
        {repeated(key[2], 0xaa, 20), repeated(data[0], 0xdd, 50),
         REK_SLICE("773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")},
        {rek_slice_of(key[3], 25), repeated(data[1], 0xcd, 50),
         REK_SLICE("82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b")},
        {repeated(key[4], 0xaa, 131),
         REK_SLICE("Test Using Larger Than Block-Size Key - Hash Key First"),
         REK_SLICE("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")},
        {repeated(key[5], 0xaa, 131),
         REK_SLICE("This is a test using a larger than block-size key and a larger than block-size "
                   "data. The key needs to be hashed before being used by the HMAC algorithm."),
         REK_SLICE("9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2")},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rek_hmac_key prepared;
        unsigned char digest[REK_SHA256_SIZE];
        if (!CHECK(rek_hmac_key_init(&prepared, &hasher, cases[i].key)))
            continue;
        for (int again = 0; again < 2; again++) {
            CHECK(rek_hmac_sha256(&hasher, &prepared, cases[i].data, digest));
            check_digest(digest, cases[i].hex);
        }
        rek_hmac_key_clear(&prepared);
        rek_hmac_key_clear(&prepared);
    }
}

/* What was on the stack below the caller's frame, as the system has it; 0 where it doesn't tell. */
static size_t read_old_stack(char *out, size_t len)
{
    int memory = open("/proc/self/mem", O_RDONLY);
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    ssize_t got = memory < 0 ? 0 : pread(memory, out, len, (off_t)(here - len));
    if (memory >= 0)
        close(memory);
    return got > 0 ? (size_t)got : 0;
}

static bool has_bytes(const char *text, size_t len, const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i + count <= len; i++)
        if (memcmp(text + i, bytes, count) == 0)
            return true;
    return false;
}

/* A step of a signing key's derivation: nothing of the key may be left on the stack, neither as
 * bytes nor in words of this machine's order, as hashes under way have it. */
static void test_wiped(void)
{
    static char stack[4096];
    static unsigned char digest[REK_SHA256_SIZE], words[REK_SHA256_SIZE];
    struct rek_hmac_key key;
    if (!CHECK(rek_hmac_key_init(&key, &hasher, REK_SLICE("AWS4 and a secret"))))
        return;
    read_old_stack(stack, sizeof stack); /* binds what it calls, which saves registers there */
    CHECK(rek_hmac_sha256(&hasher, &key, REK_SLICE("20150830"), digest));
    size_t len = read_old_stack(stack, sizeof stack);
    for (size_t i = 0; i < sizeof words; i += 4) {
        uint32_t word = (uint32_t)digest[i] << 24 | (uint32_t)digest[i + 1] << 16 |
                        (uint32_t)digest[i + 2] << 8 | digest[i + 3];
        memcpy(words + i, &word, sizeof word);
    }
    CHECK(!has_bytes(stack, len, digest, 16) && !has_bytes(stack, len, words, 16));
    rek_hmac_key_clear(&key);
}

static void test_pieces(void)
{
    unsigned char whole[REK_SHA256_SIZE], pieces[REK_SHA256_SIZE];
    struct rek_sha256_state state = {0};
    char text[1000];
    memset(text, 'x', sizeof text);
    rek_sha256_drop(&state);
    for (size_t size = 1; size <= sizeof text; size += 111) {
        CHECK(rek_sha256(&hasher, rek_slice_of(text, sizeof text), whole));
        CHECK(rek_sha256_begin(&hasher, &state));
        for (size_t at = 0; at < sizeof text; at += size)
            CHECK(rek_sha256_add(
                &state,
                rek_slice_of(text + at, at + size < sizeof text ? size : sizeof text - at)));
        CHECK(rek_sha256_end(&state, pieces));
        CHECK(memcmp(whole, pieces, sizeof whole) == 0);
    }
    CHECK(rek_sha256_begin(&hasher, &state) && rek_sha256_add(&state, REK_SLICE("x")));
    rek_sha256_drop(&state);
}

/* Texts of every length round a block, with the block of before, or one that differs in any of its
 * bytes: always the hash that there is without a front. */
static void test_fronts(void)
{
    static struct rek_sha256_front front;
    char text[130];
    memset(text, 'a', sizeof text);
    struct rek_hmac_key key, fresh;
    if (!CHECK(rek_hmac_key_init(&key, &hasher, REK_SLICE("a key"))))
        return;
    for (size_t round = 0; round < 3 * sizeof text; round++) {
        char *byte = &text[round * 7 % sizeof text];
        *byte = (char)(*byte + (int)(round % 3)); /* every third text is the one before */
        struct rek_slice data = {text, round % 5 ? 64 + round % 67 : round % 64};
        unsigned char plain[REK_SHA256_SIZE], by_front[REK_SHA256_SIZE];
        CHECK(rek_sha256(&hasher, data, plain));
        CHECK(rek_sha256_by_front(&hasher, &front, data, by_front));
        CHECK(memcmp(plain, by_front, sizeof plain) == 0);
        CHECK(rek_hmac_key_init(&fresh, &hasher, REK_SLICE("a key")));
        CHECK(rek_hmac_sha256(&hasher, &fresh, data, plain));
        CHECK(rek_hmac_sha256(&hasher, &key, data, by_front));
        CHECK(memcmp(plain, by_front, sizeof plain) == 0);
        rek_hmac_key_clear(&fresh);
    }
    CHECK(front.known == !hasher.work);
    rek_hmac_key_clear(&key);
    rek_sha256_front_clear(&front);
}

static void test_hashes(void)
{
    test_pieces();
    test_sha256();
    test_hmac();
    test_fronts();
    test_wiped();
    rek_hasher_clear(&hasher);
    rek_hasher_clear(&hasher);
}

/* Where FIPS-approved implementations are asked for, no other serves. */
static void test_fips(void)
{
    CHECK(EVP_default_properties_enable_fips(NULL, 1));
    CHECK(!rek_hasher_init(&hasher) || hasher.work);
    rek_hasher_clear(&hasher);
    CHECK(EVP_default_properties_enable_fips(NULL, 0));
}

int main(void)
{
    if (CHECK(rek_hasher_init(&hasher))) {
#ifndef OPENSSL_NO_DEPRECATED_3_0
        CHECK((hasher.work != NULL) == (EVP_default_properties_is_fips_enabled(NULL) != 0));
#endif
        test_hashes();
    }
    if (CHECK(rek_hasher_init_provided(&hasher)))
        test_hashes();
    test_fips();
    return check_result();
}
