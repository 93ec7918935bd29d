/* Between push.c and push_scalar.c. */
#ifndef LREK_PUSH_INTERNAL_H
#define LREK_PUSH_INTERNAL_H

#include "binding/scratch.h"
#include "core/shape.h"

struct lrek_pusher {
    lua_State *L;
    struct rek_json_reader *reader;
    struct rek_buffer *bytes;       /* for decoded blobs */
    struct lrek_problems *problems; /* gets the one error */
    int names;                      /* where the interned names lie on the stack */
    int room;                       /* the highest place of the stack that may be used */
};

/* Push the value that `token` is, or report what is wrong with it and return false: a string, blob,
 * number or boolean of the shape, or one of no shape. */
bool lrek_push_scalar(struct lrek_pusher *pusher, const struct rek_shape *shape,
                      enum rek_json_token token, const struct lrek_place *place);
bool lrek_push_any_scalar(struct lrek_pusher *pusher, enum rek_json_token token,
                          const struct lrek_place *place);
/* Reports what the reader found wrong; raises where it ran out of memory. Always false. */
bool lrek_fail_json(struct lrek_pusher *pusher, const struct lrek_place *place);
/* Reports a value of the wrong type, or what the reader found wrong. Always false. */
bool lrek_fail_type(struct lrek_pusher *pusher, const struct lrek_place *place, const char *wanted,
                    enum rek_json_token token);

#endif
