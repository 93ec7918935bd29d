/* The core's only way to the heap, so that tests can make any allocation fail on command. */
#ifndef REK_ALLOC_H
#define REK_ALLOC_H

#include <stddef.h>

/* As realloc and free. NULL from rek_realloc means out of memory; the old block then stands. */
void *rek_realloc(void *block, size_t size);
void rek_free(void *block);

/* For tests: the allocation after `count` more successful ones fails, and all that follow it;
 * a negative count switches failing off. Not thread-safe. */
void rek_alloc_fail_after(long count);

#endif
