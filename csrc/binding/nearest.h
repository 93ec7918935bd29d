/* The name that a misspelled one was meant to be. */
#ifndef LREK_NEAREST_H
#define LREK_NEAREST_H

#include "core/slice.h"

/* The nearest to `given` of `count` names, by edit distance, or an empty slice where none is near.
 * Letters' case, '_' and '-' don't count, so that snake_case finds its AWS spelling. The names are
 * slices that lie `stride` bytes apart, such as the first members of an array of structs. */
struct rek_slice lrek_nearest(struct rek_slice given, const void *names, size_t stride,
                              size_t count);

#endif
