/* Eight bytes of text at a time in a 64-bit word, the first byte lowest on every machine. */
#ifndef REK_WORD_H
#define REK_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { REK_WORD_SIZE = 8 };

/* A word whose bytes are all `byte`. */
#define REK_WORD_OF(byte)  (UINT64_C(0x0101010101010101) * (byte))
#define REK_WORD_HIGH_BITS REK_WORD_OF(0x80)

static inline uint64_t rek_word_load(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Sets the high bit of the first byte that is a quote, a backslash or a control character, or of a
 * byte before it that isn't ASCII. A subtraction marks the bytes that are too small; its borrow
 * spoils only the bytes behind one of those, and the first mark is all that counts. */
static inline uint64_t rek_word_json_marks(uint64_t word)
{
    uint64_t quote = word ^ REK_WORD_OF('"');
    uint64_t backslash = word ^ REK_WORD_OF('\\');
    return (word - REK_WORD_OF(0x20)) | (quote - REK_WORD_OF(1)) | (backslash - REK_WORD_OF(1));
}

/* Not 0 where a byte is below `least` (128 at most) or a DEL. */
static inline uint64_t rek_word_controls(uint64_t word, unsigned char least)
{
    uint64_t del = word ^ REK_WORD_OF(0x7f);
    return (((word - REK_WORD_OF(least)) & ~word) | ((del - REK_WORD_OF(1)) & ~del)) &
           REK_WORD_HIGH_BITS;
}

/* Which byte comes first of those whose high bit is set in `mask`, which is not 0. */
static inline size_t rek_word_first(uint64_t mask)
{
    return (size_t)__builtin_ctzll(mask) / 8;
}

#endif
