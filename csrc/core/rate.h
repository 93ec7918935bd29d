/* Rates that a whole process keeps: a moment for each key, from which on the next may come. */
#ifndef REK_RATE_H
#define REK_RATE_H

#include "core/slice.h"

/* Takes the next moment of the key, which is `spacing_s` after the one before it, and not in the
 * past. Returns how many seconds it is away, or -1 where there is no memory. Threads may call it at
 * the same time. */
double rek_rate_reserve(struct rek_slice key, double spacing_s);

#endif
