#include "core/calendar.h"

/* The date is counted in years that begin in March, so that leap days come last, and in eras of 400
 * years, which all have the same number of days. */
struct rek_moment rek_moment_of(int64_t time_s)
{
    int64_t second = (time_s % 86400 + 86400) % 86400;
    int64_t since_1970 = (time_s - second) / 86400;
    int64_t days = since_1970 + 719468 + 146097; /* since 1 March of the year -400 */
    int64_t era = days / 146097 - 1;
    int64_t day_of_era = days % 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (struct rek_moment){
        .year = (int)(era * 400 + year_of_era + (month <= 2)),
        .month = (int)month,
        .day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1),
        .hour = (int)(second / 3600),
        .minute = (int)(second / 60 % 60),
        .second = (int)(second % 60),
        .weekday = (int)(((since_1970 + 4) % 7 + 7) % 7),
    };
}
