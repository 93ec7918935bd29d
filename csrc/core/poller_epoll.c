#if defined(__linux__) && !defined(REK_POLLER_PLAIN)

#include "core/poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MOST_EVENTS = 128 };

static const uint64_t TIMER = UINT64_MAX;

bool rek_poller_open(struct rek_poller *poller)
{
    *poller = (struct rek_poller){.fd = epoll_create1(EPOLL_CLOEXEC), .timer = -1};
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
    poller->fd = poller->timer = -1;
}

/* A descriptor that was closed has left the set by itself, and its number may be another one's by
 * now: so EEXIST, ENOENT and EBADF are no surprise. */
bool rek_poller_set(struct rek_poller *poller, int fd, unsigned tag, int events)
{
    struct epoll_event event = {.data.u64 = (uint64_t)tag << 32 | (uint32_t)fd};
    if (events == 0) {
        epoll_ctl(poller->fd, EPOLL_CTL_DEL, fd, &event);
        return true;
    }
    event.events =
        (events & REK_POLL_READ ? EPOLLIN : 0u) | (events & REK_POLL_WRITE ? EPOLLOUT : 0u);
    int done = epoll_ctl(poller->fd, EPOLL_CTL_ADD, fd, &event);
    if (done != 0 && errno == EEXIST)
        done = epoll_ctl(poller->fd, EPOLL_CTL_MOD, fd, &event);
    return done == 0 || errno == EBADF || errno == ENOENT;
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

int rek_poller_wait(struct rek_poller *poller, struct rek_poll_event *events, int most,
                    int timeout_ms)
{
    struct epoll_event found[MOST_EVENTS];
    int count = epoll_wait(poller->fd, found, most < MOST_EVENTS ? most : MOST_EVENTS, timeout_ms);
    int used = 0;
    for (int i = 0; i < count; i++) {
        if (found[i].data.u64 == TIMER)
            continue;
        unsigned ready = found[i].events;
        events[used++] = (struct rek_poll_event){
            .fd = (int)(uint32_t)found[i].data.u64,
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
