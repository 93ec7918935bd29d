#include "check.h"
#include "core/timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* The moments' text was computed with Python's datetime. */
static const struct {
    double seconds;
    struct rek_slice iso8601, rfc822;
} moments[] = {
    {0, REK_SLICE("1970-01-01T00:00:00Z"), REK_SLICE("Thu, 01 Jan 1970 00:00:00 GMT")},
    {1656611123, REK_SLICE("2022-06-30T17:45:23Z"), REK_SLICE("Thu, 30 Jun 2022 17:45:23 GMT")},
    {1656611123.456, REK_SLICE("2022-06-30T17:45:23.456Z"),
     REK_SLICE("Thu, 30 Jun 2022 17:45:23 GMT")},
    {1656611123.000001, REK_SLICE("2022-06-30T17:45:23.000001Z"),
     REK_SLICE("Thu, 30 Jun 2022 17:45:23 GMT")},
    {0.9999999, REK_SLICE("1970-01-01T00:00:00.999999Z"),
     REK_SLICE("Thu, 01 Jan 1970 00:00:00 GMT")},
    {-0.5, REK_SLICE("1969-12-31T23:59:59.5Z"), REK_SLICE("Wed, 31 Dec 1969 23:59:59 GMT")},
    {951827696, REK_SLICE("2000-02-29T12:34:56Z"), REK_SLICE("Tue, 29 Feb 2000 12:34:56 GMT")},
    {4107542399, REK_SLICE("2100-02-28T23:59:59Z"), REK_SLICE("Sun, 28 Feb 2100 23:59:59 GMT")},
    {-62135596800, REK_SLICE("0001-01-01T00:00:00Z"), REK_SLICE("Mon, 01 Jan 0001 00:00:00 GMT")},
    {253402300799, REK_SLICE("9999-12-31T23:59:59Z"), REK_SLICE("Fri, 31 Dec 9999 23:59:59 GMT")},
    {253402300800, REK_SLICE("9999-12-31T23:59:59Z"), REK_SLICE("Fri, 31 Dec 9999 23:59:59 GMT")},
    {1e300, REK_SLICE("9999-12-31T23:59:59Z"), REK_SLICE("Fri, 31 Dec 9999 23:59:59 GMT")},
    {-1e300, REK_SLICE("0000-01-01T00:00:00Z"), REK_SLICE("Sat, 01 Jan 0000 00:00:00 GMT")},
};

static void check_moments(void)
{
    char text[REK_TIMESTAMP_SIZE];
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        size_t len = rek_timestamp_iso8601(text, moments[i].seconds);
        CHECK_SLICE(rek_slice_of(text, len), moments[i].iso8601);
        len = rek_timestamp_rfc822(text, moments[i].seconds);
        CHECK_SLICE(rek_slice_of(text, len), moments[i].rfc822);
    }
    CHECK(rek_timestamp_iso8601(text, (double)NAN) == 20);
}

int main(void)
{
    check_moments();
    setenv("TZ", "right/UTC", 1); /* counts leap seconds, where the system has such zones */
    tzset();
    check_moments();
    return check_result();
}
