/* The least that signs a request of this service: a signing key that is given, one context used
 * again, no check of anything. Shared by the floor and the measurement of signing. */
#ifndef BENCH_MINIMAL_SIGNER_H
#define BENCH_MINIMAL_SIGNER_H

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct minimal_signer {
    EVP_MD *sha256;
    EVP_MD_CTX *inner, *outer, *work;
    char date[17], authorization[512];
    size_t blocks; /* of 64 bytes, that the last signature hashed */
};

static EVP_MD_CTX *key_state(EVP_MD *sha256, const unsigned char key[32], unsigned char pad)
{
    unsigned char block[64];
    memset(block, pad, sizeof block);
    for (int i = 0; i < 32; i++)
        block[i] ^= key[i];
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    EVP_DigestInit_ex2(state, sha256, NULL);
    EVP_DigestUpdate(state, block, sizeof block);
    return state;
}

static void minimal_signer_init(struct minimal_signer *signer)
{
    static const unsigned char key[32] = "a derived key, to measure with";
    signer->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    signer->inner = key_state(signer->sha256, key, 0x36);
    signer->outer = key_state(signer->sha256, key, 0x5c);
    signer->work = EVP_MD_CTX_new();
}

static void to_hex(char *out, const unsigned char digest[32])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = 0;
}

/* SHA-256 pads with a byte and a length of eight. */
static void digest(struct minimal_signer *signer, const EVP_MD_CTX *start, const void *data,
                   size_t len, unsigned char out[32])
{
    if (start)
        EVP_MD_CTX_copy_ex(signer->work, start);
    else
        EVP_DigestInit_ex2(signer->work, signer->sha256, NULL);
    EVP_DigestUpdate(signer->work, data, len);
    EVP_DigestFinal_ex(signer->work, out, NULL);
    signer->blocks += (len + 9 + 63) / 64;
}

/* Sets the signer's date and authorization, the value of the header. */
static void minimal_sign(struct minimal_signer *signer, time_t now, const char *host,
                         const char *operation, const char *body, size_t body_len)
{
    char hex[65], canonical[1024], to_sign[256];
    unsigned char bytes[32];
    struct tm utc;
    signer->blocks = 0;
    gmtime_r(&now, &utc);
    strftime(signer->date, sizeof signer->date, "%Y%m%dT%H%M%SZ", &utc);
    digest(signer, NULL, body, body_len, bytes);
    to_hex(hex, bytes);
    int len =
        snprintf(canonical, sizeof canonical,
                 "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:%s\nx-amz-date:%s\n"
                 "x-amz-target:RekognitionService.%s\n\n"
                 "content-type;host;x-amz-date;x-amz-target\n%s",
                 host, signer->date, operation, hex);
    digest(signer, NULL, canonical, (size_t)len, bytes);
    to_hex(hex, bytes);
    len = snprintf(to_sign, sizeof to_sign,
                   "AWS4-HMAC-SHA256\n%s\n%.8s/us-east-1/rekognition/aws4_request\n%s",
                   signer->date, signer->date, hex);
    digest(signer, signer->inner, to_sign, (size_t)len, bytes);
    digest(signer, signer->outer, bytes, sizeof bytes, bytes);
    to_hex(hex, bytes);
    snprintf(signer->authorization, sizeof signer->authorization,
             "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/%.8s/us-east-1/rekognition/aws4_request, "
             "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=%s",
             signer->date, hex);
}

#endif
