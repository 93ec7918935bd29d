#include "core/timestamp_read.h"

#include <stdint.h>

struct cursor {
    const char *at;
    const char *end;
};

struct moment {
    int year, month, day, hour, minute, second;
    double fraction;
    int offset; /* minutes east of UTC */
};

static bool take(struct cursor *c, char byte)
{
    if (c->at == c->end || *c->at != byte)
        return false;
    c->at++;
    return true;
}

static bool take_text(struct cursor *c, const char *text)
{
    while (*text)
        if (!take(c, *text++))
            return false;
    return true;
}

static bool take_digit(struct cursor *c, int *digit)
{
    if (c->at == c->end || *c->at < '0' || *c->at > '9')
        return false;
    *digit = *c->at++ - '0';
    return true;
}

static bool take_number(struct cursor *c, int digits, int *out)
{
    int digit;
    *out = 0;
    while (digits-- > 0) {
        if (!take_digit(c, &digit))
            return false;
        *out = *out * 10 + digit;
    }
    return true;
}

/* Nothing, or a point and at least one digit. */
static bool take_fraction(struct cursor *c, double *out)
{
    *out = 0;
    if (!take(c, '.'))
        return true;
    int digit;
    double digits = 0, scale = 1;
    if (!take_digit(c, &digit))
        return false;
    do {
        if (scale < 1e15) { /* more digits than a double could tell apart */
            digits = digits * 10 + digit;
            scale *= 10;
        }
    } while (take_digit(c, &digit));
    *out = digits / scale;
    return true;
}

static bool take_time(struct cursor *c, struct moment *m)
{
    return take_number(c, 2, &m->hour) && take(c, ':') && take_number(c, 2, &m->minute) &&
           take(c, ':') && take_number(c, 2, &m->second) && take_fraction(c, &m->fraction);
}

static bool take_offset(struct cursor *c, struct moment *m)
{
    if (take(c, 'Z'))
        return true;
    int sign = take(c, '-') ? -1 : take(c, '+') ? 1 : 0;
    int hours, minutes;
    if (sign == 0 || !take_number(c, 2, &hours) || !take(c, ':') || !take_number(c, 2, &minutes))
        return false;
    m->offset = sign * (hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

static bool take_rfc3339(struct cursor c, struct moment *m)
{
    return take_number(&c, 4, &m->year) && take(&c, '-') && take_number(&c, 2, &m->month) &&
           take(&c, '-') && take_number(&c, 2, &m->day) && take(&c, 'T') && take_time(&c, m) &&
           take_offset(&c, m) && c.at == c.end;
}

/* The three letters at the cursor as a number from 1 on, or 0. */
static int take_name(struct cursor *c, const char *names)
{
    for (int i = 0; names[i] && c->end - c->at >= 3; i += 3)
        if (memcmp(c->at, names + i, 3) == 0) {
            c->at += 3;
            return i / 3 + 1;
        }
    return 0;
}

static bool take_fixdate(struct cursor c, struct moment *m)
{
    return take_name(&c, "MonTueWedThuFriSatSun") && take_text(&c, ", ") &&
           take_number(&c, 2, &m->day) && take(&c, ' ') &&
           (m->month = take_name(&c, "JanFebMarAprMayJunJulAugSepOctNovDec")) && take(&c, ' ') &&
           take_number(&c, 4, &m->year) && take(&c, ' ') && take_time(&c, m) &&
           take_text(&c, " GMT") && c.at == c.end;
}

static int days_in_month(int year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

static int64_t days_since_epoch(int year, int month, int day)
{
    /* Years that begin in March put the leap day last; 400 years have 146097 days. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t leap_days = y >= 0 ? y / 4 - y / 100 + y / 400 : -1; /* y is -1 at the least */
    return y * 365 + leap_days + day_of_year - 719468;
}

bool rek_timestamp_read(struct rek_slice text, double *seconds)
{
    struct cursor c = {text.data, text.data + text.len};
    struct moment m = {0};
    if (!take_rfc3339(c, &m)) {
        m = (struct moment){0};
        if (!take_fixdate(c, &m))
            return false;
    }
    if (m.month < 1 || m.month > 12 || m.day < 1 || m.day > days_in_month(m.year, m.month) ||
        m.hour > 23 || m.minute > 59 || m.second > 60)
        return false;
    int64_t minutes =
        (days_since_epoch(m.year, m.month, m.day) * 24 + m.hour) * 60 + m.minute - m.offset;
    *seconds = (double)(minutes * 60 + m.second) + m.fraction;
    return true;
}
