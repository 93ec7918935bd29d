/* What every C test uses: CHECK and its kin print where they failed and go on; main ends with
 * `return check_result();`, which is not 0 where any failed. */
#ifndef CHECK_H
#define CHECK_H

#include "core/slice.h"

#include <stdio.h>

static int check_failures;

static inline bool check_that(bool holds, const char *what, const char *file, int line)
{
    if (!holds) {
        check_failures++;
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
    return holds;
}

static inline bool check_text(struct rek_slice got, struct rek_slice expected, const char *what,
                              const char *file, int line)
{
    bool holds = check_that(rek_slice_equal(got, expected), what, file, line);
    if (!holds)
        fprintf(stderr, "  expected (%zu) %.*s\n  got      (%zu) %.*s\n", expected.len,
                (int)expected.len, expected.data, got.len, (int)got.len, got.data);
    return holds;
}

/* All give whether it held, so that a test may say more about its case. */
#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
/* A slice against a string literal or another slice. */
#define CHECK_TEXT(slice, literal)                                                                 \
    check_text((slice), REK_SLICE(literal), #slice, __FILE__, __LINE__)
#define CHECK_SLICE(slice, expected) check_text((slice), (expected), #slice, __FILE__, __LINE__)

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static inline int check_result(void)
{
    if (check_failures > 0)
        fprintf(stderr, "%d checks failed\n", check_failures);
    return check_failures > 0;
}

#endif
