/* A growing byte buffer. Out of memory is sticky: once an append has failed, `failed` stays set
 * and later appends do nothing, so a writer checks once, at its end. */
#ifndef REK_BUFFER_H
#define REK_BUFFER_H

#include "core/slice.h"

struct rek_buffer {
    char *data;
    size_t len;
    size_t capacity;
    bool failed;
};

void rek_buffer_init(struct rek_buffer *buffer);
/* Frees the memory and leaves the buffer empty and usable. */
void rek_buffer_clear(struct rek_buffer *buffer);
/* As rek_buffer_clear, overwriting the bytes first: for buffers that held a secret. */
void rek_buffer_wipe(struct rek_buffer *buffer);
/* Makes room for `extra` more bytes and returns where they go, or NULL when out of memory.
 * The caller writes them and then adds what it wrote to `len`. */
char *rek_buffer_grow(struct rek_buffer *buffer, size_t extra);

static inline char *rek_buffer_reserve(struct rek_buffer *buffer, size_t extra)
{
    if (buffer->data && !buffer->failed && extra <= buffer->capacity - buffer->len)
        return buffer->data + buffer->len;
    return rek_buffer_grow(buffer, extra);
}

void rek_buffer_append(struct rek_buffer *buffer, const char *data, size_t len);
void rek_buffer_append_slice(struct rek_buffer *buffer, struct rek_slice slice);

static inline void rek_buffer_append_char(struct rek_buffer *buffer, char byte)
{
    if (buffer->len < buffer->capacity && !buffer->failed)
        buffer->data[buffer->len++] = byte;
    else
        rek_buffer_append(buffer, &byte, 1);
}

static inline struct rek_slice rek_buffer_slice(const struct rek_buffer *buffer)
{
    return rek_slice_of(buffer->data, buffer->len);
}

#endif
