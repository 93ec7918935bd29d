#include "core/alloc.h"

#include <stdlib.h>

static long allocations_left = -1;

void rek_alloc_fail_after(long count)
{
    allocations_left = count;
}

void *rek_realloc(void *block, size_t size)
{
    if (allocations_left >= 0) {
        if (allocations_left == 0)
            return NULL;
        allocations_left--;
    }
    return realloc(block, size);
}

void rek_free(void *block)
{
    free(block);
}
