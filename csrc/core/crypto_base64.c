#include "core/base64.h"

#include <openssl/evp.h>

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
