/* A command, run without a shell: its output is taken, its error stream is this process's.
 * `run_process` waits for its end; `start_process` returns it while it runs, for whoever waits by
 * other means. */
#include "binding/hook.h"
#include "binding/luautil.h"
#include "binding/pool.h"
#include "binding/spawn.h"
#include "core/buffer.h"
#include "core/fork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum run_outcome {
    RUN_PRINTS, /* its output may go on */
    RUN_ENDS,   /* it has closed its output, and not ended */
    RUN_DONE,
    RUN_NOT_STARTED,
    RUN_TIMEOUT,
    RUN_TOO_LARGE,
    RUN_INTERRUPTED, /* a hook raised */
    RUN_BROKEN
};

struct run {
    struct lrek_object object;
    struct rek_buffer output; /* may hold secrets: wiped */
    size_t max_output;
    bool is_listened; /* `pipe` is open: where the output comes from */
    bool is_running;  /* as far as is known */
    int pipe;
    pid_t pid;
    unsigned generation; /* of the process whose child it is */
    int status;          /* as waitpid returns it */
    int why;             /* errno, where it was not started */
};

static double monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool start(struct run *run, char *const *argv)
{
    int ends[2];
    run->generation = rek_fork_generation();
    run->why = lrek_make_pipe(ends);
    if (run->why != 0)
        return false;
    run->why = lrek_spawn(&run->pid, argv, ends[1]);
    close(ends[1]);
    run->pipe = ends[0];
    run->is_listened = true;
    run->is_running = run->why == 0;
    fcntl(run->pipe, F_SETFL, O_NONBLOCK);
    return run->is_running;
}

static void stop_listening(struct run *run)
{
    if (run->is_listened)
        close(run->pipe);
    run->is_listened = false;
}

/* Kills it if it still runs, and takes what remains of it. In the child of a fork it is the
 * parent's. */
static void stop(struct run *run)
{
    stop_listening(run);
    if (run->is_running && run->generation == rek_fork_generation()) {
        kill(run->pid, SIGKILL);
        while (waitpid(run->pid, &run->status, 0) < 0 && errno == EINTR)
            continue;
    }
    run->is_running = false;
}

/* Reads what there is of the output. */
static enum run_outcome listen(struct run *run)
{
    enum { CHUNK = 4096 };
    for (;;) {
        char *room = rek_buffer_reserve(&run->output, CHUNK);
        ssize_t got = room ? read(run->pipe, room, CHUNK) : -1;
        if (got < 0 && room && errno == EINTR)
            continue;
        if (got < 0 && room && (errno == EAGAIN || errno == EWOULDBLOCK))
            return RUN_PRINTS;
        if (got <= 0)
            return got == 0 ? RUN_ENDS : RUN_BROKEN;
        run->output.len += (size_t)got;
        if (run->output.len > run->max_output)
            return RUN_TOO_LARGE;
    }
}

/* Looks whether a command that has closed its output has ended. Where the host has it reaped
 * (SIGCHLD ignored, or a handler that waits for any child), how it ended is not known: a complete
 * output then counts as one that ended well, and whoever reads it finds out. */
