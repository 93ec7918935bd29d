#include "binding/nearest.h"

enum { LONGEST = 64 }; /* bytes; the longest name in the model has about 50 */

/* Writes the letters and digits that count, in lower case; returns how many, or 0 if too many. */
static size_t simplify(struct rek_slice name, char out[LONGEST])
{
    size_t len = 0;
    if (name.len > LONGEST)
        return 0;
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.data[i];
        if (byte >= 'A' && byte <= 'Z')
            byte |= 0x20;
        if (byte != '_' && byte != '-')
            out[len++] = byte;
    }
    return len;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, one row at a time. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t above = row[j];
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = least(changed, least(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[b_len];
}

struct rek_slice lrek_nearest(struct rek_slice given, const void *names, size_t stride,
                              size_t count)
{
    char simple[LONGEST], candidate[LONGEST];
    size_t len = simplify(given, simple);
    size_t best = len / 3 + 1; /* a third of the letters may be wrong */
    struct rek_slice nearest = {0};
    if (len == 0)
        return nearest;
    for (size_t i = 0; i < count; i++) {
        struct rek_slice name;
        memcpy(&name, (const char *)names + i * stride, sizeof name);
        size_t candidate_len = simplify(name, candidate);
        size_t distance = edit_distance(simple, len, candidate, candidate_len);
        if (candidate_len > 0 && distance < best) {
            best = distance;
            nearest = name;
        }
    }
    return nearest;
}
