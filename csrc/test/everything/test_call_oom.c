/* Out of memory in the middle of a whole call, from the making of its client to its response: every
 * allocation fails once, and every allocation and all after it; Lua's (lua_Alloc) and the C
 * library's (malloc, of this library, libcurl and OpenSSL alike). Each time the call succeeds, or
 * says that memory ended; afterwards everything works again, and no task is left.
 *
 * With AddressSanitizer, which has a malloc of its own, the three libraries have theirs from here
 * (REK_OWN_MALLOC is 0), and what leaks is found in the end. */
#include "test/check.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int luaopen_everything(lua_State *L);

/* Which allocation fails. */
struct plan {
    long left; /* that still succeed; negative: all */
    bool for_good;
    bool failed;
};

static bool may_allocate(struct plan *plan)
{
    if (plan->left < 0)
        return true;
    if (plan->left > 0) {
        plan->left--;
        return true;
    }
    if (plan->failed && !plan->for_good)
        return true;
    plan->failed = true;
    return false;
}

/* The C library's, of the thread that tests. */
static _Thread_local struct plan c_plan = {.left = -1};

static void *refuse(void)
{
    errno = ENOMEM;
    return NULL;
}

#if REK_OWN_MALLOC
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    return may_allocate(&c_plan) ? __libc_malloc(size) : refuse();
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
    return may_allocate(&c_plan) ? __libc_calloc(count, size) : refuse();
}

__attribute__((visibility("default"))) void *realloc(void *block, size_t size)
{
    return may_allocate(&c_plan) ? __libc_realloc(block, size) : refuse();
}

static bool watch_libraries(void)
{
    return true;
}
#else
/* The linker calls these (--wrap) where the library itself asks for memory. */
extern void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_realloc(void *block, size_t size)
{
    return may_allocate(&c_plan) ? __real_realloc(block, size) : refuse();
}

#define __libc_realloc __real_realloc

static void *curl_malloc(size_t size)
{
    return may_allocate(&c_plan) ? malloc(size) : refuse();
}

static void *curl_calloc(size_t count, size_t size)
{
    return may_allocate(&c_plan) ? calloc(count, size) : refuse();
}

static char *curl_strdup(const char *text)
{
    return may_allocate(&c_plan) ? strdup(text) : refuse();
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return curl_malloc(size);
}

static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return __wrap_realloc(block, size);
}

static void openssl_free(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    free(block);
}

static bool watch_libraries(void)
{
    return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1 &&
           curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, free, __wrap_realloc, curl_strdup,
                                curl_calloc) == CURLE_OK;
}
#endif

/* Lua's. */
static struct plan lua_plan = {.left = -1};

static void *lua_realloc(void *data, void *block, size_t old_size, size_t size)
{
    (void)data;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if ((!block || size > old_size) && !may_allocate(&lua_plan))
        return NULL;
    struct plan kept = c_plan;
    c_plan.left = -1;
    void *result = __libc_realloc(block, size);
    c_plan = kept;
    return result;
}

/* Four ways to send: one that waits, one in an engine, the whole library's tasks, and its futures
 * without tasks. */
static const char blocking[] = "local core, url = ...\n"
                               "local function send(target, ...) return target:send(...) end\n";

static const char in_engine[] =
    "local core, url = ...\n"
    "local function send(target, transport, request, ...)\n"
    "  local engine <close> = core.engine()\n"
    "  local id, about = target:start(transport, request, select(1, ...), select(2, ...),\n"
    "    select(3, ...), 0, 1, 'agent', nil, nil, nil, nil, engine, 'token')\n"
    "  if not id then return nil, about end\n"
    "  local token, done\n"
    "  for _ = 1, 100 do\n"
    "    engine:step(9)\n"
    "    token, done = engine:next()\n"
    "    if done then break end\n"
    "  end\n"
    "  assert(token == 'token' and done == id and engine:under_way() == 0)\n"
    "  return engine:take(id)\n"
    "end\n";