static enum run_outcome look(struct run *run)
{
    pid_t ended = waitpid(run->pid, &run->status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return RUN_ENDS;
    run->is_running = false;
    if (ended == run->pid)
        return RUN_DONE;
    run->status = 0;
    return errno == ECHILD ? RUN_DONE : RUN_BROKEN;
}

/* Moves on what can move on. Once it returns neither RUN_PRINTS nor RUN_ENDS all is over. */
static enum run_outcome step(struct run *run)
{
    enum run_outcome outcome = run->is_listened ? listen(run) : RUN_ENDS;
    if (outcome == RUN_ENDS) {
        stop_listening(run);
        outcome = look(run);
    }
    if (outcome != RUN_PRINTS && outcome != RUN_ENDS)
        stop(run);
    return outcome;
}

/* Runs the command to its end, for at most so many seconds. It is killed where a hook of Lua raised
 * meanwhile. */
static enum run_outcome run_command(struct run *run, char *const *argv, double timeout,
                                    const struct rek_http_watch *watch)
{
    static const struct timespec pause = {.tv_nsec = 2000000};
    enum { SLICE_MS = 100 };
    double deadline = monotonic() + timeout;
    if (!watch->look(watch->context))
        return RUN_INTERRUPTED;
    if (!start(run, argv))
        return RUN_NOT_STARTED;
    for (;;) {
        enum run_outcome outcome = step(run);
        if (outcome != RUN_PRINTS && outcome != RUN_ENDS)
            return outcome;
        double left = deadline - monotonic();
        if (left <= 0) {
            stop(run);
            return RUN_TIMEOUT;
        }
        if (!watch->look(watch->context)) {
            stop(run);
            return RUN_INTERRUPTED;
        }
        struct pollfd source = {.fd = run->pipe, .events = POLLIN};
        if (outcome == RUN_PRINTS)
            poll(&source, 1, left * 1000 > SLICE_MS ? SLICE_MS : (int)(left * 1000) + 1);
        else
            nanosleep(&pause, NULL);
    }
}

static void clear_run(void *object)
{
    struct run *run = object;
    stop(run);
    rek_buffer_wipe(&run->output);
}

static const struct lrek_kind run_kind = {
    .name = "rekognition.process",
    .size = sizeof(struct run),
    .clear = clear_run,
};

/* The strings of the list at index 1, as a command wants them. They live until Lua next allocates,
 * since a finalizer may then change the list. */
static char **check_argv(lua_State *L, lua_Unsigned count)
{
    char **argv = lua_newuserdatauv(L, (count + 1) * sizeof *argv, 0);
    for (lua_Unsigned i = 0; i < count; i++) {
        size_t len;
        luaL_argcheck(L, lua_rawgeti(L, 1, (lua_Integer)i + 1) == LUA_TSTRING, 1,
                      "must be a list of strings");
        argv[i] = (char *)lua_tolstring(L, -1, &len);
        luaL_argcheck(L, strlen(argv[i]) == len, 1, "must not contain a NUL");
        lua_pop(L, 1);
    }
    argv[count] = NULL;
    return argv;
}

static lua_Number number_option(lua_State *L, const char *name)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_argcheck(L, lua_getfield(L, 2, name) == LUA_TNUMBER, 2, "lacks timeout or max_output");
    lua_Number value = lua_tonumber(L, -1);
    luaL_argcheck(L, value > 0 && value < 0x1p53, 2, "timeout and max_output must be positive");
    lua_pop(L, 1);
    return value;
}

static int push_failure(lua_State *L, const char *code, const char *message)
{
    lua_pushnil(L);
    lua_createtable(L, 0, 2);
    lua_pushstring(L, code);
    lua_setfield(L, -2, "code");
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    return 2;
}

static int push_result(lua_State *L, const struct run *run)
{
    lua_createtable(L, 0, 2);
    if (WIFSIGNALED(run->status)) {
        lua_pushinteger(L, WTERMSIG(run->status));
        lua_setfield(L, -2, "signal");
    } else {
        lua_pushinteger(L, WEXITSTATUS(run->status));
        lua_setfield(L, -2, "status");
    }
    lua_pushlstring(L, run->output.data, run->output.len);
    lua_setfield(L, -2, "stdout");
    return 1;
}

/* Pushes what came of it, and wipes the output. */
static int push_outcome(lua_State *L, struct run *run, enum run_outcome outcome)
{
    int results = 0;
    switch (outcome) {
    case RUN_PRINTS:
    case RUN_ENDS:
    case RUN_INTERRUPTED:
        return 0;
    case RUN_DONE:
        results = push_result(L, run);
        break;
    case RUN_NOT_STARTED:
        results = push_failure(L, "start",
                               lua_pushfstring(L, "can't be started: %s", strerror(run->why)));
        break;
    case RUN_TIMEOUT:
        results = push_failure(L, "timeout", "took too long");
        break;
    case RUN_TOO_LARGE:
        results = push_failure(
            L, "too_large",
            lua_pushfstring(L, "printed more than %I bytes", (LUAI_UACINT)run->max_output));
        break;
    case RUN_BROKEN:
        results = push_failure(L, "broken", "could not be listened to");
        break;
    }
    rek_buffer_wipe(&run->output);
    return results;
}

