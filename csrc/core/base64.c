#include "core/base64.h"

/* A character's six bits, or a value with the high bit set. */
static inline unsigned six_bits(unsigned char byte)
{
    enum { NO = 0x80 };
    static const unsigned char values[128] = {
        NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 0x00 */
        NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 0x10 */
        NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63, /* + and / */
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO, /* 0 to 9 */
        NO, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, /* A to O */
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO, /* P to Z */
        NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, /* a to o */
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO, /* p to z */
    };
    return values[byte & 0x7f] | (byte & 0x80u);
}

/* The bits of the last character that belong to no byte may be anything (our choice: RFC 4648,
 * section 3.5, leaves it open, and other AWS SDKs take them). */
bool rek_base64_decode(unsigned char *out, struct rek_slice in, size_t *out_len)
{
    const unsigned char *p = (const unsigned char *)in.data;
    unsigned char *start = out;
    unsigned wrong = 0;
    if (in.len % 4 != 0)
        return false;
    size_t padding = in.len == 0 || p[in.len - 1] != '=' ? 0 : p[in.len - 2] != '=' ? 1 : 2;
    for (size_t groups = in.len / 4; groups > 0; groups--, p += 4, out += 3) {
        bool last = groups == 1;
        unsigned a = six_bits(p[0]);
        unsigned b = six_bits(p[1]);
        unsigned c = last && padding == 2 ? 0 : six_bits(p[2]);
        unsigned d = last && padding >= 1 ? 0 : six_bits(p[3]);
        wrong |= a | b | c | d;
        out[0] = (unsigned char)(a << 2 | b >> 4);
        out[1] = (unsigned char)(b << 4 | c >> 2);
        out[2] = (unsigned char)(c << 6 | d);
    }
    *out_len = (size_t)(out - start) - padding;
    return (wrong & 0x80) == 0;
}
