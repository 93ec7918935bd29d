/* Hexadecimal digits, wiping, random UUIDs. */
#include "check.h"
#include "core/crypto.h"

#include <string.h>

static void test_hex(void)
{
    unsigned char bytes[256];
    char got[512], expected[513];
    for (size_t i = 0; i < 256; i++) {
        bytes[i] = (unsigned char)i;
        snprintf(expected + 2 * i, 3, "%02x", (unsigned)i);
    }
    rek_hex_encode(got, bytes, sizeof bytes);
    CHECK_SLICE(rek_slice_of(got, sizeof got), rek_slice_of(expected, 512));
}

static void test_wipe(void)
{
    char secret[] = "secret";
    rek_wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++)
        CHECK(secret[i] == 0);
}

static void test_uuid(void)
{
    char first[REK_UUID_LENGTH], second[REK_UUID_LENGTH];
    CHECK(rek_random_uuid(first) && rek_random_uuid(second));
    CHECK(memcmp(first, second, sizeof first) != 0);
    for (int i = 0; i < REK_UUID_LENGTH; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23)
            CHECK(first[i] == '-');
        else
            CHECK(strchr("0123456789abcdef", first[i]) != NULL);
    }
    CHECK(first[14] == '4');
    CHECK(strchr("89ab", first[19]) != NULL);
}

int main(void)
{
    test_hex();
    test_wipe();
    test_uuid();
    return check_result();
}
