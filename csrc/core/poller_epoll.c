#if defined(__linux__) && !defined(REK_POLLER_PLAIN)
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* SO_COOKIE */
#endif

#include "core/poller.h"

#include "core/alloc.h"
#include "core/fork.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MOST_EVENTS = 128, FIRST_ENTRIES = 64 };

/* Of a descriptor, by its number. */
struct rek_poll_entry {
    unsigned tag;
    unsigned char known; /* the events for which the system's set has it; 0: it is not in it */
    bool is_adopted;
    bool is_watched; /* one that is adopted: somebody wants these events */
    uint64_t cookie; /* one that is adopted: the kernel's own name of the socket; 0: not known */
};

static const uint64_t TIMER = UINT64_MAX;

bool rek_poller_open(struct rek_poller *poller)
{
    *poller = (struct rek_poller){
        .fd = epoll_create1(EPOLL_CLOEXEC), .timer = -1, .generation = rek_fork_generation()};
    if (poller->fd < 0)
        return false;
    poller->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = TIMER};
    if (poller->timer >= 0 && epoll_ctl(poller->fd, EPOLL_CTL_ADD, poller->timer, &event) == 0)
        return true;
    int why = errno;
    rek_poller_close(poller);
    errno = why;
    return false;
}

void rek_poller_close(struct rek_poller *poller)
{
    if (poller->timer >= 0)
        close(poller->timer);
    if (poller->fd >= 0)
        close(poller->fd);
    rek_free(poller->entries);
    *poller = (struct rek_poller){.fd = -1, .timer = -1};
}

