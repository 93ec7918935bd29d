#include "core/fork.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned generation;

static void count_fork(void)
{
    generation++;
}

static void watch(void)
{
    (void)pthread_atfork(NULL, NULL, count_fork); /* fails for lack of memory alone */
}

unsigned rek_fork_generation(void)
{
    pthread_once(&once, watch);
    return generation;
}
