#include "binding/load_internal.h"

#include "binding/nearest.h"
#include "core/crypto.h"

#include <stdio.h>

/* Up to this many members are all listed where an unknown one is met. */
enum { FEW_MEMBERS = 8, MEMBERS_SIZE = 256 };

static void load_value(struct lrek_loader *l, const struct rek_shape *shape, void *out,
                       const struct lrek_place *place);

static void *allocate(struct lrek_loader *l, size_t count, size_t size)
{
    void *piece = count > SIZE_MAX / size ? NULL : rek_arena_alloc(l->arena, count * size);
    if (!piece)
        lrek_fail(l, "not enough memory");
    return piece;
}

/* Writes a structure's members if they are few, or an empty text. */
static void list_members(const struct rek_shape *shape, const char *before, char out[MEMBERS_SIZE])
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned i = 0; shape->member_count <= FEW_MEMBERS && i < shape->member_count; i++) {
        const struct rek_slice *name = &shape->members[i].name;
        int wrote = snprintf(out + len, MEMBERS_SIZE - len, "%s%.*s", i == 0 ? before : ", ",
                             (int)name->len, name->data);
        len += (size_t)wrote;
        if (len >= MEMBERS_SIZE)
            break;
    }
}

static void report_unknown(struct lrek_loader *l, const struct rek_shape *shape,
                           const struct lrek_place *place)
{
    if (place->kind != LREK_NAME) {
        lrek_report(l->problems, place, "must have the name of a member as the key, got %s",
                    lrek_type_name(l->L, -2));
        return;
    }
    struct rek_slice near =
        lrek_nearest(place->name, shape->members, sizeof *shape->members, shape->member_count);
    char names[MEMBERS_SIZE];
    list_members(shape, "; the members are ", names);
    lrek_report(l->problems, place, "unknown member%s%.*s%s%s",
                near.len > 0 ? ", did you mean " : "", (int)near.len, near.len > 0 ? near.data : "",
                near.len > 0 ? "?" : "", names);
}

static void fill_token(struct lrek_loader *l, struct rek_slice *out)
{
    char *uuid = allocate(l, 1, REK_UUID_LENGTH);
    if (!uuid)
        return;
    if (!rek_random_uuid(uuid))
        lrek_fail(l, "the system gave no random bytes");
    *out = rek_slice_of(uuid, REK_UUID_LENGTH);
    l->body_size += REK_UUID_LENGTH + 2;
}

/* Returns which members there are, after those that are absent were filled in or reported. */
static uint64_t complete(struct lrek_loader *l, const struct rek_shape *shape, uint64_t present,
                         char *request, const struct lrek_place *place)
{
    for (unsigned i = 0; i < shape->member_count; i++) {
        const struct rek_member *member = &shape->members[i];
        if (present >> i & 1)
            continue;
        if (member->idempotency_token) {
            fill_token(l, (struct rek_slice *)(request + member->offset));
            present |= UINT64_C(1) << i;
            l->body_size += member->name.len + 4;
        } else if (member->required) {
            struct lrek_place here = {
                .parent = place, .name = member->name, .depth = place->depth + 1};
            lrek_report(l->problems, &here, "required, but missing");
        }
    }
    return present;
}

/* Whether the value on top is a table that can be entered. */
static bool check_table(struct lrek_loader *l, const char *wanted, const struct lrek_place *place)
{
    if (lua_type(l->L, -1) != LUA_TTABLE) {
        lrek_report_type(l, place, wanted);
        return false;
    }
    if (place->depth >= LREK_MAX_DEPTH) {
        lrek_report(l->problems, place, "nested deeper than %d levels (a cycle?)", LREK_MAX_DEPTH);
        return false;
    }
    return true;
}

/* The same for a structure; the message has its members, unless it is the whole of the parameters.
 */
static bool check_structure(struct lrek_loader *l, const struct rek_shape *shape,
                            const struct lrek_place *place)
{
    if (lua_type(l->L, -1) == LUA_TTABLE || !place->parent)
        return check_table(l, "table", place);
    char names[MEMBERS_SIZE], wanted[MEMBERS_SIZE + 16];
    list_members(shape, " with the members ", names);
    snprintf(wanted, sizeof wanted, "table%s", names);
    return check_table(l, wanted, place);
}

static void *load_structure(struct lrek_loader *l, const struct rek_shape *shape,
                            const struct lrek_place *place)
{
    lua_State *L = l->L;
    if (!check_structure(l, shape, place))
        return NULL;
    char *request = allocate(l, 1, shape->size);
    if (!request)
        return NULL;
    l->body_size += 2;
    uint64_t present = 0;
    unsigned hint = 0;
    lua_pushnil(L);
    while (!l->failure && lua_next(L, -2)) {
        const struct rek_member *member = NULL;
        struct lrek_place here = {.parent = place, .depth = place->depth + 1};
        if (lua_type(L, -2) == LUA_TSTRING) {
            here.name = lrek_string_at(L, -2);
            member = rek_shape_find_member(shape, here.name, &hint);
        }
        if (member) {
            present |= UINT64_C(1) << (member - shape->members);
            l->body_size += member->name.len + 4;
            load_value(l, member->shape, request + member->offset, &here);
        } else {
            char text[32];
            here = lrek_place_of_key(L, -2, place, text);
            report_unknown(l, shape, &here);
        }
        lua_pop(L, 1);
    }
    *(uint64_t *)(void *)request = complete(l, shape, present, request, place);
    return request;
}

