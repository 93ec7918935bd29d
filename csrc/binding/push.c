#include "binding/push.h"

#include "binding/push_internal.h"

#include <lauxlib.h>

/* How many elements or pairs wait on the stack before they are put into their table. */
enum { PENDING = 128, STACK_STEP = 256 };

/* A table in the making: a place for it on the stack, and above that what goes into it. */
struct table {
    int at;
    int pending;       /* elements, or pairs */
    lua_Integer count; /* elements that are in the table already */
    bool made;
    bool ordered; /* keys may come twice: the pairs go in in their order */
};

static bool push_value(struct lrek_pusher *p, const struct rek_shape *shape,
                       enum rek_json_token token, int top, const struct lrek_place *place);

/* Makes sure that some slots above `top` can be used. Raises where there is no more stack: for want
 * of memory, since how deep a response can be is limited, or because the caller is that deep in
 * calls. */
static void make_room(struct lrek_pusher *p, int top)
{
    if (top + 8 > p->room) {
        if (!lua_checkstack(p->L, STACK_STEP))
            luaL_error(p->L, "not enough memory for Lua's stack: a response is nested deeply");
        p->room = top + STACK_STEP;
    }
}

/* Puts the pending pairs into the table. */
static void settle_pairs(struct lrek_pusher *p, struct table *t)
{
    lua_State *L = p->L;
    if (!t->made) {
        lua_createtable(L, 0, t->pending);
        lua_replace(L, t->at);
        t->made = true;
    }
    if (t->ordered) {
        for (int i = 1; i <= t->pending; i++) {
            lua_pushvalue(L, t->at + 2 * i - 1);
            lua_pushvalue(L, t->at + 2 * i);
            lua_rawset(L, t->at);
        }
        lua_settop(L, t->at);
    } else {
        for (int i = 0; i < t->pending; i++)
            lua_rawset(L, t->at);
    }
    t->pending = 0;
}

/* Puts the pending elements into the table. */
static void settle_elements(struct lrek_pusher *p, struct table *t)
{
    lua_State *L = p->L;
    if (!t->made) {
        lua_createtable(L, t->pending, 0);
        lua_replace(L, t->at);
        t->made = true;
        for (lua_Integer i = t->pending; i >= 1; i--)
            lua_rawseti(L, t->at, i);
    } else { /* upwards, so that the table's array part grows */
        for (int i = 1; i <= t->pending; i++) {
            lua_pushvalue(L, t->at + i);
            lua_rawseti(L, t->at, t->count + i);
        }
        lua_settop(L, t->at);
    }
    t->count += t->pending;
    t->pending = 0;
}

/* Reads a known member's value and pushes the pair, unless it is null. */
static bool push_member(struct lrek_pusher *p, const struct rek_member *member, bool again,
                        struct table *t, struct lrek_place *place)
{
    enum rek_json_token token = rek_json_next(p->reader);
    if (token == REK_JSON_NULL && !again)
        return true;
    int top = t->at + 2 * t->pending;
    t->ordered |= again;
    place->name = member->name;
    lua_rawgeti(p->L, p->names, member->name_id + 1);
    if (token == REK_JSON_NULL)
        lua_pushnil(p->L); /* takes the earlier value away */
    else if (!push_value(p, member->shape, token, top + 1, place))
        return false;
    t->pending++;
    return true;
}

/* Reads the value under a key that is only known from the document, and pushes the pair. */
static bool push_entry(struct lrek_pusher *p, const struct rek_shape *shape, struct table *t,
                       struct lrek_place *place)
{
    int top = t->at + 2 * t->pending;
    place->name.len = p->reader->text.len;
    place->name.data = lua_pushlstring(p->L, p->reader->text.data, p->reader->text.len);
    enum rek_json_token token = rek_json_next(p->reader);
    if (token == REK_JSON_NULL)
        lua_pushnil(p->L);
    else if (!push_value(p, shape, token, top + 1, place))
        return false;
    t->ordered = true;
    t->pending++;
    return true;
}

/* An object: a structure, a map, or, where shape is NULL, of whatever kind. */
static bool push_object(struct lrek_pusher *p, const struct rek_shape *shape, int top,
                        const struct lrek_place *place)
{
    struct lrek_place here = {.parent = place};
    struct table t = {.at = top + 1};
    const struct rek_shape *structure = shape && shape->type == REK_STRUCTURE ? shape : NULL;
    const struct rek_shape *value = shape && shape->type == REK_MAP ? shape->value : NULL;
    uint64_t seen = 0;
    unsigned hint = 0;
    enum rek_json_token token;
    lua_pushnil(p->L);
    while ((token = rek_json_next(p->reader)) == REK_JSON_KEY) {
        make_room(p, t.at + 2 * t.pending);
        const struct rek_member *member =
            structure ? rek_shape_find_member(structure, p->reader->text, &hint) : NULL;
        if (member) {
            uint64_t bit = UINT64_C(1) << (member - structure->members);
            if (!push_member(p, member, seen & bit, &t, &here))
                return false;
            seen |= bit;
        } else if (!push_entry(p, value, &t, &here)) {
            return false;
        }
        if (t.pending == PENDING)
            settle_pairs(p, &t);
    }
    if (token == REK_JSON_ERROR)
        return lrek_fail_json(p, place);
    if (t.pending > 0 || !t.made)
        settle_pairs(p, &t);
    return true;
}

