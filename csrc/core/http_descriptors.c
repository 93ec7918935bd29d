/* Descriptors that libcurl opens for itself. Older ones (7.88 among them) leave these to the
 * process's children: the pair that wakes a wait, one for each multi handle, and a pair for each
 * name that is looked up, by which its thread says that it is done. Newer ones (8.14) close them by
 * themselves.
 *
 * libcurl does not say which numbers they have. So the two lowest free numbers are noted before it
 * opens a pair. Afterwards what is near them is looked at, and is only taken for libcurl's where it
 * does what libcurl's does: another thread may have opened something meanwhile. A child that
 * another thread starts between libcurl's call and ours, some microseconds later, inherits the
 * pair. So does any child where a lookup's pair has numbers above 1023: libcurl does not name
 * those. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* F_GETPIPE_SZ */
#endif
#include "core/http_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

enum {
    NEAR = 32,      /* numbers from a noted one on: the engine starts 8 lookups together */
    MOST = 2 * NEAR /* from both */
};

struct candidate {
    int fd;
    int waiting; /* bytes */
};

int rek_http_open_probe(void)
{
#ifdef SOCK_CLOEXEC
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
    return socket(AF_UNIX, SOCK_STREAM, 0);
#endif
}

void rek_http_note_descriptors(struct rek_http_gap *gap)
{
    gap->noted = true;
    gap->first = rek_http_open_probe();
    gap->second = rek_http_open_probe();
    if (gap->first >= 0)
        close(gap->first);
    if (gap->second >= 0)
        close(gap->second);
}

/* Bytes in the pair that this is an end of: to be read here, or not yet read over there. */
static int bytes_waiting(int fd)
{
    int unread = 0;
    int unsent = 0;
    if (ioctl(fd, FIONREAD, &unread) != 0)
        unread = 0;
#ifdef SO_NWRITE
    socklen_t size = sizeof unsent;
    if (getsockopt(fd, SOL_SOCKET, SO_NWRITE, &unsent, &size) != 0)
        unsent = 0;
#elif defined(TIOCOUTQ)
    if (ioctl(fd, TIOCOUTQ, &unsent) != 0)
        unsent = 0;
#endif
    return unread + unsent;
}

static bool is_inherited(int fd)
{
    int flags = fcntl(fd, F_GETFD);
    return flags >= 0 && !(flags & FD_CLOEXEC);
}

static void hide(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Asked by fcntl where it can be: ThreadSanitizer takes fstat for a use of the file, which another
 * thread may be closing. */
static bool is_pipe(int fd)
{
#ifdef F_GETPIPE_SZ
    return fcntl(fd, F_GETPIPE_SZ) >= 0;
#else
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode);
#endif
}

/* A pipe, or a socket without a name in this computer. */
static bool may_be_pair(int fd)
{
    struct sockaddr_storage name = {0};
    socklen_t size = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &size) != 0)
        return is_pipe(fd);
    return name.ss_family == AF_UNIX && ((const struct sockaddr *)&name)->sa_data[0] == '\0';
}

static size_t find_candidates(const struct rek_http_gap *gap, struct candidate found[MOST])
{
    size_t count = 0;
    const int starts[] = {gap->first, gap->second};
    for (size_t i = 0; i < 2; i++) {
        int end = i == 0 && gap->second > gap->first && gap->second - gap->first < NEAR
                      ? gap->second
                      : starts[i] + NEAR;
        for (int fd = starts[i]; fd >= 0 && fd < end; fd++)
            if (is_inherited(fd) && may_be_pair(fd))
                found[count++] = (struct candidate){.fd = fd, .waiting = bytes_waiting(fd)};
    }
    return count;
}

void rek_http_hide_wakeup(CURLM *multi, const struct rek_http_gap *gap)
{
    struct candidate found[MOST];
    size_t count = find_candidates(gap, found);
    if (count == 0 || curl_multi_wakeup(multi) != CURLM_OK)
        return;
    for (size_t i = 0; i < count; i++)
        if (bytes_waiting(found[i].fd) > found[i].waiting)
            hide(found[i].fd);
    curl_multi_poll(multi, NULL, 0, 0, NULL); /* takes the waking back */
}

static bool is_same_pipe(int one, int other)
{
    struct stat a;
    struct stat b;
    return fstat(one, &a) == 0 && fstat(other, &b) == 0 && S_ISFIFO(a.st_mode) &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* The other end of the pair that libcurl reads from: nobody reads there, so a byte that is put in
 * shows which one it is. */
static void hide_lookup(int reader, const struct candidate *found, size_t count)
{
    bool sent = send(reader, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
    for (size_t i = 0; i < count; i++) {
        int fd = found[i].fd;
        if (fd == reader || !is_inherited(fd))
            continue;
        if (sent ? bytes_waiting(fd) > found[i].waiting : is_same_pipe(reader, fd))
            hide(fd);
    }
    hide(reader);
}

static void hide_lookups(CURLM *multi, const struct rek_http_gap *gap)
{
    fd_set read_set;
    fd_set write_set;
    fd_set error_set;
    int most = -1;
    struct candidate found[MOST];
    size_t count = find_candidates(gap, found);
    if (count == 0)
        return;
    FD_ZERO(&read_set);
    FD_ZERO(&write_set);
    FD_ZERO(&error_set);
    if (curl_multi_fdset(multi, &read_set, &write_set, &error_set, &most) != CURLM_OK)
        return;
    for (size_t i = 0; i < count; i++)
        if (found[i].fd <= most && FD_ISSET(found[i].fd, &read_set) && is_inherited(found[i].fd))
            hide_lookup(found[i].fd, found, count);
}

void rek_http_hide_lookups(CURLM *multi, struct rek_http_gap *gap)
{
    int why = errno; /* the transfer's, which http_failure.c reads */
    hide_lookups(multi, gap);
    gap->noted = false;
    errno = why;
}
