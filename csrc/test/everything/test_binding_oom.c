/* Out of memory while a table is loaded and encoded, while a response is read, and while a request
 * is signed and sent: Lua's allocator fails at the first allocation, then at the second, and so on
 * until all goes well; the same for the core's. Each failure must be a Lua error that leaks nothing
 * (the sanitizers and valgrind look) and after which everything works again. */
#include "binding/luautil.h"
#include "core/alloc.h"
#include "test/check.h"

#include <lualib.h>
#include <stdlib.h>

int luaopen_everything(lua_State *L);

/* The blob makes the bodies too large for anything that was kept from an earlier run. */
static const char codec_script[] =
    "local core = ...\n"
    "local table_ = {\n"
    "  String = 'a \\\"string\\\"', Blob = ('bytes'):rep(30000), Boolean = true, Integer = 1,\n"
    "  Long = 1 << 62, Double = 0.1, Timestamp = 1656611123.5, Iso8601 = 1656611123,\n"
    "  Document = { list = { 1, 2.5, 'three', { four = false } } },\n"
    "  Strings = { 'one', 'two', 'three' }, Matrix = { { 1, 2 }, {}, { 3 } },\n"
    "  Map = { key1 = 'val1', key2 = 'val2' }, Blobs = { x = 'xx' },\n"
    "  Tree = { Label = 'root', Branches = { { Label = 'leaf' } }, Named = { n = { Label = '' } } "
    "},\n"
    "}\n"
    "local bad = { Strings = { 1, nil, {}, [5] = 'x' }, Map = { [1] = 2 }, Tree = {}, Strin = 1 }\n"
    "local unknown = '{\"New\":[{\"a\":\"\\\\u00e9\"},[1,2,[3]],1.5,null,\"' .. ('x'):rep(50) .. "
    "'\"]}'\n"
    "return function()\n"
    "  local request = assert(core.everything:request('TakeEverything', table_))\n"
    "  local response = assert(core.everything:decode('TakeEverything', request:body()))\n"
    "  assert(response.Blob == table_.Blob and response.Tree.Named.n.Label == '')\n"
    "  assert(response.Matrix[3][1] == 3 and response.Document.list[4].four == false)\n"
    "  assert(tostring(request):find('TakeEverything'))\n"
    "  request:close()\n"
    "  local none, problems, more = core.everything:request('TakeEverything', bad)\n"
    "  assert(not none and #problems == 8 and more == 0)\n"
    "  assert(core.everything:decode('TakeEverything', unknown).New[1].a == '\\u{e9}')\n"
    "  assert(not core.everything:decode('TakeEverything', '{\"Tree\":{\"Named\":{\"a b\":1}}}'))\n"
    "  assert(not core.everything:request('TakeNothing'))\n"
    "  assert(not core.read_json('[\"\\\\n\\\\u12\"]'))\n"
    "end\n";

/* Nobody listens on port 1. What has no memory may be said in the result as well. */
static const char network_script[] =
    "local core = ...\n"
    "local headers = { { 'Host', '127.0.0.1' }, { 'A', 'b' } }\n"
    "local credentials = { access_key_id = 'A', secret_access_key = 'S', session_token = 'T' }\n"
    "local function check(failure)\n"
    "  if failure.code == 'memory' then error 'not enough memory' end\n"
    "  assert(failure.code == 'connect', failure.message)\n"
    "end\n"
    "return function()\n"
    "  local transport = core.transport { no_proxy = 'h', ca_bundle = '/', timeout = 9 }\n"
    "  check(select(2, transport:request { method = 'PUT', url = 'http://127.0.0.1:1/',\n"
    "    headers = headers, body = 'x' }))\n"
    "  local target = core.target { url = 'http://127.0.0.1:1', region = 'r',\n"
    "    service = 's', connect_timeout = 9, timeout = 9, max_attempts = 1 }\n"
    "  local request = assert(core.everything:request('TakeEverything', { Tree = { Label = '' } "
    "}))\n"
    "  local _, response = target:send(transport, request, 'A', 'S', 'T', 0, 1, 'agent')\n"
    "  if response.signing then error(response.signing) end\n"
    "  check(response.transport)\n"
    "  transport:close()\n"
    "  assert(core.sign({ method = 'GET', target = '/?a=b', headers = headers },\n"
    "    { region = 'r', service = 's', time = 0, credentials = credentials }))\n"
    "end\n";

