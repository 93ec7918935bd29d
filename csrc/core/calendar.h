/* A moment in UTC, in parts. It depends on nothing of the process: the C library's own function
 * goes by TZ where that names a zone that counts leap seconds ("right/UTC"), and is then some 27
 * seconds early. */
#ifndef REK_CALENDAR_H
#define REK_CALENDAR_H

#include <stdint.h>

struct rek_moment {
    int year, month, day; /* the month from 1 */
    int hour, minute, second;
    int weekday; /* 0 is Sunday */
};

/* The parts of the second `time_s` after the epoch, of the years 0 to 9999. */
struct rek_moment rek_moment_of(int64_t time_s);

#endif
