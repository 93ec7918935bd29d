/* Ten threads with a Lua state each, all making calls at the same time, those that block and those
 * of tasks: what the process shares (the generator's pool, libcurl's and OpenSSL's start, the
 * certificates in memory, the rates) is theirs alike. The build with ThreadSanitizer
 * (script/sanitize) watches. */
#include "test/check.h"

#include <arpa/inet.h>
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 10 };

int luaopen_everything(lua_State *L);

static const char script[] =
    "local core, url = ...\n"
    "core.preload_certificates()\n"
    "local seen = {}\n"
    "for round = 1, 4 do\n"
    "  local transport <close> = assert(core.transport { timeout = 60 })\n"
    "  local target = core.target { url = url, region = 'r', service = 's' }\n"
    "  for call = 1, 10 do\n"
    "    local request <close> = assert(core.everything:request('TakeEverything', { String = 'x' "
    "}))\n"
    "    assert(not seen[request:invocation_id()])\n"
    "    seen[request:invocation_id()] = true\n"
    "    local response, about = target:send(transport, request, 'A', 'S', 'T', 0, 1, 'agent')\n"
    "    assert(response and response.Tree.Label == 'leaf', about.transport and "
    "about.transport.message)\n"
    "  end\n"
    "end\n"
    "assert(core.run_process({ 'true' }, { timeout = 60, max_output = 10 }))\n"
    "package.path = '" REK_LUA_FOLDER "/?.lua;" REK_LUA_FOLDER "/?/init.lua'\n"
    "local rekognition = require 'rekognition'\n"
    "local async = rekognition.async\n"
    "local keys = { access_key_id = 'A', secret_access_key = 'S' }\n"
    "local function new_client(credentials)\n"
    "  return rekognition.client { region = 'us-east-1', env = {}, endpoint = url, timeout = 60,\n"
    "    credentials = credentials, rate = { ['*'] = 1000 }, max_in_flight = 6 }\n"
    "end\n"
    "local client <close> = new_client(keys)\n"
    "local function call() return client:describe_projects {} end\n"
    "async.run(function()\n"
    "  local list = {}\n"
    "  for place = 1, 20 do list[place] = place end\n"
    "  local results, errors = async.map(list, call, { concurrency = 8 })\n"
    "  assert(next(errors) == nil and results[20].Tree)\n"
    "  local sleeper = async.spawn(async.sleep, 60)\n"
    "  assert(async.any { call, function() async.sleep(60) end }.Tree)\n"
    "  local other <close> = new_client(rekognition.credentials.process { command =\n"
    "    [[printf '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}']] })\n"
    "  assert(other:describe_projects {}.Tree)\n"
    "  local future <close> = client:describe_projects_async {}\n"
    "  sleeper:cancel()\n"
    "end)\n"
    "local pollable <close> = async.pollable()\n"
    "local future = client:describe_projects_async {}\n"
    "assert(pollable:pollfd() or pollable:timeout())\n"
    "while not future:ready() do pollable:step() end\n"
    "assert(future:await().Tree)\n";

static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n"
                               "{\"Tree\":{\"Label\":\"leaf\"}}";

static char url[64];

static void *serve_connection(void *context)
{
    int connection = *(int *)context;
    char request[4096];
    while (recv(connection, request, sizeof request, 0) > 0)
        if (send(connection, response, sizeof response - 1, MSG_NOSIGNAL) < 0)
            break;
    close(connection);
    return NULL;
}

static void *serve(void *context)
{
    static int connections[100 * THREADS]; /* more than these threads make */
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

static int listen_anywhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        return -1;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return listener;
}

/* NULL where all went well. */
static void *use(void *context)
{
    static const char failed[] = "failed";
    (void)context;
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    luaL_requiref(L, "rekognition.core", luaopen_everything, 0);
    int status = luaL_loadstring(L, script);
    lua_insert(L, -2);
    lua_pushstring(L, url);
    if (status == LUA_OK)
        status = lua_pcall(L, 2, 0, 0);
    if (status != LUA_OK)
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
    lua_close(L);
    return status == LUA_OK ? NULL : (void *)failed;
}

int main(void)
{
    pthread_t server, threads[THREADS];
    int listener = listen_anywhere();
    if (!CHECK(listener >= 0) || !CHECK(pthread_create(&server, NULL, serve, &listener) == 0))
        return check_result();
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, use, NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        CHECK(result == NULL);
    }
    shutdown(listener, SHUT_RDWR);
    pthread_join(server, NULL);
    close(listener);
    return check_result();
}
