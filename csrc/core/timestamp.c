#include "core/timestamp.h"

#include "core/calendar.h"

#include <stdint.h>
#include <stdio.h>

/* The second that `seconds` lies in, inside the years 0 to 9999. */
static int64_t whole_second(double seconds)
{
    const int64_t first = INT64_C(-62167219200); /* 0000-01-01T00:00:00Z */
    const int64_t last = INT64_C(253402300799);  /* 9999-12-31T23:59:59Z */
    if (!(seconds >= (double)first))
        return first;
    if (seconds >= (double)last)
        return last;
    int64_t whole = (int64_t)seconds;
    return (double)whole > seconds ? whole - 1 : whole;
}

/* The fraction of a second in microseconds, rounded but not up to a whole second; 0 outside the
 * years 0 to 9999. */
static int microseconds_after(int64_t second, double seconds)
{
    double fraction = seconds - (double)second;
    if (!(fraction >= 0 && fraction < 1))
        return 0;
    int microseconds = (int)(fraction * 1e6 + 0.5);
    return microseconds < 1000000 ? microseconds : 999999;
}

size_t rek_timestamp_iso8601(char out[REK_TIMESTAMP_SIZE], double seconds)
{
    int64_t second = whole_second(seconds);
    int microseconds = microseconds_after(second, seconds);
    struct rek_moment t = rek_moment_of(second);
    int len = snprintf(out, REK_TIMESTAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", t.year, t.month,
                       t.day, t.hour, t.minute, t.second);
    if (microseconds > 0) {
        len += snprintf(out + len, REK_TIMESTAMP_SIZE - (size_t)len, ".%06d", microseconds);
        while (out[len - 1] == '0')
            len--;
    }
    out[len++] = 'Z';
    return (size_t)len;
}

size_t rek_timestamp_rfc822(char out[REK_TIMESTAMP_SIZE], double seconds)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct rek_moment t = rek_moment_of(whole_second(seconds));
    int len =
        snprintf(out, REK_TIMESTAMP_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.weekday],
                 t.day, months[t.month - 1], t.year, t.hour, t.minute, t.second);
    return (size_t)len;
}
