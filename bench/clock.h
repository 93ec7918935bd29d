#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

static double seconds(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#endif