static lua_Unsigned check_count(lua_State *L)
{
    enum { MOST_WORDS = 100000 };
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Unsigned count = lua_rawlen(L, 1);
    luaL_argcheck(L, count >= 1 && count <= MOST_WORDS, 1,
                  "must have a command's name, and at most 100000 words");
    return count;
}

/* run_process(argv, { timeout = seconds, max_output = bytes }) -> { stdout, status | signal }, or
 * nil and { code, message }. The command is found by PATH where its name has no slash; it has this
 * process's environment, input and error stream. Blocks; the command is killed where it takes
 * longer or prints more, or where a hook of Lua raises, which is raised on. */
static int process_run(lua_State *L)
{
    lua_Unsigned count = check_count(L);
    lua_Number timeout = number_option(L, "timeout");
    lua_Number max_output = number_option(L, "max_output");
    struct run *run = lrek_new_object(L, &run_kind, 0);
    run->max_output = (size_t)max_output;
    struct lrek_hook hook;
    char **argv = check_argv(L, count);
    const struct rek_http_watch watch = lrek_watch_hook(L, &hook);
    enum run_outcome outcome = run_command(run, argv, timeout, &watch);
    if (outcome != RUN_INTERRUPTED)
        return push_outcome(L, run, outcome);
    rek_buffer_wipe(&run->output);
    return lua_error(L);
}

/* start_process(argv, { max_output = bytes }) -> a command that runs; or nil and { code, message }.
 * It is killed when it is closed or collected. */
static int process_start(lua_State *L)
{
    lua_Unsigned count = check_count(L);
    lua_Number max_output = number_option(L, "max_output");
    struct run *run = lrek_new_object(L, &run_kind, 0);
    int at = lua_gettop(L);
    run->max_output = (size_t)max_output;
    char **argv = check_argv(L, count);
    if (!start(run, argv)) {
        stop_listening(run);
        return push_outcome(L, run, RUN_NOT_STARTED);
    }
    lua_settop(L, at);
    return 1;
}

/* command:step() -> "output" (wait until `pipe` is readable), or "end" (it has closed its output,
 * look again soon), or "done" and what run_process returns */
static int process_step(lua_State *L)
{
    struct run *run = lrek_check_object(L, 1, &run_kind);
    luaL_argcheck(L, run->is_running, 1, "has ended");
    enum run_outcome outcome = step(run);
    int results = push_outcome(L, run, outcome);
    lua_pushstring(L, outcome == RUN_PRINTS ? "output" : outcome == RUN_ENDS ? "end" : "done");
    lua_insert(L, -results - 1);
    return results + 1;
}

/* command:pipe() -> the descriptor that its output comes from */
static int process_pipe(lua_State *L)
{
    const struct run *run = lrek_check_object(L, 1, &run_kind);
    luaL_argcheck(L, run->is_listened, 1, "has ended");
    lua_pushinteger(L, run->pipe);
    return 1;
}

/* command:pid() -> its process id */
static int process_pid(lua_State *L)
{
    const struct run *run = lrek_check_object(L, 1, &run_kind);
    lua_pushinteger(L, (lua_Integer)run->pid);
    return 1;
}

static int process_close(lua_State *L)
{
    clear_run(lrek_check_object(L, 1, &run_kind));
    return 0;
}

void lrek_open_process(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"run_process", process_run}, {"start_process", process_start}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"step", process_step},
                                       {"pipe", process_pipe},
                                       {"pid", process_pid},
                                       {"close", process_close},
                                       {NULL, NULL}};
    lrek_open_kind(L, &run_kind);
    lua_pushcfunction(L, process_close);
    lua_setfield(L, -2, "__close");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
