/* Moments as AWS's protocols write them as text. */
#ifndef REK_TIMESTAMP_READ_H
#define REK_TIMESTAMP_READ_H

#include "core/checked.h"
#include "core/slice.h"

/* Reads RFC 3339 (2022-06-30T17:45:23.5Z, or with an offset such as +02:00) or RFC 7231's
 * IMF-fixdate (Thu, 30 Jun 2022 17:45:23 GMT, with or without a fraction) into seconds since
 * the epoch. The text shows which of the two it is. False if it is neither. */
REK_CHECKED bool rek_timestamp_read(struct rek_slice text, double *seconds);

#endif
