/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
#ifndef REK_UTF8_H
#define REK_UTF8_H

#include "core/slice.h"

#include <stdint.h>

/* Whether every byte is ASCII, which most text is: a quick look before a thorough one. */
bool rek_utf8_is_ascii(struct rek_slice text);
/* How many bytes at the start of `text` are valid: all of them, or up to the first character
 * that is invalid or cut off. */
size_t rek_utf8_valid_prefix(struct rek_slice text);
/* How many code points `text`, which is valid, consists of. */
size_t rek_utf8_count(struct rek_slice text);
/* Writes the code point (no surrogate, at most 0x10FFFF) and returns its length, 1 to 4. */
size_t rek_utf8_encode(char out[4], uint32_t code_point);

/* The length of the valid character of several bytes at `text`, or 0 where there is none. */
static inline size_t rek_utf8_sequence(const char *text, const char *end)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t left = (size_t)(end - text);
    unsigned lead = byte[0];
    size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    /* The second byte's range is narrower after the leads of overlong forms, surrogates and
     * code points that are too large. */
    unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte[1] < low || byte[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

#endif
