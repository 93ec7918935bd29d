#include "core/sigv4_internal.h"

static void put_digits(char *out, int digits, int64_t number)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
}

/* "20150830T123600Z". The date is counted in years that begin in March, so that leap days come
 * last, and in eras of 400 years, which all have the same number of days. */
static void write_date(char out[REK_SIGV4_DATE_SIZE], int64_t time_s)
{
    int64_t days = time_s / 86400 + 719468; /* since 0000-03-01 */
    int64_t era = days / 146097;
    int64_t day_of_era = days % 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    int64_t second = time_s % 86400;
    put_digits(out, 4, era * 400 + year_of_era + (month <= 2));
    put_digits(out + 4, 2, month);
    put_digits(out + 6, 2, day_of_year - (153 * march_month + 2) / 5 + 1);
    out[8] = 'T';
    put_digits(out + 9, 2, second / 3600);
    put_digits(out + 11, 2, second / 60 % 60);
    put_digits(out + 13, 2, second % 60);
    out[15] = 'Z';
}

/* A second is the time of many requests. */
void rek_sigv4_date(struct rek_signer *signer, int64_t time_s)
{
    if (signer->dated_s == time_s && signer->date[0])
        return;
    write_date(signer->date, time_s);
    signer->dated_s = time_s;
}
