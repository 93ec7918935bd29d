/* What is wrong with a caller's table: every problem, with the path to where it is.
 * A path reads like Lua: `OutputConfig.S3Bucket`, `FaceIds[3]`, `Tags["a b"]`. */
#ifndef LREK_PROBLEMS_H
#define LREK_PROBLEMS_H

#include "core/buffer.h"

#include <lua.h>

/* How many problems are kept; of those beyond, only the count. Our choice. */
enum { LREK_MAX_PROBLEMS = 100 };

struct lrek_problem {
    size_t start; /* into `text`: the path, and the message behind it */
    size_t path_len;
    size_t message_len;
};

struct lrek_problems {
    struct rek_buffer text;
    size_t count; /* all that were found */
    struct lrek_problem list[LREK_MAX_PROBLEMS];
};

/* A step on the way from the root of the caller's table to a value, kept on the C stack. */
struct lrek_place {
    const struct lrek_place *parent; /* NULL at the root, which has no name */
    enum { LREK_NAME, LREK_INDEX, LREK_ODD_KEY } kind;
    struct rek_slice name; /* LREK_NAME: a member or key; LREK_ODD_KEY: what stands for the key */
    lua_Integer index;     /* LREK_INDEX */
    unsigned depth;        /* of the root, 0 */
};

/* A number for a message, as Lua writes it, with a point whatever the locale's decimal point is. */
const char *lrek_write_number(char text[32], double value);
/* Notes a problem; the message is made as by printf, at most some 400 bytes. Always false, for the
 * caller to return. */
__attribute__((format(printf, 3, 4))) bool lrek_report(struct lrek_problems *problems,
                                                       const struct lrek_place *place,
                                                       const char *format, ...);
/* Pushes the list, sorted by path, as { {path =, message =}, ... }, and the number of problems
 * beyond those in it. Raises where Lua is out of memory. */
void lrek_push_problems(lua_State *L, struct lrek_problems *problems);

#endif
