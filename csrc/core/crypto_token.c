#include "core/crypto_token.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

bool rek_sha1(struct rek_slice data, unsigned char out[REK_SHA1_SIZE])
{
    size_t len = 0;
    return EVP_Q_digest(NULL, "SHA1", NULL, data.data, data.len, out, &len) == 1 &&
           len == REK_SHA1_SIZE;
}

/* Instead of OpenSSL's own, which would ask on the terminal. */
static int no_password(char *buffer, int size, int writing, void *data)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)data;
    return -1;
}

static bool is_p256(EVP_PKEY *key)
{
    char group[32];
    size_t len = 0;
    return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &len) &&
           rek_slice_equal(rek_slice_of(group, len), REK_SLICE("prime256v1"));
}

static EVP_PKEY *read_key(struct rek_slice pem)
{
    if (pem.len > INT_MAX)
        return NULL;
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    if (key && !is_p256(key)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    ERR_clear_error();
    return key;
}

static bool read_coordinate(EVP_PKEY *key, const char *name,
                            unsigned char out[REK_P256_COORDINATE_SIZE])
{
    BIGNUM *number = NULL;
    bool done = EVP_PKEY_get_bn_param(key, name, &number) &&
                BN_bn2binpad(number, out, REK_P256_COORDINATE_SIZE) == REK_P256_COORDINATE_SIZE;
    BN_free(number);
    return done;
}

bool rek_es256_public(struct rek_slice pem, unsigned char x[REK_P256_COORDINATE_SIZE],
                      unsigned char y[REK_P256_COORDINATE_SIZE])
{
    EVP_PKEY *key = read_key(pem);
    bool done = key && read_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, x) &&
                read_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, y);
    EVP_PKEY_free(key);
    return done;
}

/* OpenSSL returns a signature as ASN.1; a token holds the two numbers plainly. */
static bool flatten(const unsigned char *der, size_t len,
                    unsigned char signature[REK_ES256_SIGNATURE_SIZE])
{
    enum { HALF = REK_ES256_SIGNATURE_SIZE / 2 };
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
    bool done = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, HALF) == HALF &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + HALF, HALF) == HALF;
    ECDSA_SIG_free(pair);
    return done;
}

bool rek_es256_sign(struct rek_slice pem, struct rek_slice message,
                    unsigned char signature[REK_ES256_SIGNATURE_SIZE])
{
    unsigned char der[80]; /* at most 72 for a curve of 256 bits */
    size_t len = sizeof der;
    EVP_PKEY *key = read_key(pem);
    EVP_MD_CTX *state = key ? EVP_MD_CTX_new() : NULL;
    bool done =
        state && EVP_DigestSignInit(state, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestSign(state, der, &len, (const unsigned char *)message.data, message.len) == 1 &&
        flatten(der, len, signature);
    EVP_MD_CTX_free(state);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return done;
}