/* Makes room for the descriptor's entry. */
static bool reserve(struct rek_poller *poller, size_t fd)
{
    size_t capacity = poller->capacity ? poller->capacity : FIRST_ENTRIES;
    while (capacity <= fd)
        capacity *= 2;
    if (capacity == poller->capacity)
        return true;
    struct rek_poll_entry *entries = rek_realloc(poller->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    memset(entries + poller->capacity, 0, (capacity - poller->capacity) * sizeof *entries);
    poller->entries = entries;
    poller->capacity = capacity;
    return true;
}

static struct rek_poll_entry *find_any(const struct rek_poller *poller, int fd)
{
    return fd >= 0 && (size_t)fd < poller->capacity ? &poller->entries[fd] : NULL;
}

/* The entry of a descriptor that was adopted; NULL: it was not. */
static struct rek_poll_entry *find(const struct rek_poller *poller, int fd)
{
    struct rek_poll_entry *entry = find_any(poller, fd);
    return entry && entry->is_adopted ? entry : NULL;
}

static void take_out(struct rek_poller *poller, int fd)
{
    struct epoll_event unused = {0};
    epoll_ctl(poller->fd, EPOLL_CTL_DEL, fd, &unused);
}

/* A descriptor that was closed has left the set by itself, and its number may be another one's by
 * now: so EEXIST, ENOENT and EBADF are no surprise. */
static bool put_in(struct rek_poller *poller, int fd, unsigned tag, int events)
{
    struct epoll_event event = {
        .events =
            (events & REK_POLL_READ ? EPOLLIN : 0u) | (events & REK_POLL_WRITE ? EPOLLOUT : 0u),
        .data.u64 = (uint64_t)tag << 32 | (uint32_t)fd,
    };
    int done = epoll_ctl(poller->fd, EPOLL_CTL_ADD, fd, &event);
    if (done != 0 && errno == EEXIST)
        done = epoll_ctl(poller->fd, EPOLL_CTL_MOD, fd, &event);
    return done == 0 || errno == EBADF || errno == ENOENT;
}

static uint64_t cookie_of(int fd)
{
    uint64_t cookie = 0;
    socklen_t len = sizeof cookie;
    return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0 ? cookie : 0;
}

/* Takes one out that was adopted, if it is still there: a number that was closed without a word may
 * be another thread's by now. */
static void take_out_adopted(struct rek_poller *poller, struct rek_poll_entry *entry, int fd)
{
    if (!entry->cookie || cookie_of(fd) == entry->cookie)
        take_out(poller, fd);
    entry->known = 0;
}

/* Where the number is still watched, its socket was closed without a word, and libcurl doesn't say
 * again what it wants of the number. */
void rek_poller_adopt(struct rek_poller *poller, int fd)
{
    if (fd < 0 || !reserve(poller, (size_t)fd))
        return;
    struct rek_poll_entry *entry = &poller->entries[fd];
    struct rek_poll_entry before = *entry;
    *entry = (struct rek_poll_entry){.is_adopted = true};
    if (before.is_adopted && before.is_watched && put_in(poller, fd, before.tag, before.known))
        *entry = before;
    entry->cookie = cookie_of(fd);
}

/* In the child of a fork the system's set is the parent's. */
void rek_poller_release(struct rek_poller *poller, int fd)
{
    struct rek_poll_entry *entry = find(poller, fd);
    if (!entry || poller->generation != rek_fork_generation())
        return;
    if (entry->known)
        take_out(poller, fd);
    *entry = (struct rek_poll_entry){0};
}

/* One that is adopted leaves the system's set only where it would be ready all the time, as what
 * can be written to is; see also rek_poller_wait. It is one like others from then on: libcurl
 * (7.88) closes a socket whose connection was never made without a word, before or after it lets go
 * of it, and its number will be another descriptor's. */
static bool set_adopted(struct rek_poller *poller, struct rek_poll_entry *entry, int fd,
                        unsigned tag, int events)
{
    entry->is_watched = events != 0;
    if (events == 0 && entry->known & REK_POLL_WRITE) {
        take_out_adopted(poller, entry, fd);
        entry->is_adopted = false;
    }
    if (events == 0 || (entry->known == events && entry->tag == tag))
        return true;
    if (!put_in(poller, fd, tag, events))
        return false;
    entry->tag = tag;
    entry->known = (unsigned char)events;
    return true;
}

/* One that is not adopted is in the system's set for as long as it is watched. Where there was no
 * memory to note that, it is taken out in any case. */
static bool set_other(struct rek_poller *poller, int fd, unsigned tag, int events)
{
    struct rek_poll_entry *entry = find_any(poller, fd);
    if (events == 0) {
        if (!entry || entry->known || poller->has_unnoted)
            take_out(poller, fd);
        if (entry)
            entry->known = 0;
        return true;
    }
    if (!put_in(poller, fd, tag, events))
        return false;
    if (fd >= 0 && reserve(poller, (size_t)fd))
        poller->entries[fd].known = (unsigned char)events;
    else
        poller->has_unnoted = true;
    return true;
}

bool rek_poller_set(struct rek_poller *poller, int fd, unsigned tag, int events)
{
    struct rek_poll_entry *entry = find(poller, fd);
    return entry ? set_adopted(poller, entry, fd, tag, events) : set_other(poller, fd, tag, events);
}

void rek_poller_alarm(struct rek_poller *poller, int64_t delay_ms)
{
    struct itimerspec time = {0};
    if (delay_ms == 0)
        time.it_value.tv_nsec = 1;
    else if (delay_ms > 0)
        time.it_value = (struct timespec){.tv_sec = (time_t)(delay_ms / 1000),
                                          .tv_nsec = (long)(delay_ms % 1000) * 1000000};
    timerfd_settime(poller->timer, 0, &time, NULL);
}

/* Whether nobody watches the descriptor, which stayed in the system's set: something has happened
 * to it meanwhile, most likely its end, so it leaves. */
static bool is_resting(struct rek_poller *poller, int fd)
{
    struct rek_poll_entry *entry = find(poller, fd);
    if (!entry || entry->is_watched)
        return false;
    take_out_adopted(poller, entry, fd);
    return true;
}

int rek_poller_wait(struct rek_poller *poller, struct rek_poll_event *events, int most,
                    int timeout_ms)
{
    struct epoll_event found[MOST_EVENTS];
    int count = epoll_wait(poller->fd, found, most < MOST_EVENTS ? most : MOST_EVENTS, timeout_ms);
    int used = 0;
    for (int i = 0; i < count; i++) {
        int fd = (int)(uint32_t)found[i].data.u64;
        if (found[i].data.u64 == TIMER || is_resting(poller, fd))
            continue;
        unsigned ready = found[i].events;
        events[used++] = (struct rek_poll_event){
            .fd = fd,
            .tag = (unsigned)(found[i].data.u64 >> 32),
            .ready = (ready & EPOLLIN ? REK_POLL_READ : 0) |
                     (ready & EPOLLOUT ? REK_POLL_WRITE : 0) |
                     (ready & (EPOLLERR | EPOLLHUP) ? REK_POLL_ERROR : 0),
        };
    }
    return used;
}

#else
typedef int rek_poller_epoll_is_not_here;
#endif
