#include "core/rate.h"

#include "core/alloc.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

enum { BUCKETS = 64 };

/* Kept until the process ends, but for those whose moment is long past. */
struct rate {
    struct rate *next;
    double next_s; /* when the next one may come, on the monotonic clock */
    size_t key_len;
    char key[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rate *buckets[BUCKETS];

static const double OLD_S = 60;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* FNV-1a */
static unsigned hash(struct rek_slice key)
{
    uint32_t value = 2166136261u;
    for (size_t i = 0; i < key.len; i++)
        value = (value ^ (unsigned char)key.data[i]) * 16777619u;
    return value % BUCKETS;
}

/* Finds the key's entry, and frees those on the way that nobody has used for a minute. */
static struct rate *find(struct rate **place, struct rek_slice key, double now)
{
    struct rate *found = NULL;
    while (*place) {
        struct rate *rate = *place;
        if (rate->key_len == key.len && memcmp(rate->key, key.data, key.len) == 0) {
            found = rate;
        } else if (now - rate->next_s > OLD_S) {
            *place = rate->next;
            rek_free(rate);
            continue;
        }
        place = &rate->next;
    }
    return found;
}

static struct rate *add(struct rate **bucket, struct rek_slice key, double now)
{
    struct rate *rate = rek_realloc(NULL, sizeof *rate + key.len);
    if (!rate)
        return NULL;
    *rate = (struct rate){.next = *bucket, .next_s = now, .key_len = key.len};
    memcpy(rate->key, key.data, key.len);
    *bucket = rate;
    return rate;
}

double rek_rate_reserve(struct rek_slice key, double spacing_s)
{
    double wait = -1;
    pthread_mutex_lock(&lock);
    double now = now_s();
    struct rate **bucket = &buckets[hash(key)];
    struct rate *rate = find(bucket, key, now);
    if (!rate)
        rate = add(bucket, key, now);
    if (rate) {
        double at = rate->next_s > now ? rate->next_s : now;
        rate->next_s = at + spacing_s;
        wait = at - now;
    }
    pthread_mutex_unlock(&lock);
    return wait;
}
