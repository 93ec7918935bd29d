/* A pull reader for JSON, all of RFC 8259 and nothing more: no comments, no trailing commas, no
 * NaN, no lone surrogates, no invalid UTF-8, no raw control characters, one value in a document.
 * Strings are borrowed from the document where they have no escapes. It never recurses. */
#ifndef REK_JSON_READ_H
#define REK_JSON_READ_H

#include "core/buffer.h"

#include <stdint.h>

enum { REK_JSON_MAX_DEPTH = 128 }; /* our choice; Rekognition's deepest response has under 10 */

enum rek_json_token {
    REK_JSON_ERROR, /* see `error` and `offset`; every later call says so again */
    REK_JSON_END,   /* the document is over */
    REK_JSON_NULL,
    REK_JSON_TRUE,
    REK_JSON_FALSE,
    REK_JSON_NUMBER, /* text: the literal as it stands */
    REK_JSON_STRING, /* text: its bytes, unescaped; valid until the next call */
    REK_JSON_KEY,    /* text: as for a string */
    REK_JSON_OBJECT_BEGIN,
    REK_JSON_OBJECT_END,
    REK_JSON_ARRAY_BEGIN,
    REK_JSON_ARRAY_END
};

struct rek_json_reader {
    struct rek_slice text; /* of the latest token, where it has one */
    unsigned depth;        /* how many objects and arrays are open */
    const char *error;     /* static text, or NULL */
    size_t offset;         /* where the error is, in bytes */
    /* The reader's own. */
    struct rek_slice document;
    const char *cursor;
    struct rek_buffer scratch;                          /* where escaped strings are unescaped */
    uint64_t in_object[(REK_JSON_MAX_DEPTH + 63) / 64]; /* a bit for each level */
    unsigned char state;
};

/* A reader of `document`, which stays the caller's and must outlive the reading. */
void rek_json_reader_init(struct rek_json_reader *reader, struct rek_slice document);
void rek_json_reader_clear(struct rek_json_reader *reader);
enum rek_json_token rek_json_next(struct rek_json_reader *reader);
/* Passes over the rest of the value that `token`, the latest one, began; after a key, over its
 * value. False on an error, of which there may be one anywhere inside. */
bool rek_json_skip(struct rek_json_reader *reader, enum rek_json_token token);

/* What a number's literal says, however long it is and whatever the locale. An integer where it
 * has neither fraction nor exponent and fits in 64 bits. "-0" is no integer but the real -0.0,
 * our choice, as lua-cjson has it. */
struct rek_json_number {
    bool is_integer;
    int64_t integer; /* 0 if it is not an integer */
    double real;     /* always the nearest double; infinity if the exponent is huge */
};
/* `literal` is the text of a REK_JSON_NUMBER. */
struct rek_json_number rek_json_parse_number(struct rek_slice literal);

#endif