struct budget {
    long left; /* allocations that still succeed; negative: all of them */
};

static void *limited_realloc(void *data, void *block, size_t old_size, size_t size)
{
    struct budget *budget = data;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (budget->left == 0 && (!block || size > old_size))
        return NULL;
    if (budget->left > 0)
        budget->left--;
    return realloc(block, size);
}

static lua_State *new_state(struct budget *budget)
{
#if LUA_VERSION_NUM >= 505
    return lua_newstate(limited_realloc, budget, 0);
#else
    return lua_newstate(limited_realloc, budget);
#endif
}

/* Pushes the script's function. */
static void prepare(lua_State *L, const char *script)
{
    luaL_openlibs(L);
    luaL_requiref(L, "rekognition.core", luaopen_everything, 0);
    if (CHECK(luaL_loadstring(L, script) == LUA_OK))
        lua_insert(L, -2);
    if (!CHECK(lua_pcall(L, 1, 1, 0) == LUA_OK))
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
}

/* Runs the function, which stays on the stack; true where it raised nothing but out of memory. */
static bool run(lua_State *L, bool *finished)
{
    lua_pushvalue(L, -1);
    int status = lua_pcall(L, 0, 0, 0);
    *finished = status == LUA_OK;
    if (*finished)
        return true;
    const char *message = lua_tostring(L, -1);
    bool expected = message && strstr(message, "not enough memory");
    if (!expected)
        fprintf(stderr, "raised: %s\n", message ? message : "something that is no string");
    lua_pop(L, 1);
    return expected;
}

static void test_lua_allocator(const char *script)
{
    struct budget budget = {-1};
    lua_State *L = new_state(&budget);
    if (!CHECK(L != NULL))
        return;
    prepare(L, script);
    bool finished = false, expected = true;
    long count = 0;
    while (expected && !finished && count < 100000) {
        lua_gc(L, LUA_GCCOLLECT);
        budget.left = count;
        expected = run(L, &finished);
        budget.left = -1;
        if (!CHECK(expected))
            fprintf(stderr, "  at Lua's allocation %ld\n", count);
        count++;
    }
    CHECK(count > 50); /* the failures did happen */
    CHECK(run(L, &finished) && finished);
    lua_close(L);
}

static void test_core_allocator(const char *script)
{
    lua_State *L = luaL_newstate();
    if (!CHECK(L != NULL))
        return;
    prepare(L, script);
    bool finished = false, expected = true;
    long count = 0;
    while (expected && !finished && count < 10000) {
        lua_gc(L, LUA_GCCOLLECT);
        rek_alloc_fail_after(count);
        expected = run(L, &finished);
        rek_alloc_fail_after(-1);
        if (!CHECK(expected))
            fprintf(stderr, "  at the core's allocation %ld\n", count);
        count++;
    }
    CHECK(count > 5);
    CHECK(run(L, &finished) && finished);
    lua_close(L);
}

/* A module that can't be opened leaves nothing behind. */
static int open_module(lua_State *L)
{
    luaL_requiref(L, "rekognition.core", luaopen_everything, 0);
    return 0;
}

static void test_opening(void)
{
    int status = LUA_ERRMEM;
    long count = 0;
    while (status != LUA_OK && count < 10000) {
        struct budget budget = {-1};
        lua_State *L = new_state(&budget);
        if (!CHECK(L != NULL))
            return;
        lua_pushcfunction(L, open_module);
        budget.left = count++;
        status = lua_pcall(L, 0, 0, 0);
        budget.left = -1;
        CHECK(status == LUA_OK || status == LUA_ERRMEM);
        lua_close(L);
    }
    CHECK(count > 50);
}

int main(void)
{
    test_lua_allocator(codec_script);
    test_core_allocator(codec_script);
    test_lua_allocator(network_script);
    test_core_allocator(network_script);
    test_opening();
    return check_result();
}
