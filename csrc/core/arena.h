/* A bump allocator: many small pieces, freed together. */
#ifndef REK_ARENA_H
#define REK_ARENA_H

#include <stddef.h>

struct rek_arena_block;

struct rek_arena {
    struct rek_arena_block *blocks; /* newest first */
    char *next;
    size_t left;
};

void rek_arena_init(struct rek_arena *arena);
/* Frees every piece and leaves the arena empty and usable. */
void rek_arena_clear(struct rek_arena *arena);
/* As rek_arena_clear, but one block stays for the next pieces. */
void rek_arena_reset(struct rek_arena *arena);
/* Zeroed memory, aligned for any type, a piece of its own even for size 0; NULL when out of
 * memory. */
void *rek_arena_alloc(struct rek_arena *arena, size_t size);

#endif
