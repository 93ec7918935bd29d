/* Appends JSON (RFC 8259) to a buffer, value by value. Out of memory sticks to the buffer. */
#ifndef REK_JSON_WRITE_H
#define REK_JSON_WRITE_H

#include "core/buffer.h"

#include <stdint.h>

/* `text` is valid UTF-8, which the caller has checked. Quotes, backslashes and control characters
 * are escaped; all else stands as it is. */
void rek_json_write_string(struct rek_buffer *out, struct rek_slice text);
void rek_json_write_boolean(struct rek_buffer *out, bool value);
void rek_json_write_integer(struct rek_buffer *out, int64_t value);
/* The fewest of 15, 16 or 17 digits that read back as the same double, with a point in whatever
 * locale. Our choices: 50.0 is written 50, and minus zero -0.0. `value` is finite, which the
 * caller has checked; anything else would be written as null. */
void rek_json_write_double(struct rek_buffer *out, double value);
/* Bytes as a string of base64. */
void rek_json_write_blob(struct rek_buffer *out, struct rek_slice bytes);

#endif
