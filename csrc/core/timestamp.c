#include "core/timestamp.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>

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

static struct tm split(int64_t second)
{
    struct tm parts = {0};
    time_t moment = (time_t)second;
    gmtime_r(&moment, &parts);
    return parts;
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
    struct tm t = split(second);
    int len = snprintf(out, REK_TIMESTAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", t.tm_year + 1900,
                       t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
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
    struct tm t = split(whole_second(seconds));
    int len =
        snprintf(out, REK_TIMESTAMP_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday],
                 t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    return (size_t)len;
}
