#include "core/arena.h"

#include "core/alloc.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK_SIZE = 4096 };

struct rek_arena_block {
    struct rek_arena_block *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void rek_arena_init(struct rek_arena *arena)
{
    *arena = (struct rek_arena){0};
}

void rek_arena_clear(struct rek_arena *arena)
{
    struct rek_arena_block *block = arena->blocks;
    while (block) {
        struct rek_arena_block *older = block->older;
        rek_free(block);
        block = older;
    }
    rek_arena_init(arena);
}

void rek_arena_reset(struct rek_arena *arena)
{
    struct rek_arena_block *kept = NULL;
    struct rek_arena_block *block = arena->blocks;
    while (block) {
        struct rek_arena_block *older = block->older;
        if (!kept && block->size == BLOCK_SIZE)
            kept = block;
        else
            rek_free(block);
        block = older;
    }
    rek_arena_init(arena);
    if (kept) {
        kept->older = NULL;
        *arena = (struct rek_arena){.blocks = kept, .next = kept->bytes, .left = kept->size};
    }
}

static void *new_block(struct rek_arena *arena, size_t bytes)
{
    struct rek_arena_block *block = rek_realloc(NULL, sizeof *block + bytes);
    if (!block)
        return NULL;
    block->older = arena->blocks;
    block->size = bytes;
    arena->blocks = block;
    return block->bytes;
}

void *rek_arena_alloc(struct rek_arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        return NULL;
    size = size == 0 ? align : (size + align - 1) & ~(align - 1);
    char *piece;
    if (size > BLOCK_SIZE / 4) {
        piece = new_block(arena, size); /* large pieces stand alone; the current block goes on */
        if (!piece)
            return NULL;
    } else {
        if (size > arena->left) {
            char *bytes = new_block(arena, BLOCK_SIZE);
            if (!bytes)
                return NULL;
            arena->next = bytes;
            arena->left = BLOCK_SIZE;
        }
        piece = arena->next;
        arena->next += size;
        arena->left -= size;
    }
    memset(piece, 0, size);
    return piece;
}
