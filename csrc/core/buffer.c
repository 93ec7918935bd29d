#include "core/buffer.h"

#include "core/alloc.h"
#include "core/crypto.h"

#include <stdint.h>

void rek_buffer_init(struct rek_buffer *buffer)
{
    *buffer = (struct rek_buffer){0};
}

void rek_buffer_clear(struct rek_buffer *buffer)
{
    rek_free(buffer->data);
    rek_buffer_init(buffer);
}

void rek_buffer_wipe(struct rek_buffer *buffer)
{
    rek_wipe(buffer->data, buffer->capacity);
    rek_buffer_clear(buffer);
}

char *rek_buffer_grow(struct rek_buffer *buffer, size_t extra)
{
    if (buffer->failed)
        return NULL;
    if (extra > SIZE_MAX / 2 - buffer->len) {
        buffer->failed = true;
        return NULL;
    }
    size_t needed = buffer->len + extra;
    size_t capacity = buffer->capacity < 128 ? 256 : buffer->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    char *data = rek_realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return NULL;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return buffer->data + buffer->len;
}

void rek_buffer_append(struct rek_buffer *buffer, const char *data, size_t len)
{
    if (len == 0)
        return;
    char *room = rek_buffer_reserve(buffer, len);
    if (room) {
        memcpy(room, data, len);
        buffer->len += len;
    }
}

void rek_buffer_append_slice(struct rek_buffer *buffer, struct rek_slice slice)
{
    rek_buffer_append(buffer, slice.data, slice.len);
}
