#include "core/crypto.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

bool rek_random_bytes(void *out, size_t len)
{
    return RAND_bytes(out, (int)len) == 1;
}

bool rek_random_uuid(char out[REK_UUID_LENGTH])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[16];
    if (!rek_random_bytes(bytes, sizeof bytes))
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

size_t rek_base64_encode(char *out, struct rek_slice in)
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
