/* A command that runs beside this process, with its input, output and error stream. */
#include "binding/luautil.h"
#include "binding/type.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char CHILD_TYPE[] = "rekognition.child";

struct child {
    pid_t pid;
    int status;
    bool has_ended;
    bool has_group;
};

enum { MOST_WORDS = 100000 };

static lua_Unsigned check_list(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    lua_Unsigned count = lua_rawlen(L, index);
    luaL_argcheck(L, count <= MOST_WORDS, index, "has too many words");
    return count;
}

/* Puts the strings of the list at `index` behind the `used` ones that `words` has. The table keeps
 * them alive. */
static void add_strings(lua_State *L, int index, char **words, size_t used, lua_Unsigned count)
{
    for (lua_Unsigned i = 0; i < count; i++) {
        size_t len;
        luaL_argcheck(L, lua_rawgeti(L, index, (lua_Integer)i + 1) == LUA_TSTRING, index,
                      "must be a list of strings");
        words[used + i] = (char *)lua_tolstring(L, -1, &len);
        luaL_argcheck(L, strlen(words[used + i]) == len, index, "must not contain a NUL");
        lua_pop(L, 1);
    }
    words[used + count] = NULL;
}

static bool is_same_name(const char *left, const char *right)
{
    size_t name = strcspn(left, "=");
    return strncmp(left, right, name + 1) == 0;
}

/* This process's environment without what the list at `index` ("NAME=value") sets, and that. */
static char **make_environment(lua_State *L, int index)
{
    lua_Unsigned count = check_list(L, index);
    size_t inherited = 0;
    while (environ && environ[inherited])
        inherited++;
    char **words = lua_newuserdatauv(L, (inherited + count + 1) * sizeof *words, 0);
    add_strings(L, index, words, 0, count);
    size_t used = count;
    for (size_t i = 0; i < inherited; i++) {
        bool is_set = false;
        for (lua_Unsigned j = 0; j < count; j++)
            is_set = is_set || is_same_name(words[j], environ[i]);
        if (!is_set)
            words[used++] = environ[i];
    }
    words[used] = NULL;
    return words;
}

/* What this process ignores for its own sake is not passed on. */
static int start(struct child *child, char *const *argv, char *const *environment)
{
    short flags = POSIX_SPAWN_SETSIGDEF;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    int why = posix_spawnattr_init(&attributes);
    if (why != 0)
        return why;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (child->has_group) {
        flags |= POSIX_SPAWN_SETPGROUP;
        posix_spawnattr_setpgroup(&attributes, 0);
    }
    posix_spawnattr_setflags(&attributes, flags);
    why = posix_spawnp(&child->pid, argv[0], NULL, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    return why;
}

/* spawn(argv, environment, has_group) -> a child, or nil and why not. `environment` is a list of
 * "NAME=value" to add to this process's own. The command is found by PATH where its name has no
 * slash. `has_group`: it has a process group of its own, which gets the signals sent to it. */
static int child_spawn(lua_State *L)
{
    lua_Unsigned count = check_list(L, 1);
    if (count == 0)
        return luaL_argerror(L, 1, "must begin with a command's name");
    lua_settop(L, 3);
    struct child *child = lua_newuserdatauv(L, sizeof *child, 0);
    *child = (struct child){.pid = -1, .has_ended = true, .has_group = lua_toboolean(L, 3)};
    lrek_set_type(L, CHILD_TYPE);
    char **argv = lua_newuserdatauv(L, (count + 1) * sizeof *argv, 0);
    char **environment = make_environment(L, 2);
    add_strings(L, 1, argv, 0, count);
    int why = start(child, argv, environment);
    if (why != 0) {
        lua_pushnil(L);
        lua_pushfstring(L, "%s: %s", argv[0], strerror(why));
        return 2;
    }
    child->has_ended = false;
    lua_pushvalue(L, 4);
    return 1;
}

static void look(struct child *child)
{
    if (child->has_ended)
        return;
    pid_t ended = waitpid(child->pid, &child->status, WNOHANG);
    child->has_ended = ended == child->pid || (ended < 0 && errno != EINTR);
}

static bool sleep_for(double seconds)
{
    struct timespec pause = {.tv_sec = (time_t)seconds};
    pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
    return nanosleep(&pause, NULL) == 0;
}

/* child:wait(seconds) -> its exit status, or nil and the signal that ended it; nothing where it
 * still runs. Returns early on a signal. */
static int child_wait(lua_State *L)
{
    static const double LONGEST_PAUSE = 0.05;
    struct child *child = lrek_check_type(L, 1, CHILD_TYPE);
    double left = luaL_checknumber(L, 2);
    double pause = 0.001;
    look(child);
    while (!child->has_ended && left > 0) {
        pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
        bool is_whole = sleep_for(pause < left ? pause : left);
        left -= pause;
        look(child);
        if (!is_whole)
            break;
    }
    if (!child->has_ended)
        return 0;
    if (WIFSIGNALED(child->status)) {
        lua_pushnil(L);
        lua_pushinteger(L, WTERMSIG(child->status));
        return 2;
    }
    lua_pushinteger(L, WEXITSTATUS(child->status));
    return 1;
}

/* child:signal(number): sends it to the child, or to its group, where the child still runs. */
static int child_signal(lua_State *L)
{
    struct child *child = lrek_check_type(L, 1, CHILD_TYPE);
    lua_Integer number = luaL_checkinteger(L, 2);
    luaL_argcheck(L, number > 0 && number < 65, 2, "must be a signal");
    look(child);
    if (!child->has_ended)
        kill(child->has_group ? -child->pid : child->pid, (int)number);
    return 0;
}

static bool is_command(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

/* find_command(name) -> its path, or nil: what spawn would run. */
static int child_find(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const char *folders = getenv("PATH");
    if (strchr(name, '/')) {
        lua_pushstring(L, is_command(name) ? name : NULL);
        return 1;
    }
    while (folders && *name != '\0') {
        size_t len = strcspn(folders, ":");
        lua_pushlstring(L, len > 0 ? folders : ".", len > 0 ? len : 1);
        const char *path = lua_pushfstring(L, "%s/%s", lua_tostring(L, -1), name);
        if (is_command(path))
            return 1;
        lua_pop(L, 2);
        folders = folders[len] == ':' ? folders + len + 1 : NULL;
    }
    lua_pushnil(L);
    return 1;
}

void lrek_open_child(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"spawn", child_spawn}, {"find_command", child_find}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"wait", child_wait}, {"signal", child_signal}, {NULL, NULL}};
    lrek_new_type(L, CHILD_TYPE);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
