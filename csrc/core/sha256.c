#define OPENSSL_SUPPRESS_DEPRECATED /* sha256.h says why */
#include "core/sha256.h"

#include "core/crypto.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

enum { SHA256_BLOCK = 64 };

static bool provided_start(struct rek_sha256_state *state, const void *data, size_t len)
{
    EVP_MD *sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    state->provided = EVP_MD_CTX_new();
    bool ok = sha256 && state->provided && EVP_DigestInit_ex2(state->provided, sha256, NULL) &&
              EVP_DigestUpdate(state->provided, data, len);
    EVP_MD_free(sha256); /* the state has its own reference */
    return ok;
}

static bool provided_finish(struct rek_hasher *hasher, const struct rek_sha256_state *start,
                            struct rek_slice data, unsigned char out[REK_SHA256_SIZE])
{
    /* copying a state is quicker than initialising one */
    return EVP_MD_CTX_copy_ex(hasher->work, start->provided) &&
           EVP_DigestUpdate(hasher->work, data.data, data.len) &&
           EVP_DigestFinal_ex(hasher->work, out, NULL);
}

#ifdef OPENSSL_NO_DEPRECATED_3_0

static bool may_be_direct(void)
{
    return false;
}

static bool direct_start(struct rek_sha256_state *state, const void *data, size_t len)
{
    (void)state, (void)data, (void)len;
    return false;
}

static bool direct_finish(struct rek_hasher *hasher, const struct rek_sha256_state *start,
                          struct rek_slice data, unsigned char out[REK_SHA256_SIZE])
{
    (void)hasher, (void)start, (void)data, (void)out;
    return false;
}

static bool direct_add(struct rek_sha256_state *state, struct rek_slice data)
{
    (void)state, (void)data;
    return false;
}

static bool direct_end(struct rek_sha256_state *state, unsigned char out[REK_SHA256_SIZE])
{
    (void)state, (void)out;
    return false;
}

#else

_Static_assert(sizeof(SHA256_CTX) == sizeof((struct rek_sha256_state){0}.direct),
               "a hash under way");

static bool may_be_direct(void)
{
    return !EVP_default_properties_is_fips_enabled(NULL);
}

static bool direct_start(struct rek_sha256_state *state, const void *data, size_t len)
{
    SHA256_CTX context = {0};
    bool ok = SHA256_Init(&context) && SHA256_Update(&context, data, len);
    memcpy(state->direct, &context, sizeof context);
    rek_wipe(&context, sizeof context);
    return ok;
}

static bool direct_finish(struct rek_hasher *hasher, const struct rek_sha256_state *start,
                          struct rek_slice data, unsigned char out[REK_SHA256_SIZE])
{
    SHA256_CTX *work = (SHA256_CTX *)hasher->direct_work;
    memcpy(work, start->direct, sizeof *work);
    return SHA256_Update(work, data.data, data.len) && SHA256_Final(out, work);
}

static bool direct_add(struct rek_sha256_state *state, struct rek_slice data)
{
    return SHA256_Update((SHA256_CTX *)state->direct, data.data, data.len);
}

static bool direct_end(struct rek_sha256_state *state, unsigned char out[REK_SHA256_SIZE])
{
    return SHA256_Final(out, (SHA256_CTX *)state->direct);
}

#endif

/* The state after `len` bytes, of the hasher's form. */
static bool start(const struct rek_hasher *hasher, struct rek_sha256_state *state, const void *data,
                  size_t len)
{
    return hasher->work ? provided_start(state, data, len) : direct_start(state, data, len);
}

/* The hash of what `state` has had and of `data`. */
static bool finish(struct rek_hasher *hasher, const struct rek_sha256_state *state,
                   struct rek_slice data, unsigned char out[REK_SHA256_SIZE])
{
    return hasher->work ? provided_finish(hasher, state, data, out)
                        : direct_finish(hasher, state, data, out);
}

static void clear(struct rek_sha256_state *state)
{
    EVP_MD_CTX_free(state->provided); /* OpenSSL wipes it */
    rek_wipe(state, sizeof *state);
}

bool rek_hasher_init_provided(struct rek_hasher *hasher)
{
    *hasher = (struct rek_hasher){0};
    hasher->work = EVP_MD_CTX_new();
    if (hasher->work && provided_start(&hasher->blank, "", 0))
        return true;
    rek_hasher_clear(hasher);
    return false;
}

