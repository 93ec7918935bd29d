/* Moments as text, as AWS's protocols want them where not as seconds since the epoch. */
#ifndef REK_TIMESTAMP_H
#define REK_TIMESTAMP_H

#include <stddef.h>

enum { REK_TIMESTAMP_SIZE = 40 };

/* Both write the moment `seconds` after the epoch, in UTC, and return its length. Moments outside
 * the years 0 to 9999 become the nearest one inside (our choice: neither form has others). */

/* RFC 3339: 2022-06-30T17:45:23Z. A fraction is written to the microsecond, without zeros at its
 * end, and left out where it is 0. */
size_t rek_timestamp_iso8601(char out[REK_TIMESTAMP_SIZE], double seconds);
/* RFC 7231's IMF-fixdate: Thu, 30 Jun 2022 17:45:23 GMT. A fraction is dropped. */
size_t rek_timestamp_rfc822(char out[REK_TIMESTAMP_SIZE], double seconds);

#endif