static const char script[] =
    "return function()\n"
    "  local transport <close> = assert(core.transport { timeout = 9 })\n"
    "  local target = core.target { url = url, region = 'r', service = 's' }\n"
    "  local request = assert(core.everything:request('TakeEverything', { String = 'x' }))\n"
    "  local response, about = send(target, transport, request, 'A', 'S', 'T', 0, 1, 'agent')\n"
    "  request:close()\n"
    "  if response then\n"
    "    assert(response.Tree.Label == 'leaf' and about.headers['x-a'] == 'b')\n"
    "    return 'done'\n"
    "  end\n"
    "  if about.signing then return about.signing end\n"
    "  if about.protocol then return about.protocol end\n"
    "  return about.transport.code .. ': ' .. about.transport.message\n"
    "end\n";

/* What is made once is made before: memory ends in tasks, futures and calls. */
#define LIBRARY(options)                                                                           \
    "local core, url = ...\n"                                                                      \
    "package.path = '" REK_LUA_FOLDER "/?.lua;" REK_LUA_FOLDER "/?/init.lua'\n"                    \
    "local rekognition = require 'rekognition'\n"                                                  \
    "local async = rekognition.async\n"                                                            \
    "rekognition.preload()\n"                                                                      \
    "local engine = require 'rekognition.async.engine'\n"                                          \
    "local client = rekognition.client { region = 'us-east-1', env = {}, endpoint = url,\n"        \
    "  credentials = { access_key_id = 'A', secret_access_key = 'S' }, timeout = 9,\n"             \
    "  retry = { mode = 'off' }" options " }\n"

static const char in_tasks[] = LIBRARY(
    ", logger = function() end") "local function call() return client:describe_projects {} end\n"
                                 "local function work()\n"
                                 "  assert(async.all({ call, client:describe_projects_async {} "
                                 "})[2].Tree)\n"
                                 "  local results, errors = async.map({ 1, 2 }, call)\n"
                                 "  for _, problem in pairs(errors) do error(problem, 0) end\n"
                                 "  assert(results[1].Tree and results[2].Tree)\n"
                                 "  local sleeper = async.spawn(async.sleep, 0.05)\n"
                                 "  assert(async.any { call, call }.Tree)\n"
                                 "  assert(async.timeout(9, call).Tree)\n"
                                 "  sleeper:cancel()\n"
                                 "  return 'done'\n"
                                 "end\n"
                                 "return function()\n"
                                 "  local said = async.run(work)\n"
                                 "  while engine.has_work() do engine.step(1) end\n" /* what an
                                                                                        earlier run
                                                                                        left goes on
                                                                                      */
                                 "  return engine.live == 0 and said or engine.live .. ' tasks are "
                                 "left'\n"
                                 "end\n";

/* Without a logger: the calls have no tasks. A callback may be cut short, and the others are not.
 */
static const char in_futures[] =
    LIBRARY("") "client:describe_projects_async({}):await()\n"
                "return function()\n"
                "  local left, problem = 5, nil\n"
                "  local function note(ok, value)\n"
                "    left = left - 1\n"
                "    if not ok then problem = value end\n"
                "  end\n"
                "  for _ = 1, 2 do client:describe_projects_async({}):on_done(note) end\n"
                "  client:describe_projects_async({}):on_done(function(...)\n"
                "    note(...)\n"
                "    client:describe_projects_async({}):on_done(note)\n"
                "  end)\n"
                "  local late = client:describe_projects_async {}\n"
                "  late:on_done(note)\n"
                "  local said = async.run(function()\n"
                "    local mine, other = client:describe_projects_async {}, "
                "client:describe_projects_async {}\n"
                "    other:cancel()\n"
                "    return mine:await().Tree.Label\n"
                "  end)\n"
                "  assert(said == 'leaf' and late:await().Tree)\n"
                "  while engine.has_work() do engine.step(1) end\n"
                "  if problem then error(problem, 0) end\n"
                "  if left > 0 then return 'not enough memory for a callback' end\n"
                "  local places = client._channel.sender.slots.used\n"
                "  return engine.live == 0 and places == 0 and 'done' or engine.live .. ' are "
                "left, ' .. places\n"
                "end\n";