bool rek_hasher_init(struct rek_hasher *hasher)
{
    if (!may_be_direct())
        return rek_hasher_init_provided(hasher);
    *hasher = (struct rek_hasher){0};
    return direct_start(&hasher->blank, "", 0);
}

void rek_hasher_clear(struct rek_hasher *hasher)
{
    EVP_MD_CTX_free(hasher->work);
    clear(&hasher->blank);
    rek_wipe(hasher, sizeof *hasher);
}

bool rek_sha256(struct rek_hasher *hasher, struct rek_slice data,
                unsigned char out[REK_SHA256_SIZE])
{
    return finish(hasher, &hasher->blank, data, out);
}

bool rek_sha256_begin(const struct rek_hasher *hasher, struct rek_sha256_state *state)
{
    *state = (struct rek_sha256_state){0};
    return start(hasher, state, "", 0);
}

bool rek_sha256_add(struct rek_sha256_state *state, struct rek_slice data)
{
    return state->provided ? EVP_DigestUpdate(state->provided, data.data, data.len)
                           : direct_add(state, data);
}

bool rek_sha256_end(struct rek_sha256_state *state, unsigned char out[REK_SHA256_SIZE])
{
    bool ok =
        state->provided ? EVP_DigestFinal_ex(state->provided, out, NULL) : direct_end(state, out);
    clear(state);
    return ok;
}

void rek_sha256_drop(struct rek_sha256_state *state)
{
    clear(state);
}

/* `finish`, by way of the front. A provider's states are not kept: each would be an object of its
 * own. */
static bool finish_by_front(struct rek_hasher *hasher, const struct rek_sha256_state *state,
                            struct rek_sha256_front *front, struct rek_slice data,
                            unsigned char out[REK_SHA256_SIZE])
{
    if (hasher->work || data.len < SHA256_BLOCK)
        return finish(hasher, state, data, out);
    if (!front->known || memcmp(front->block, data.data, SHA256_BLOCK) != 0) {
        memcpy(front->block, data.data, SHA256_BLOCK);
        front->after = *state;
        front->known = direct_add(&front->after, rek_slice_of(front->block, SHA256_BLOCK));
        if (!front->known)
            return false;
    }
    struct rek_slice rest = {data.data + SHA256_BLOCK, data.len - SHA256_BLOCK};
    return finish(hasher, &front->after, rest, out);
}

void rek_sha256_front_clear(struct rek_sha256_front *front)
{
    rek_wipe(front, sizeof *front);
}

bool rek_sha256_by_front(struct rek_hasher *hasher, struct rek_sha256_front *front,
                         struct rek_slice data, unsigned char out[REK_SHA256_SIZE])
{
    return finish_by_front(hasher, &hasher->blank, front, data, out);
}

/* The state after one block, the padded key XORed with `byte`. */
static bool pad(const struct rek_hasher *hasher, struct rek_sha256_state *state,
                const unsigned char key[SHA256_BLOCK], unsigned char byte)
{
    unsigned char block[SHA256_BLOCK];
    for (int i = 0; i < SHA256_BLOCK; i++)
        block[i] = key[i] ^ byte;
    bool ok = start(hasher, state, block, sizeof block);
    rek_wipe(block, sizeof block);
    return ok;
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
    ok = ok && pad(hasher, &key->inner, block, 0x36) && pad(hasher, &key->outer, block, 0x5c);
    rek_wipe(block, sizeof block);
    if (!ok)
        rek_hmac_key_clear(key);
    return ok;
}

void rek_hmac_key_clear(struct rek_hmac_key *key)
{
    clear(&key->inner);
    clear(&key->outer);
    rek_sha256_front_clear(&key->front);
}

bool rek_hmac_sha256(struct rek_hasher *hasher, struct rek_hmac_key *key, struct rek_slice data,
                     unsigned char out[REK_SHA256_SIZE])
{
    struct rek_slice digest = {(const char *)out, REK_SHA256_SIZE};
    return finish_by_front(hasher, &key->inner, &key->front, data, out) &&
           finish(hasher, &key->outer, digest, out);
}