static bool push_array(struct lrek_pusher *p, const struct rek_shape *element, int top,
                       const struct lrek_place *place)
{
    struct lrek_place here = {.parent = place, .kind = LREK_INDEX};
    struct table t = {.at = top + 1};
    enum rek_json_token token;
    lua_pushnil(p->L);
    while ((token = rek_json_next(p->reader)) != REK_JSON_ARRAY_END) {
        here.index++;
        if (token == REK_JSON_NULL)
            continue;
        make_room(p, t.at + t.pending);
        if (!push_value(p, element, token, t.at + t.pending, &here))
            return false;
        if (++t.pending == PENDING)
            settle_elements(p, &t);
    }
    if (t.pending > 0 || !t.made)
        settle_elements(p, &t);
    return true;
}

/* A value that no shape tells anything of. */
static bool push_any(struct lrek_pusher *p, enum rek_json_token token, int top,
                     const struct lrek_place *place)
{
    switch (token) {
    case REK_JSON_OBJECT_BEGIN:
        return push_object(p, NULL, top, place);
    case REK_JSON_ARRAY_BEGIN:
        return push_array(p, NULL, top, place);
    case REK_JSON_STRING:
    case REK_JSON_NUMBER:
    case REK_JSON_TRUE:
    case REK_JSON_FALSE:
        return lrek_push_any_scalar(p, token, place);
    case REK_JSON_NULL:
        lua_pushnil(p->L);
        return true;
    default:
        return lrek_fail_json(p, place);
    }
}

/* Pushes the value that `token` begins, one slot above `top`, which is where the stack ends. */
static bool push_value(struct lrek_pusher *p, const struct rek_shape *shape,
                       enum rek_json_token token, int top, const struct lrek_place *place)
{
    switch (shape ? shape->type : REK_DOCUMENT) {
    case REK_STRUCTURE:
    case REK_MAP:
        if (token != REK_JSON_OBJECT_BEGIN)
            return lrek_fail_type(p, place, "an object", token);
        return push_object(p, shape, top, place);
    case REK_LIST:
        if (token != REK_JSON_ARRAY_BEGIN)
            return lrek_fail_type(p, place, "an array", token);
        return push_array(p, shape->value, top, place);
    case REK_DOCUMENT:
        return push_any(p, token, top, place);
    default:
        return lrek_push_scalar(p, shape, token, place);
    }
}

/* The whole document: one value and nothing behind it. */
static bool push_document(struct lrek_pusher *p, const struct rek_shape *shape)
{
    const struct lrek_place root = {0};
    int top = lua_gettop(p->L);
    make_room(p, top);
    enum rek_json_token token = rek_json_next(p->reader);
    if (shape && token == REK_JSON_NULL)
        lua_newtable(p->L); /* what is absent has no members */
    else if (!push_value(p, shape, token, top, &root))
        return false;
    return rek_json_next(p->reader) == REK_JSON_END || lrek_fail_json(p, &root);
}

static void push_message(lua_State *L, const struct lrek_problems *problems)
{
    const struct lrek_problem *problem = &problems->list[0];
    const char *text = problems->text.data + problem->start;
    if (problems->text.failed)
        luaL_error(L, "not enough memory");
    lua_pushlstring(L, text, problem->path_len);
    lua_pushstring(L, problem->path_len > 0 ? ": " : "");
    lua_pushlstring(L, text + problem->path_len, problem->message_len);
    lua_concat(L, 3);
}

/* `service` is NULL where `shape` is: then no member is known. */
static bool push(lua_State *L, const struct rek_service *service, const struct rek_shape *shape,
                 struct rek_slice text, size_t *offset)
{
    struct lrek_scratch *scratch = lrek_take_scratch(L);
    int box = lua_gettop(L);
    if (service)
        lua_rawgetp(L, LUA_REGISTRYINDEX, service->member_names);
    else
        lua_pushnil(L);
    struct lrek_pusher pusher = {.L = L,
                                 .reader = &scratch->reader,
                                 .bytes = &scratch->bytes,
                                 .problems = &scratch->problems,
                                 .names = box + 1};
    rek_json_reader_init(&scratch->reader, text);
    bool ok = push_document(&pusher, shape);
    if (!ok) {
        *offset = scratch->reader.error ? scratch->reader.offset
                                        : (size_t)(scratch->reader.cursor - text.data);
        push_message(L, &scratch->problems);
    }
    lrek_give_scratch(L, box);
    lua_replace(L, box);
    lua_settop(L, box);
    return ok;
}

bool lrek_push_response(lua_State *L, const struct rek_service *service,
                        const struct rek_shape *output, struct rek_slice body)
{
    size_t offset;
    if (body.len == 0) {
        lua_newtable(L);
        return true;
    }
    return push(L, service, output, body, &offset);
}

bool lrek_push_json(lua_State *L, struct rek_slice text, size_t *offset)
{
    return push(L, NULL, NULL, text, offset);
}

void lrek_open_names(lua_State *L, const struct rek_service *service)
{
    lua_createtable(L, (int)service->member_name_count, 0);
    for (size_t i = 0; i < service->member_name_count; i++) {
        lua_pushlstring(L, service->member_names[i].data, service->member_names[i].len);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, service->member_names);
}
