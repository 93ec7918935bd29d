#include "core/calendar.h"
#include "core/sigv4_internal.h"

static void put_digits(char *out, int digits, int number)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
}

/* "20150830T123600Z" */
static void write_date(char out[REK_SIGV4_DATE_SIZE], int64_t time_s)
{
    struct rek_moment t = rek_moment_of(time_s);
    put_digits(out, 4, t.year);
    put_digits(out + 4, 2, t.month);
    put_digits(out + 6, 2, t.day);
    out[8] = 'T';
    put_digits(out + 9, 2, t.hour);
    put_digits(out + 11, 2, t.minute);
    put_digits(out + 13, 2, t.second);
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
