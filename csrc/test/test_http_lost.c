/* A request that libcurl loses: it has no socket, no timer and no error. libcurl 8.23 does that
 * where memory ends in the start of one of several; here its function does, on every libcurl. */
#define _GNU_SOURCE 1 /* RTLD_NEXT */
#include "core/http_engine.h"
#include "test/check.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static bool loses;     /* the next call of libcurl's does nothing */
static CURLMcode fate; /* of a look at all */
static int looks;

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int mask, int *running)
{
    CURLMcode (*real)(CURLM *, curl_socket_t, int, int *);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_socket_action");
    if (!loses)
        return real(multi, socket, mask, running);
    loses = false;
    return CURLM_OK;
}

CURLMcode curl_multi_socket_all(CURLM *multi, int *running)
{
    CURLMcode (*real)(CURLM *, int *);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_socket_all");
    looks++;
    return fate == CURLM_OK ? real(multi, running) : fate;
}

/* A server of one connection at a time. It answers a request after let_go. */
struct server {
    int listener;
    int go[2];
    char url[64];
};

static void *serve(void *context)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    struct server *server = context;
    for (int connection; (connection = accept(server->listener, NULL, NULL)) >= 0;) {
        char request[4096], go;
        while (recv(connection, request, sizeof request, 0) > 0 && read(server->go[0], &go, 1) == 1)
            if (send(connection, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0)
                break;
        close(connection);
    }
    return NULL;
}

static bool open_server(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (pipe(server->go) != 0 || server->listener < 0 ||
        bind(server->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(server->listener, 16) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &len) != 0)
        return false;
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
    return true;
}

static bool let_go(const struct server *server)
{
    return write(server->go[1], "g", 1) == 1;
}

static struct rek_http_client *new_client(void)
{
    static const struct rek_http_options options = {.timeout_ms = 6000};
    struct rek_http_client *client;
    struct rek_http_failure failure;
    return CHECK(rek_http_client_new(&client, &options, &failure) == REK_HTTP_OK) ? client : NULL;
}

/* Steps until a job is done, or that many times. */
static struct rek_http_job *step(struct rek_http_engine *engine, int count, int timeout_ms)
{
    struct rek_http_job *done = rek_http_engine_next(engine);
    while (!done && count-- > 0) {
        rek_http_engine_step(engine, timeout_ms);
        done = rek_http_engine_next(engine);
    }
    return done;
}

/* One request, of which `lose_it` says whether libcurl loses it. `idle_steps` go by before the
 * server answers. */
static enum rek_http_result send_one(const struct server *server, struct rek_http_engine *engine,
                                     struct rek_http_client *client, bool lose_it, int idle_steps)
{
    struct rek_http_request request = {.method = REK_SLICE("GET"),
                                       .url = rek_slice_cstr(server->url)};
    struct rek_http_response response;
    struct rek_http_failure failure;
    struct rek_http_job job;
    rek_http_response_init(&response);
    enum rek_http_result result =
        rek_http_engine_start(engine, &job, client, &request, &response, &failure);
    if (!CHECK(result == REK_HTTP_OK))
        return result;
    loses = lose_it;
    looks = 0;
    CHECK(step(engine, idle_steps, 300) == NULL);
    CHECK(let_go(server));
    CHECK(step(engine, 1000, 100) == &job);
    CHECK(!loses);
    result = job.result;
    if (result == REK_HTTP_OK)
        CHECK_TEXT(rek_buffer_slice(&response.body), "hello");
    rek_http_job_release(&job);
    rek_http_response_clear(&response);
    CHECK(rek_http_engine_under_way(engine) == 0);
    return result;
}

static void check_lost(const struct server *server)
{
    struct rek_http_client *client = new_client();
    struct rek_http_engine *engine = rek_http_engine_new();
    if (!CHECK(client && engine))
        return;
    CHECK(send_one(server, engine, client, true, 0) == REK_HTTP_OK && looks == 1);
    CHECK(send_one(server, engine, client, true, 0) == REK_HTTP_OK && looks == 1);
    CHECK(send_one(server, engine, client, false, 0) == REK_HTTP_OK && looks == 0);
    /* a response that is slow to come is not looked for */
    CHECK(send_one(server, engine, client, false, 8) == REK_HTTP_OK && looks == 0);
    rek_http_engine_free(engine);
    rek_http_client_close(client);
}

static void check_memory(const struct server *server)
{
    struct rek_http_client *client = new_client();
    struct rek_http_engine *engine = rek_http_engine_new();
    if (!CHECK(client && engine))
        return;
    fate = CURLM_OUT_OF_MEMORY;
    CHECK(send_one(server, engine, client, true, 0) == REK_HTTP_MEMORY && looks == 1);
    fate = CURLM_OK;
    CHECK(send_one(server, engine, client, false, 0) == REK_HTTP_OK);
    rek_http_engine_free(engine);
    rek_http_client_close(client);
}

int main(void)
{
    struct server server;
    pthread_t thread;
    if (!CHECK(open_server(&server)) || !CHECK(pthread_create(&thread, NULL, serve, &server) == 0))
        return check_result();
    check_lost(&server);
    check_memory(&server);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    return check_result();
}
