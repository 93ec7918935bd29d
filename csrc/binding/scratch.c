#include "binding/scratch.h"

/* A buffer that grew beyond this goes back to the heap after its call. Our choice. */
enum { KEPT_BYTES = 64 * 1024 };

static void empty_buffer(struct rek_buffer *buffer)
{
    if (buffer->failed || buffer->capacity > KEPT_BYTES)
        rek_buffer_clear(buffer);
    buffer->len = 0;
}

static void clear_scratch(void *object)
{
    struct lrek_scratch *scratch = object;
    rek_arena_clear(&scratch->arena);
    rek_buffer_clear(&scratch->bytes);
    rek_buffer_clear(&scratch->problems.text);
    rek_json_reader_clear(&scratch->reader);
}

static void recycle_scratch(void *object)
{
    struct lrek_scratch *scratch = object;
    rek_arena_reset(&scratch->arena);
    empty_buffer(&scratch->bytes);
    empty_buffer(&scratch->problems.text);
    scratch->problems.count = 0;
    rek_json_reader_clear(&scratch->reader);
}

static const struct lrek_kind scratch_kind = {
    .name = "rekognition.scratch",
    .size = sizeof(struct lrek_scratch),
    .clear = clear_scratch,
    .recycle = recycle_scratch,
};

void lrek_open_scratch(lua_State *L)
{
    lrek_open_kind(L, &scratch_kind);
    lua_pop(L, 1);
}

struct lrek_scratch *lrek_take_scratch(lua_State *L)
{
    return lrek_take(L, &scratch_kind);
}

void lrek_give_scratch(lua_State *L, int index)
{
    lrek_give(L, index, &scratch_kind);
}
