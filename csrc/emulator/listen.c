/* The socket that the emulator's server listens on. */
#include "emulator/httpd.h"

#include <lauxlib.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

unsigned httpd_bound_port(int listener)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* A socket that listens on an address, or -1 with errno set. */
static int listen_on(const struct addrinfo *address)
{
    int on = 1;
#ifdef SOCK_CLOEXEC
    int listener = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
    int listener = socket(address->ai_family, SOCK_STREAM, 0);
#endif
    if (listener < 0)
        return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, address->ai_addr, address->ai_addrlen) != 0 ||
        listen(listener, SOMAXCONN) != 0 || fcntl(listener, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(listener, F_SETFL, O_NONBLOCK) != 0) {
        int why = errno;
        close(listener);
        errno = why;
        return -1;
    }
    return listener;
}

int httpd_listen(lua_State *L, const char *host, lua_Integer port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses = NULL;
    char service[8];
    snprintf(service, sizeof service, "%d", (int)port);
    int why = getaddrinfo(host, service, &hints, &addresses);
    if (why != 0) {
        lua_pushfstring(L, "can't listen on %s: %s", host, gai_strerror(why));
        return lua_error(L);
    }
    int listener = listen_on(addresses);
    why = errno;
    freeaddrinfo(addresses);
    if (listener < 0) {
        const char *remedy =
            why == EADDRINUSE ? "; another program has the port: choose another" : "";
        lua_pushfstring(L, "can't listen on %s, port %d: %s%s", host, (int)port, strerror(why),
                        remedy);
        return lua_error(L);
    }
    return listener;
}
