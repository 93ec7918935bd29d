/* A borrowed run of bytes: pointer and length, never a hidden NUL. */
#ifndef REK_SLICE_H
#define REK_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct rek_slice {
    const char *data;
    size_t len;
};

/* A slice of a string literal. */
#define REK_SLICE(literal) ((struct rek_slice){(literal), sizeof(literal) - 1})

static inline struct rek_slice rek_slice_of(const char *data, size_t len)
{
    return (struct rek_slice){data, len};
}

static inline struct rek_slice rek_slice_cstr(const char *text)
{
    return (struct rek_slice){text, strlen(text)};
}

/* Copies the text to `out` and returns where it ends. */
static inline char *rek_slice_put(char *out, struct rek_slice text)
{
    if (text.len > 0)
        memcpy(out, text.data, text.len);
    return out + text.len;
}

static inline bool rek_slice_equal(struct rek_slice a, struct rek_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#endif
