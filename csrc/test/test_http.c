/* The HTTP client in C: what it refuses to send, how it reads header lines, and that a failure of
 * any allocation is reported and leaks nothing. spec/http has the network's misdeeds. */
#include "core/alloc.h"
#include "core/http_transfer.h"
#include "test/check.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_tokens(void)
{
    CHECK(rek_http_is_token(REK_SLICE("X-Amz-Target")));
    CHECK(rek_http_is_token(REK_SLICE("!#$%&'*+-.^_`|~09azAZ")));
    CHECK(!rek_http_is_token(REK_SLICE("")));
    char lower[3];
    CHECK(!rek_http_lower_token(lower, REK_SLICE("")));
    CHECK(!rek_http_lower_token(lower, REK_SLICE("A b")));
    CHECK(rek_http_lower_token(lower, REK_SLICE("A-b")) && memcmp(lower, "a-b", 3) == 0);
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;
        bool separator = c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c);
        CHECK(rek_http_is_token(rek_slice_of(&byte, 1)) == !separator);
        char small = 0;
        CHECK(rek_http_lower_token(&small, rek_slice_of(&byte, 1)) == !separator);
        if (!separator)
            CHECK(small == (c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : byte));
        CHECK(rek_http_is_visible(rek_slice_of(&byte, 1)) == (c > ' ' && c != 0x7f));
        CHECK(rek_http_is_value(rek_slice_of(&byte, 1)) == ((c >= ' ' && c != 0x7f) || c == '\t'));
    }
    char value[100];
    for (size_t i = 0; i < sizeof value; i++) { /* wherever in a long value it stands */
        memset(value, 'v', sizeof value);
        CHECK(rek_http_is_value(rek_slice_of(value, sizeof value)));
        for (int c = 0; c < 256; c++) {
            value[i] = (char)c;
            bool control = c < ' ' || c == 0x7f;
            CHECK(rek_http_is_value(rek_slice_of(value, sizeof value)) == (!control || c == '\t'));
            CHECK(rek_http_is_visible(rek_slice_of(value, sizeof value)) == (!control && c != ' '));
        }
    }
}

static const struct {
    const char *url;
    const char *origin; /* NULL where it is refused */
} url_cases[] = {
    {"http://example.com", "http://example.com"},
    {"HTTPS://example.com:443/a?b=c", "HTTPS://example.com:443"},
    {"http://[fd00:ec2::254]/latest", "http://[fd00:ec2::254]"},
    {"http://[::1]:8080?x", "http://[::1]:8080"},
    {"http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]"},
    {"http://a_b.c-d/%20", "http://a_b.c-d"},
    {"http://", NULL},
    {"http:///", NULL},
    {"http://?", NULL},
    {"ftp://example.com/", NULL},
    {"http:example.com", NULL},
    {"http://a@b/", NULL},
    {"http://a:b@c/", NULL},
    {"http://a:/", NULL},
    {"http://a:b/", NULL},
    {"http://:1/", NULL},
    {"http://[::1/", NULL},
    {"http://[::1]x/", NULL},
    {"http://[]/", NULL},
    {"http://a/ b", NULL},
    {"http://a/\r\nX: y", NULL},
    {"http://a/#f", NULL},
    {"http://a\\b/", NULL},
    {"http://a%41/", NULL},
    {"http://\xc3\xa4/", NULL},
    {"", NULL},
};

static void check_urls(void)
{
    for (size_t i = 0; i < COUNT_OF(url_cases); i++) {
        struct rek_slice origin = {NULL, 0};
        const char *problem = rek_http_check_url(rek_slice_cstr(url_cases[i].url), &origin);
        if (!CHECK((problem == NULL) == (url_cases[i].origin != NULL)))
            fprintf(stderr, "  %s: %s\n", url_cases[i].url, problem ? problem : "accepted");
        if (!problem && url_cases[i].origin)
            CHECK_SLICE(origin, rek_slice_cstr(url_cases[i].origin));
    }
}

static void check_header_lines(void)
{
    struct rek_slice lines = REK_SLICE("A: 1\r\nno colon\r\n folded: x\r\n: none\r\nb:\r\n"
                                       "C :\t two \t\r\n\r\na: 3\nlast: 4");
    struct rek_slice rest = lines;
    struct rek_http_header header;
    CHECK(rek_http_next_header(&rest, &header));
    CHECK_TEXT(header.name, "A");
    CHECK_TEXT(header.value, "1");
    CHECK(rek_http_next_header(&rest, &header));
    CHECK_TEXT(header.name, "b");
    CHECK_TEXT(header.value, "");
    CHECK(rek_http_next_header(&rest, &header));
    CHECK_TEXT(header.name, "C");
    CHECK_TEXT(header.value, "two");
    CHECK_TEXT(rek_http_find_header(lines, REK_SLICE("LAST")), "4");
    CHECK_TEXT(rek_http_find_header(lines, REK_SLICE("a")), "1");
    CHECK(rek_http_find_header(lines, REK_SLICE("missing")).data == NULL);
    rest = rek_slice_of(NULL, 0);
    CHECK(!rek_http_next_header(&rest, &header));
}

/* A server that answers every request of up to one packet in the same way, until its listener is
 * shut down. */
static const char response_text[] = "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello";

static void *serve_connection(void *context)
{
    int connection = *(int *)context;
    char request[4096];
    while (recv(connection, request, sizeof request, 0) > 0)
        if (send(connection, response_text, sizeof response_text - 1, MSG_NOSIGNAL) < 0)
            break;
    close(connection);
    return NULL;
}

