/* Lua table -> request struct, checked against the service's model, every problem in one pass.
 *
 * Checked, as botocore does: required and unknown members, types, least lengths and least values.
 * Not checked, since a service may widen them: greatest lengths and values, patterns, enums.
 * What Lua adds: lists without holes, map keys that are strings, text that is UTF-8, numbers that
 * are finite and in range, no more than LREK_MAX_DEPTH levels. An integer may be a float with an
 * integral value; nothing else is converted.
 *
 * Access is raw: no metamethod is ever called. Nothing is allocated from Lua between the first
 * look at the table and the end, so no collection runs and no finalizer changes the table. */
#ifndef LREK_LOAD_H
#define LREK_LOAD_H

#include "binding/luautil.h"
#include "binding/scratch.h"
#include "core/shape.h"

/* Levels of tables in tables. Our choice; the model's deepest request has 6. */
enum { LREK_MAX_DEPTH = 64 };

struct lrek_loader {
    lua_State *L;
    struct rek_arena *arena;
    struct rek_buffer *bytes; /* for documents */
    struct lrek_problems *problems;
    size_t body_size;    /* about how long the JSON text is; exact where nothing is escaped */
    const char *failure; /* why loading can't go on: static text, or NULL */
};

/* Reads the table at `index` (nil or none: an empty one) by `shape`, a structure, into a request
 * struct in the arena, whose strings are borrowed from the table: it must stay reachable and
 * unchanged while they are used. NULL where `problems` counts any, or on a `failure`.
 * Takes the loader with everything but L, arena, bytes and problems zero. */
const void *lrek_load(struct lrek_loader *loader, int index, const struct rek_shape *shape);

#endif