static const char answer[] = "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 25\r\n\r\n"
                             "{\"Tree\":{\"Label\":\"leaf\"}}";

static void *serve_connection(void *context)
{
    int *connection = context;
    char request[4096];
    while (recv(*connection, request, sizeof request, 0) > 0)
        if (send(*connection, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0)
            break;
    close(*connection);
    free(connection);
    return NULL;
}

static void *serve(void *context)
{
    int listener = *(int *)context;
    for (;;) {
        pthread_t thread;
        int *connection = malloc(sizeof *connection);
        if (!connection)
            return NULL;
        *connection = accept(listener, NULL, NULL);
        if (*connection < 0) {
            free(connection);
            return NULL;
        }
        if (pthread_create(&thread, NULL, serve_connection, connection) == 0)
            pthread_detach(thread);
    }
}

static int listen_anywhere(char *url, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
        listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        return -1;
    snprintf(url, size, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return listener;
}

/* Runs the function on top, which stays. What came of it is in `outcome`. */
static void run(lua_State *L, char *outcome, size_t size)
{
    lua_pushvalue(L, -1);
    int status = lua_pcall(L, 0, 1, 0);
    c_plan.left = -1;
    lua_plan.left = -1;
    const char *text = luaL_tolstring(L, -1, NULL);
    snprintf(outcome, size, "%s%s", status == LUA_OK ? "" : "raised ", text);
    lua_pop(L, 2);
}

static bool is_expected(const char *outcome)
{
    return strcmp(outcome, "done") == 0 || strstr(outcome, "not enough memory");
}

static void test(lua_State *L, struct plan *plan, bool for_good, const char *name)
{
    char outcome[600];
    long count = 0;
    do {
        lua_gc(L, LUA_GCCOLLECT);
        *plan = (struct plan){.left = count, .for_good = for_good};
        run(L, outcome, sizeof outcome);
        if (!CHECK(is_expected(outcome)))
            fprintf(stderr, "  %s allocation %ld%s: %s\n", name, count, for_good ? " for good" : "",
                    outcome);
        run(L, outcome, sizeof outcome);
        if (!CHECK(strcmp(outcome, "done") == 0))
            fprintf(stderr, "  after %s allocation %ld: %s\n", name, count, outcome);
        count++;
    } while (plan->failed && count < 100000);
    CHECK(count > 20); /* the failures did happen */
}

/* The first call of a process, in a state of its own: what is made once is made here. */
static lua_State *open_state(const char *url, const char *way)
{
    lua_State *L = lua_newstate(lua_realloc, NULL
#if LUA_VERSION_NUM >= 505
                                ,
                                0
#endif
    );
    luaL_openlibs(L);
    luaL_requiref(L, "rekognition.core", luaopen_everything, 0);
    lua_pushfstring(L, "%s%s", way, way == in_tasks || way == in_futures ? "" : script);
    if (!CHECK(luaL_loadstring(L, lua_tostring(L, -1)) == LUA_OK))
        return L;
    lua_replace(L, -2);
    lua_insert(L, -2);
    lua_pushstring(L, url);
    CHECK(lua_pcall(L, 2, 1, 0) == LUA_OK);
    return L;
}

int main(void)
{
    char url[64];
    pthread_t thread;
    int listener = listen_anywhere(url, sizeof url);
    if (!CHECK(watch_libraries()))
        return check_result();
    if (!CHECK(listener >= 0) || !CHECK(pthread_create(&thread, NULL, serve, &listener) == 0))
        return check_result();
    const char *const ways[] = {blocking, in_engine, in_tasks, in_futures};
    for (size_t way = 0; way < COUNT_OF(ways); way++) {
        lua_State *L = open_state(url, ways[way]);
        for (int for_good = 0; for_good < 2; for_good++) {
            test(L, &lua_plan, for_good, "Lua's");
            test(L, &c_plan, for_good, "the C library's");
        }
        lua_close(L);
    }
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    return check_result();
}
