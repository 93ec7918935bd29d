#include "core/utf8.h"

#include "core/word.h"

bool rek_utf8_is_ascii(struct rek_slice text)
{
    uint64_t bits = 0;
    if (text.len < REK_WORD_SIZE) {
        for (size_t i = 0; i < text.len; i++)
            bits |= (unsigned char)text.data[i];
    } else {
        for (size_t i = 0; i + REK_WORD_SIZE <= text.len; i += REK_WORD_SIZE)
            bits |= rek_word_load(text.data + i);
        bits |= rek_word_load(text.data + text.len - REK_WORD_SIZE);
    }
    return (bits & REK_WORD_HIGH_BITS) == 0;
}

size_t rek_utf8_valid_prefix(struct rek_slice text)
{
    if (text.len == 0)
        return 0; /* data may be NULL */
    const char *p = text.data;
    const char *end = p + text.len;
    while (p < end) {
        if (end - p >= REK_WORD_SIZE) {
            uint64_t high = rek_word_load(p) & REK_WORD_HIGH_BITS;
            if (high == 0) {
                p += REK_WORD_SIZE;
                continue;
            }
            p += rek_word_first(high);
        }
        if ((unsigned char)*p < 0x80) {
            p++;
            continue;
        }
        size_t length = rek_utf8_sequence(p, end);
        if (length == 0)
            break;
        p += length;
    }
    return (size_t)(p - text.data);
}

size_t rek_utf8_count(struct rek_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

size_t rek_utf8_encode(char out[4], uint32_t code_point)
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(leads[length] | code_point);
    return length;
}
