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

/* Between load.c and load_document.c: reads the value on top of the stack into JSON text. */
void lrek_load_document(struct lrek_loader *loader, struct rek_slice *out,
                        const struct lrek_place *place);

/* What both say of a value that has the wrong type, and of a list's keys. */
void lrek_report_type(struct lrek_loader *loader, const struct lrek_place *place,
                      const char *wanted);
/* The place of the table's element under the key at `index`; `text` holds odd keys. */
struct lrek_place lrek_place_of_key(lua_State *L, int index, const struct lrek_place *parent,
                                    char text[32]);
/* The bytes of the string at `index`, which is a string and nothing else. */
struct rek_slice lrek_string_at(lua_State *L, int index);
/* Out of memory, if nothing worse came before. */
void lrek_fail(struct lrek_loader *loader, const char *failure);

#endif
