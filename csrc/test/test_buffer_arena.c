#include "check.h"
#include "core/alloc.h"
#include "core/arena.h"
#include "core/buffer.h"

#include <stdalign.h>
#include <stdint.h>

static void test_buffer_holds_what_it_was_given(void)
{
    struct rek_buffer buffer;
    rek_buffer_init(&buffer);
    CHECK_TEXT(rek_buffer_slice(&buffer), "");
    rek_buffer_append(&buffer, NULL, 0);
    rek_buffer_append_slice(&buffer, REK_SLICE("a\0b"));
    rek_buffer_append_char(&buffer, 'c');
    CHECK_TEXT(rek_buffer_slice(&buffer), "a\0bc");
    for (int i = 0; i < 100000; i++)
        rek_buffer_append_char(&buffer, (char)('a' + i % 26));
    CHECK(buffer.len == 100004 && !buffer.failed);
    bool right = true;
    for (int i = 0; i < 100000; i++)
        right = right && buffer.data[4 + i] == 'a' + i % 26;
    CHECK(right);
    rek_buffer_clear(&buffer);
    CHECK(buffer.len == 0 && buffer.data == NULL);
    rek_buffer_append_char(&buffer, 'x');
    CHECK_TEXT(rek_buffer_slice(&buffer), "x");
    rek_buffer_wipe(&buffer);
    CHECK(buffer.len == 0 && buffer.data == NULL);
}

static void test_buffer_failure_sticks(void)
{
    struct rek_buffer buffer;
    rek_buffer_init(&buffer);
    rek_buffer_append_slice(&buffer, REK_SLICE("kept"));
    CHECK(rek_buffer_reserve(&buffer, SIZE_MAX) == NULL && buffer.failed);
    rek_buffer_append_char(&buffer, 'x');
    CHECK_TEXT(rek_buffer_slice(&buffer), "kept");
    CHECK(rek_buffer_reserve(&buffer, 1) == NULL);
    rek_buffer_clear(&buffer);
    CHECK(!buffer.failed);
}

static void test_buffer_out_of_memory(void)
{
    bool whole = false;
    for (long allowed = 0; !whole; allowed++) {
        struct rek_buffer buffer;
        rek_buffer_init(&buffer);
        rek_alloc_fail_after(allowed);
        for (int i = 0; i < 3000; i++)
            rek_buffer_append_char(&buffer, 'x');
        rek_alloc_fail_after(-1);
        whole = !buffer.failed;
        CHECK(whole ? buffer.len == 3000 : buffer.len < 3000);
        CHECK(buffer.len <= buffer.capacity);
        rek_buffer_clear(&buffer);
    }
}

/* Fills pieces of many sizes, and looks later whether all still hold what was put there. */
static bool fill_arena(struct rek_arena *arena)
{
    enum { PIECES = 300 };
    unsigned char *pieces[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = i * i % 2500;
        unsigned char *piece = rek_arena_alloc(arena, size);
        pieces[i] = piece;
        if (!piece)
            return false;
        CHECK((uintptr_t)piece % alignof(max_align_t) == 0);
        for (size_t j = 0; j < size; j++)
            if (!CHECK(piece[j] == 0))
                break;
        memset(piece, (int)(i & 255), size);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t j = 0; j < i * i % 2500; j++)
            if (!CHECK(pieces[i][j] == (i & 255)))
                return true;
    return true;
}

static void test_arena(void)
{
    struct rek_arena arena;
    rek_arena_init(&arena);
    CHECK(fill_arena(&arena));
    CHECK(rek_arena_alloc(&arena, SIZE_MAX) == NULL);
    rek_arena_clear(&arena);
    CHECK(fill_arena(&arena));
    rek_arena_reset(&arena);
    rek_alloc_fail_after(0); /* the block that stayed is enough for small pieces */
    CHECK(rek_arena_alloc(&arena, 10) != NULL);
    rek_alloc_fail_after(-1);
    CHECK(fill_arena(&arena));
    rek_arena_clear(&arena);
    rek_arena_clear(&arena);
    rek_arena_reset(&arena);
    CHECK(arena.blocks == NULL);
}

static void test_arena_out_of_memory(void)
{
    bool whole = false;
    for (long allowed = 0; !whole; allowed++) {
        struct rek_arena arena;
        rek_arena_init(&arena);
        rek_alloc_fail_after(allowed);
        whole = fill_arena(&arena);
        rek_alloc_fail_after(-1);
        CHECK(rek_arena_alloc(&arena, 10) != NULL);
        rek_arena_clear(&arena);
    }
}

int main(void)
{
    test_buffer_holds_what_it_was_given();
    test_buffer_failure_sticks();
    test_buffer_out_of_memory();
    test_arena();
    test_arena_out_of_memory();
    return check_result();
}
