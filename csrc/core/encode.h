/* A request struct becomes the JSON of its request. */
#ifndef REK_ENCODE_H
#define REK_ENCODE_H

#include "core/buffer.h"
#include "core/checked.h"
#include "core/shape.h"

enum { REK_ENCODE_MAX_DEPTH = 128 }; /* our choice; loading refuses deeper tables before */

/* Appends the JSON object for `request`, which is a request struct of `shape`, a structure. The
 * members that are present stand in the shape's order. Strings are valid UTF-8, numbers finite
 * and documents JSON, all checked when they were loaded. False when out of memory, or too deep. */
REK_CHECKED bool rek_encode(const struct rek_shape *shape, const void *request,
                            struct rek_buffer *out);

#endif
