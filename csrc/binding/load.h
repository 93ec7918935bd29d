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

/* What load.c, load_scalar.c and load_document.c have of each other. */

/* Reads the value on top of the stack, which stays there, into its storage. */
void lrek_load_scalar(struct lrek_loader *loader, const struct rek_shape *shape, void *out,
                      const struct lrek_place *place);
/* The same for a document, which becomes JSON text. */
void lrek_load_document(struct lrek_loader *loader, struct rek_slice *out,
                        const struct lrek_place *place);
/* Checks text, a string or a map's key: its encoding and its length. */
void lrek_check_text(struct lrek_loader *loader, const struct rek_shape *shape,
                     struct rek_slice text, const struct lrek_place *place);
/* Checks a length against the shape's least, where it has one. */
void lrek_check_count(struct lrek_loader *loader, const struct rek_shape *shape, size_t count,
                      const char *unit, const struct lrek_place *place);
/* What the value at `index` is, in words. */
const char *lrek_type_name(lua_State *L, int index);
/* Reports that the value on top of the stack has the wrong type. */
void lrek_report_type(struct lrek_loader *loader, const struct lrek_place *place,
                      const char *wanted);
/* The place of the table's element under the key at `index`; `text` holds odd keys. */
struct lrek_place lrek_place_of_key(lua_State *L, int index, const struct lrek_place *parent,
                                    char text[32]);
/* Ends the loading; the first failure stands. */
void lrek_fail(struct lrek_loader *loader, const char *failure);

#endif