static bool is_element(lua_State *L, int key)
{
    return lua_isinteger(L, key) && lua_tointeger(L, key) >= 1;
}

/* Counts the elements of the list on top and reports what else is in it, holes first of all. */
static size_t check_elements(struct lrek_loader *l, bool *dense, const struct lrek_place *place)
{
    lua_State *L = l->L;
    size_t count = 0;
    lua_Integer last = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        if (is_element(L, -1)) {
            lua_Integer index = lua_tointeger(L, -1);
            last = index > last ? index : last;
            count++;
        } else {
            char text[32];
            struct lrek_place here = lrek_place_of_key(L, -1, place, text);
            lrek_report(l->problems, &here,
                        "not an element of a list: those have the keys 1, 2, "
                        "3 and so on");
        }
    }
    *dense = (lua_Unsigned)last == count;
    if (!*dense) {
        struct lrek_place hole = {.parent = place, .kind = LREK_INDEX, .depth = place->depth + 1};
        int type;
        do {
            type = lua_rawgeti(L, -1, ++hole.index);
            lua_pop(L, 1);
        } while (type != LUA_TNIL);
        lrek_report(l->problems, &hole,
                    "missing: a list has no holes, and this one goes on to " LUA_INTEGER_FMT, last);
    }
    return count;
}

static void load_list(struct lrek_loader *l, const struct rek_shape *shape, struct rek_list *out,
                      const struct lrek_place *place)
{
    lua_State *L = l->L;
    if (!check_table(l, "table (a list)", place))
        return;
    bool dense;
    size_t count = check_elements(l, &dense, place);
    lrek_check_count(l, shape, count, "element", place);
    l->body_size += 2 + count;
    size_t storage = rek_shape_storage(shape->value);
    char *items = count > 0 ? allocate(l, count, storage) : NULL;
    if (!items)
        return;
    size_t slot = 0;
    lua_pushnil(L);
    while (!l->failure && lua_next(L, -2)) {
        if (is_element(L, -2)) {
            struct lrek_place here = {.parent = place,
                                      .kind = LREK_INDEX,
                                      .index = lua_tointeger(L, -2),
                                      .depth = place->depth + 1};
            slot = dense ? (size_t)here.index - 1 : slot;
            load_value(l, shape->value, items + slot++ * storage, &here);
        }
        lua_pop(L, 1);
    }
    *out = (struct rek_list){.items = items, .count = count};
}

static size_t count_pairs(lua_State *L)
{
    size_t count = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        count++;
    }
    return count;
}

static void load_map(struct lrek_loader *l, const struct rek_shape *shape, struct rek_map *out,
                     const struct lrek_place *place)
{
    lua_State *L = l->L;
    if (!check_table(l, "table (a map)", place))
        return;
    size_t count = count_pairs(L);
    lrek_check_count(l, shape, count, "key", place);
    size_t storage = rek_shape_storage(shape->value);
    struct rek_slice *keys = count > 0 ? allocate(l, count, sizeof *keys) : NULL;
    char *values = keys ? allocate(l, count, storage) : NULL;
    l->body_size += 2;
    if (!values)
        return;
    size_t slot = 0;
    lua_pushnil(L);
    while (!l->failure && lua_next(L, -2)) {
        char text[32];
        struct lrek_place here = lrek_place_of_key(L, -2, place, text);
        if (here.kind == LREK_NAME) {
            keys[slot] = here.name;
            lrek_check_text(l, shape->key, here.name, &here);
            l->body_size += here.name.len + 4;
            load_value(l, shape->value, values + slot++ * storage, &here);
        } else {
            lrek_report(l->problems, &here,
                        "must have a string as the key, got %s; a map is {name = value}",
                        lrek_type_name(L, -2));
        }
        lua_pop(L, 1);
    }
    *out = (struct rek_map){.keys = keys, .values = values, .count = slot};
}

/* Reads the value on top of the stack, which stays there, into its storage. */
static void load_value(struct lrek_loader *l, const struct rek_shape *shape, void *out,
                       const struct lrek_place *place)
{
    switch (shape->type) {
    case REK_STRUCTURE:
        *(void **)out = load_structure(l, shape, place);
        return;
    case REK_LIST:
        load_list(l, shape, out, place);
        return;
    case REK_MAP:
        load_map(l, shape, out, place);
        return;
    case REK_DOCUMENT:
        lrek_load_document(l, out, place);
        return;
    default:
        lrek_load_scalar(l, shape, out, place);
    }
}

/* A call without parameters: no members, all of which may be required. */
static const void *load_nothing(struct lrek_loader *l, const struct rek_shape *shape,
                                const struct lrek_place *root)
{
    char *request = allocate(l, 1, shape->size);
    l->body_size += 2;
    if (request)
        *(uint64_t *)(void *)request = complete(l, shape, 0, request, root);
    return request;
}

const void *lrek_load(struct lrek_loader *l, int index, const struct rek_shape *shape)
{
    const struct lrek_place root = {0};
    const void *request = NULL;
    /* A key and a value for each level, and what the functions above push for a moment. */
    if (!lua_checkstack(l->L, 3 * (LREK_MAX_DEPTH + 2))) {
        lrek_fail(l, "not enough memory");
    } else if (lua_isnoneornil(l->L, index)) {
        request = load_nothing(l, shape, &root);
    } else {
        lua_pushvalue(l->L, index);
        request = load_structure(l, shape, &root);
        lua_pop(l->L, 1);
    }
    if (l->problems->text.failed)
        lrek_fail(l, "not enough memory");
    return l->failure || l->problems->count > 0 ? NULL : request;
}
