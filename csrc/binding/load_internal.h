/* Between load.c, load_scalar.c and load_document.c, and load_check.c, which all three use. */
#ifndef LREK_LOAD_INTERNAL_H
#define LREK_LOAD_INTERNAL_H

#include "binding/load.h"

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
