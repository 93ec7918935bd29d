#include "core/rate.h"

#include "core/alloc.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

enum { BUCKETS = 64 };

/* Time that was given back, before `next_s` of its rate. */
struct gap {
    double from_s;
    double to_s;
};

/* Kept until the process ends, but for those whose moment is long past. */
struct rate {
    struct rate *next;
    double next_s;    /* from here on all is free, on the monotonic clock */
    struct gap *gaps; /* the earliest first; they don't touch */
    size_t gap_count;
    size_t gap_capacity;
    size_t key_len;
    char key[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rate *buckets[BUCKETS];

static const double OLD_S = 60;
static const double ROUNDING_S = 1e-6; /* moments that are nearer are the same */

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
            rek_free(rate->gaps);
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

static void remove_gap(struct rate *rate, size_t place)
{
    rate->gap_count--;
    memmove(&rate->gaps[place], &rate->gaps[place + 1],
            (rate->gap_count - place) * sizeof *rate->gaps);
}

/* Takes a place from the first gap that is long enough, from now on. False if no gap is. */
static bool take_from_gap(struct rate *rate, double now, double spacing_s, double *at_s)
{
    while (rate->gap_count > 0 && rate->gaps[0].to_s <= now)
        remove_gap(rate, 0);
    for (size_t i = 0; i < rate->gap_count; i++) {
        struct gap *gap = &rate->gaps[i];
        double from_s = gap->from_s > now ? gap->from_s : now;
        if (gap->to_s - from_s < spacing_s - ROUNDING_S)
            continue;
        *at_s = from_s;
        gap->from_s = from_s + spacing_s;
        if (gap->to_s - gap->from_s < ROUNDING_S)
            remove_gap(rate, i);
        return true;
    }
    return false;
}

double rek_rate_reserve(struct rek_slice key, double spacing_s, double *at_s)
{
    double wait = -1;
    pthread_mutex_lock(&lock);
    double now = now_s();
    struct rate **bucket = &buckets[hash(key)];
    struct rate *rate = find(bucket, key, now);
    if (!rate)
        rate = add(bucket, key, now);
    if (rate) {
        if (!take_from_gap(rate, now, spacing_s, at_s)) {
            *at_s = rate->next_s > now ? rate->next_s : now;
            rate->next_s = *at_s + spacing_s;
        }
        wait = *at_s - now;
    }
    pthread_mutex_unlock(&lock);
    return wait;
}

/* Puts a gap in its place, or makes those longer that it touches. */
static void add_gap(struct rate *rate, struct gap gap)
{
    size_t i = 0;
    while (i < rate->gap_count && rate->gaps[i].to_s < gap.from_s - ROUNDING_S)
        i++;
    while (i < rate->gap_count && rate->gaps[i].from_s <= gap.to_s + ROUNDING_S) {
        if (rate->gaps[i].from_s < gap.from_s)
            gap.from_s = rate->gaps[i].from_s;
        if (rate->gaps[i].to_s > gap.to_s)
            gap.to_s = rate->gaps[i].to_s;
        remove_gap(rate, i);
    }
    if (rate->gap_count == rate->gap_capacity) {
        size_t capacity = rate->gap_capacity ? rate->gap_capacity * 2 : 4;
        struct gap *gaps = rek_realloc(rate->gaps, capacity * sizeof *gaps);
        if (!gaps)
            return;
        rate->gaps = gaps;
        rate->gap_capacity = capacity;
    }
    memmove(&rate->gaps[i + 1], &rate->gaps[i], (rate->gap_count - i) * sizeof *rate->gaps);
    rate->gaps[i] = gap;
    rate->gap_count++;
}

void rek_rate_give_back(struct rek_slice key, double at_s, double spacing_s)
{
    pthread_mutex_lock(&lock);
    double now = now_s();
    struct rate *rate = find(&buckets[hash(key)], key, now);
    struct gap gap = {.from_s = at_s, .to_s = at_s + spacing_s};
    if (rate && gap.to_s > now && gap.to_s < rate->next_s - ROUNDING_S) {
        add_gap(rate, gap);
    } else if (rate && gap.to_s > now && at_s < rate->next_s) {
        rate->next_s = at_s;
        if (rate->gap_count > 0 && rate->gaps[rate->gap_count - 1].to_s > at_s - ROUNDING_S)
            rate->next_s = rate->gaps[--rate->gap_count].from_s;
    }
    pthread_mutex_unlock(&lock);
}
