#include "core/crypto.h"

#include "core/fork.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/random.h>

enum { SHA256_BLOCK = 64 };

/* Fetched once and never freed, since a fetch costs as much as a small hash. */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void fetch_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/* Not OpenSSL's generator: starting that would take as long as many calls do. */
bool rek_random_bytes(void *out, size_t len)
{
    const size_t most = 256; /* that the system gives whole, whatever happens */
    unsigned char *bytes = out;
    while (len > 0) {
        size_t count = len < most ? len : most;
#if defined(__linux__)
        ssize_t got = getrandom(bytes, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        count = (size_t)got;
#else
        if (getentropy(bytes, count) != 0)
            return false;
#endif
        bytes += count;
        len -= count;
    }
    return true;
}

/* The generator takes its time over each request, however small: UUIDs are cut from a larger piece.
 * What is left of it is not used in the child of a fork, where it would give the parent's UUIDs. */
static bool next_uuid_bytes(unsigned char out[16])
{
    static _Thread_local unsigned char pool[1024];
    static _Thread_local size_t left;
    static _Thread_local unsigned generation;
    if (left == 0 || generation != rek_fork_generation()) {
        left = 0;
        if (!rek_random_bytes(pool, sizeof pool))
            return false;
        left = sizeof pool;
        generation = rek_fork_generation();
    }
    left -= 16;
    memcpy(out, pool + left, 16);
    return true;
}

bool rek_random_uuid(char out[REK_UUID_LENGTH])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[16];
    if (!next_uuid_bytes(bytes))
        return false;
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* variant 10 */
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    return true;
}

size_t rek_base64_encode_slowly(char *out, struct rek_slice in)
{
    const size_t chunk = (size_t)3 << 20; /* EVP_EncodeBlock counts in ints */
    char *start = out;
    while (in.len > chunk) {
        out += EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)in.data, (int)chunk);
        in = rek_slice_of(in.data + chunk, in.len - chunk);
    }
    out += EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)in.data, (int)in.len);
    return (size_t)(out - start);
}

void rek_wipe(void *memory, size_t len)
{
    OPENSSL_cleanse(memory, len);
}

static char hex_digit(unsigned value)
{
    return (char)(value +
                  (value < 10 ? '0' : 'a' - 10)); /* no table: compilers make vectors of it */
}

void rek_hex_encode(char *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digit(bytes[i] >> 4);
        out[2 * i + 1] = hex_digit(bytes[i] & 15);
    }
}

bool rek_hasher_init(struct rek_hasher *hasher)
{
    pthread_once(&sha256_once, fetch_sha256);
    hasher->work = EVP_MD_CTX_new();
    hasher->blank = EVP_MD_CTX_new();
    if (sha256 && hasher->work && hasher->blank && EVP_DigestInit_ex2(hasher->blank, sha256, NULL))
        return true;
    rek_hasher_clear(hasher);
    return false;
}

void rek_hasher_clear(struct rek_hasher *hasher)
{
    EVP_MD_CTX_free(hasher->work); /* OpenSSL wipes the state */
    EVP_MD_CTX_free(hasher->blank);
    *hasher = (struct rek_hasher){0};
}

/* Copying a state is quicker than initialising one. */
static bool hash_from(struct rek_hasher *hasher, const EVP_MD_CTX *start, const void *data,
                      size_t len, unsigned char out[REK_SHA256_SIZE])
{
    return EVP_MD_CTX_copy_ex(hasher->work, start) && EVP_DigestUpdate(hasher->work, data, len) &&
           EVP_DigestFinal_ex(hasher->work, out, NULL);
}

bool rek_sha256(struct rek_hasher *hasher, struct rek_slice data,
                unsigned char out[REK_SHA256_SIZE])
{
    return hash_from(hasher, hasher->blank, data.data, data.len, out);
}

/* The state after one block, the padded key XORed with `byte`. */
static EVP_MD_CTX *padded_state(const unsigned char block[SHA256_BLOCK], unsigned char byte)
{
    unsigned char pad[SHA256_BLOCK];
    for (int i = 0; i < SHA256_BLOCK; i++)
        pad[i] = block[i] ^ byte;
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    if (state &&
        (!EVP_DigestInit_ex2(state, sha256, NULL) || !EVP_DigestUpdate(state, pad, sizeof pad))) {
        EVP_MD_CTX_free(state);
        state = NULL;
    }
    rek_wipe(pad, sizeof pad);
    return state;
}

bool rek_hmac_key_init(struct rek_hmac_key *key, struct rek_hasher *hasher, struct rek_slice secret)
{
    unsigned char block[SHA256_BLOCK] = {0};
    bool ok = true;
    *key = (struct rek_hmac_key){0};
    if (secret.len > sizeof block)
        ok = rek_sha256(hasher, secret, block);
    else if (secret.len > 0)
        memcpy(block, secret.data, secret.len);
    if (ok) {
        key->inner = padded_state(block, 0x36);
        key->outer = padded_state(block, 0x5c);
    }
    rek_wipe(block, sizeof block);
    if (key->inner && key->outer)
        return true;
    rek_hmac_key_clear(key);
    return false;
}

void rek_hmac_key_clear(struct rek_hmac_key *key)
{
    EVP_MD_CTX_free(key->inner);
    EVP_MD_CTX_free(key->outer);
    *key = (struct rek_hmac_key){0};
}

bool rek_hmac_sha256(struct rek_hasher *hasher, const struct rek_hmac_key *key,
                     struct rek_slice data, unsigned char out[REK_SHA256_SIZE])
{
    return hash_from(hasher, key->inner, data.data, data.len, out) &&
           hash_from(hasher, key->outer, out, REK_SHA256_SIZE, out);
}
