/* Rates that a whole process keeps: a moment for each key, from which on the next may come. */
#ifndef REK_RATE_H
#define REK_RATE_H

#include "core/slice.h"

/* Takes the next free place of the key, not in the past: it is `spacing_s` long. Returns how many
 * seconds it is away, and when it begins, on the monotonic clock; or -1 where there is no memory.
 * Threads may call it at the same time. */
double rek_rate_reserve(struct rek_slice key, double spacing_s, double *at_s);

/* Takes back a place that was not used: the next one who asks may have it. Without memory it is
 * lost. */
void rek_rate_give_back(struct rek_slice key, double at_s, double spacing_s);

#endif
