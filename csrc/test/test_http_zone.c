/* An IPv6 address with a zone is connected to in that zone. This program has a connect() of its
 * own, which libcurl calls instead of the system's. */
#include "check.h"
#include "core/http_transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned zone; /* of the last one that libcurl connected to */
static int count;
static struct rek_http_failure failure;

__attribute__((visibility("default"))) int connect(int socket, const struct sockaddr *address,
                                                   socklen_t len)
{
    struct sockaddr_in6 ipv6;
    (void)socket;
    if (address->sa_family == AF_INET6 && len >= sizeof ipv6) {
        memcpy(&ipv6, address, sizeof ipv6);
        if (ipv6.sin6_port != 0) { /* else the C library asks for its own address */
            zone = ipv6.sin6_scope_id;
            count++;
        }
    }
    errno = ECONNREFUSED;
    return -1;
}

/* The zone that libcurl asks for: the URL's, or (expected < 0) any but that of the URL before.
 * Without one in the URL newer libcurls (8.23) choose an interface by themselves. */
static void check_zone(struct rek_http_client *client, const char *url, int expected)
{
    struct rek_http_response response;
    rek_http_response_init(&response);
    const struct rek_http_request request = {.method = REK_SLICE("GET"),
                                             .url = rek_slice_cstr(url)};
    int before = count;
    zone = 0;
    CHECK(rek_http_perform(client, &request, &response, NULL, &failure) == REK_HTTP_CONNECT);
    if (CHECK(count > before) && !CHECK(expected < 0 ? zone != 7 : zone == (unsigned)expected))
        fprintf(stderr, "  %s: %u\n", url, zone);
    rek_http_response_clear(&response);
}

int main(void)
{
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    if (probe < 0) {
        fprintf(stderr, "nothing was tested: this system has no IPv6\n");
        return 0;
    }
    close(probe);
    struct rek_http_client *client = NULL;
    if (!CHECK(rek_http_client_new(&client, &(struct rek_http_options){0}, &failure) ==
               REK_HTTP_OK))
        return check_result();
    check_zone(client, "http://[fe80::1%257]:9/", 7);
    check_zone(client, "http://[fe80::1]:9/%257", -1);
    check_zone(client, "http://[fe80::1%258]:9/%20", 8);
    rek_http_client_close(client);
    return check_result();
}