static void *serve(void *context)
{
    static int connections[256]; /* more than these tests make */
    int listener = *(int *)context;
    for (size_t i = 0; i < COUNT_OF(connections); i++) {
        pthread_t thread;
        connections[i] = accept(listener, NULL, NULL);
        if (connections[i] < 0)
            break;
        if (pthread_create(&thread, NULL, serve_connection, &connections[i]) == 0)
            pthread_detach(thread);
        else
            close(connections[i]);
    }
    return NULL;
}

static int listen_anywhere(char *url, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
        listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        return -1;
    snprintf(url, size, "http://127.0.0.1:%d/", ntohs(address.sin_port));
    return listener;
}

static const struct rek_http_header headers[] = {{{"X-One", 5}, {"1", 1}}, {{"X-Two", 5}, {"", 0}}};

static struct rek_http_request make_request(const char *url)
{
    return (struct rek_http_request){.method = REK_SLICE("POST"),
                                     .url = rek_slice_cstr(url),
                                     .headers = headers,
                                     .header_count = COUNT_OF(headers),
                                     .body = REK_SLICE("{}")};
}

static const struct rek_http_options options = {.no_proxy = "example.com"};
static struct rek_http_failure failure;

static bool perform(struct rek_http_client *client, const char *url, bool *reused)
{
    struct rek_http_request request = make_request(url);
    struct rek_http_response response;
    rek_http_response_init(&response);
    bool good = rek_http_perform(client, &request, &response, NULL, &failure) == REK_HTTP_OK;
    if (good) {
        CHECK(response.status == 200);
        CHECK_TEXT(rek_buffer_slice(&response.body), "hello");
        CHECK_TEXT(rek_http_find_header(rek_buffer_slice(&response.headers), REK_SLICE("x-a")),
                   "b");
        *reused = response.reused;
    }
    rek_http_response_clear(&response);
    return good;
}

static void check_reuse(const char *url)
{
    struct rek_http_client *client;
    bool reused = true;
    if (!CHECK(rek_http_client_new(&client, &options, &failure) == REK_HTTP_OK))
        return;
    CHECK(perform(client, url, &reused) && !reused);
    CHECK(perform(client, url, &reused) && reused);
    rek_http_client_close(client);
    rek_http_client_close(NULL);
}

/* The child's requests go over a connection of its own; the parent's goes on. */
static void check_fork(const char *url)
{
    struct rek_http_client *client;
    bool reused;
    int status = 0;
    if (!CHECK(rek_http_client_new(&client, &options, &failure) == REK_HTTP_OK))
        return;
    CHECK(perform(client, url, &reused));
    pid_t child = fork();
    if (child == 0) {
        bool good = perform(client, url, &reused) && !reused;
        good = perform(client, url, &reused) && reused && good;
        rek_http_client_close(client);
        _exit(good ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(perform(client, url, &reused) && reused);
    rek_http_client_close(client);
}

/* Fails every allocation in turn, until all succeed. */
static void check_memory(const char *url)
{
    int failures = 0;
    bool done = false;
    while (!done && failures < 100) {
        struct rek_http_client *client = NULL;
        struct rek_http_response response;
        struct rek_http_request request = make_request(url);
        rek_http_response_init(&response);
        rek_alloc_fail_after(failures);
        enum rek_http_result made = rek_http_client_new(&client, &options, &failure);
        enum rek_http_result sent =
            made == REK_HTTP_OK ? rek_http_perform(client, &request, &response, NULL, &failure)
                                : REK_HTTP_MEMORY;
        rek_alloc_fail_after(-1);
        done = sent == REK_HTTP_OK;
        if (!done) {
            failures++;
            CHECK(sent == REK_HTTP_MEMORY);
            CHECK(response.status == 0 && response.body.len == 0 && response.headers.len == 0);
            if (made == REK_HTTP_OK) { /* and the same client works once there is memory */
                CHECK(strcmp(failure.message, "") != 0);
                CHECK(rek_http_perform(client, &request, &response, NULL, &failure) == REK_HTTP_OK);
            }
        }
        rek_http_response_clear(&response);
        rek_http_client_close(client);
    }
    CHECK(done && failures >= 6);
}

static void check_proxies(void)
{
    static const char *const bad[] = {"ftp://h",
                                      "http://",
                                      "http://h:x",
                                      "http://user:pw@",
                                      "a b",
                                      "http://user:a%0ab@h",
                                      "http://user:a%00@h",
                                      "http://a%0d@h"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct rek_http_client *client;
        struct rek_http_options with = {.https_proxy = bad[i]};
        if (!CHECK(rek_http_client_new(&client, &with, &failure) == REK_HTTP_CONFIG &&
                   client == NULL))
            fprintf(stderr, "  %s\n", bad[i]);
        rek_http_client_close(client);
    }
}

int main(void)
{
    check_tokens();
    check_urls();
    check_header_lines();
    check_proxies();
    char url[64];
    pthread_t thread;
    int listener = listen_anywhere(url, sizeof url);
    if (CHECK(listener >= 0) && CHECK(pthread_create(&thread, NULL, serve, &listener) == 0)) {
        check_reuse(url);
        check_fork(url);
        check_memory(url);
        shutdown(listener, SHUT_RDWR);
        pthread_join(thread, NULL);
    }
    close(listener);
    return check_result();
}
