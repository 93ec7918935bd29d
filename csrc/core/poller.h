/* Which of many descriptors are ready, behind one descriptor, which is readable when any of them
 * is, or when a given moment has come: epoll with a timerfd inside, kqueue with a timer, or
 * poll(2), which has no such descriptor. */
#ifndef REK_POLLER_H
#define REK_POLLER_H

#include "core/checked.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REK_POLL_READ = 1, REK_POLL_WRITE = 2, REK_POLL_ERROR = 4 };

struct rek_poll_event {
    int fd;
    unsigned tag; /* as it was set */
    int ready;    /* REK_POLL_... */
};

struct rek_poller {
    int fd;                         /* -1: there is none */
    int timer;                      /* epoll's */
    struct rek_poll_entry *entries; /* epoll's and poll's */
    unsigned generation;            /* epoll's: rek_fork_generation of the process that opened it */
    bool has_unnoted;               /* epoll's: there was no memory for an entry */
    size_t count;                   /* poll's */
    size_t capacity;
};

/* Opens it, closed to children. False where the system refuses: errno says why. */
REK_CHECKED bool rek_poller_open(struct rek_poller *poller);
void rek_poller_close(struct rek_poller *poller);
/* Watches the descriptor for `events` from now on; 0: no more. A descriptor that is not there any
 * more is no failure. False where there is no memory. */
bool rek_poller_set(struct rek_poller *poller, int fd, unsigned tag, int events);
/* From now on rek_poller_release will be called before the descriptor is closed. So it may stay in
 * the system's set while nobody watches it: to take it out and put it in again for each request is
 * dear. Without memory it is one like others. */
#if defined(__linux__) && !defined(REK_POLLER_PLAIN)
void rek_poller_adopt(struct rek_poller *poller, int fd);
/* The descriptor is about to be closed. */
void rek_poller_release(struct rek_poller *poller, int fd);
#else /* only what is watched is in the set */
static inline void rek_poller_adopt(struct rek_poller *poller, int fd)
{
    (void)poller;
    (void)fd;
}

static inline void rek_poller_release(struct rek_poller *poller, int fd)
{
    (void)poller;
    (void)fd;
}
#endif
/* The poller's descriptor becomes readable after so many milliseconds (0: immediately); -1: by no
 * time. It stays readable until the next call. */
void rek_poller_alarm(struct rek_poller *poller, int64_t delay_ms);
/* Waits for at most `timeout_ms` (-1: without an end), and returns how many events there are; 0 for
 * none, and where a signal came. */
int rek_poller_wait(struct rek_poller *poller, struct rek_poll_event *events, int most,
                    int timeout_ms);

#endif
