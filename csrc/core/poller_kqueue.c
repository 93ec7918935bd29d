#if (defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) ||  \
     defined(__DragonFly__)) &&                                                                    \
    !defined(REK_POLLER_PLAIN)

#undef _POSIX_C_SOURCE /* <sys/event.h> needs the system's own types */

#include "core/poller.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>

#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

enum { MOST_EVENTS = 128, TIMER = 1 };

bool rek_poller_open(struct rek_poller *poller)
{
    *poller = (struct rek_poller){.fd = kqueue(), .timer = -1};
    if (poller->fd < 0)
        return false;
    fcntl(poller->fd, F_SETFD, FD_CLOEXEC);
    return true;
}

void rek_poller_close(struct rek_poller *poller)
{
    if (poller->fd >= 0)
        close(poller->fd);
    poller->fd = -1;
}

static bool change(struct rek_poller *poller, int fd, short filter, bool wanted, unsigned tag)
{
    struct kevent event;
    EV_SET(&event, fd, filter, wanted ? EV_ADD : EV_DELETE, 0, 0, (void *)(uintptr_t)tag);
    return kevent(poller->fd, &event, 1, NULL, 0, NULL) == 0 || errno == ENOENT || errno == EBADF;
}

bool rek_poller_set(struct rek_poller *poller, int fd, unsigned tag, int events)
{
    bool read = change(poller, fd, EVFILT_READ, events & REK_POLL_READ, tag);
    return change(poller, fd, EVFILT_WRITE, events & REK_POLL_WRITE, tag) && read;
}

void rek_poller_alarm(struct rek_poller *poller, int64_t delay_ms)
{
    struct kevent event;
    EV_SET(&event, TIMER, EVFILT_TIMER, delay_ms < 0 ? EV_DELETE : EV_ADD, 0,
           delay_ms > 0 ? delay_ms : 1, NULL);
    kevent(poller->fd, &event, 1, NULL, 0, NULL);
}

int rek_poller_wait(struct rek_poller *poller, struct rek_poll_event *events, int most,
                    int timeout_ms)
{
    struct kevent found[MOST_EVENTS];
    struct timespec timeout = {.tv_sec = timeout_ms / 1000,
                               .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    int count = kevent(poller->fd, NULL, 0, found, most < MOST_EVENTS ? most : MOST_EVENTS,
                       timeout_ms < 0 ? NULL : &timeout);
    int used = 0;
    for (int i = 0; i < count; i++) {
        if (found[i].filter == EVFILT_TIMER)
            continue;
        events[used++] = (struct rek_poll_event){
            .fd = (int)found[i].ident,
            .tag = (unsigned)(uintptr_t)found[i].udata,
            .ready = (found[i].filter == EVFILT_READ ? REK_POLL_READ : REK_POLL_WRITE) |
                     (found[i].flags & (EV_ERROR | EV_EOF) ? REK_POLL_ERROR : 0),
        };
    }
    return used;
}

#else
typedef int rek_poller_kqueue_is_not_here;
#endif
