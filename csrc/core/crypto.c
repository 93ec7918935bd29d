#include "core/crypto.h"

#include "core/fork.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/random.h>

/* Not OpenSSL's generator: starting that would take as long as many calls do. */
bool rek_random_bytes(void *out, size_t len)
{
    const size_t most = 256; /* that the system returns whole, whatever happens */
    unsigned char *bytes = out;
    while (len > 0) {
        size_t count = len < most ? len : most;
#if defined(__linux__)
        ssize_t got = getrandom(bytes, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        count = (size_t)got;
#else
        if (getentropy(bytes, count) != 0)
            return false;
#endif
        bytes += count;
        len -= count;
    }
    return true;
}

/* The generator takes its time over each request, however small: UUIDs are cut from a larger piece,
 * which all threads share. (Memory of each thread's own would be made when a thread first looks at
 * it, and where there is none left, the C library ends the process.) What is left of the piece is
 * not used in the child of a fork, where it would give the parent's UUIDs. */
static struct {
    pthread_mutex_t lock;
    unsigned char bytes[1024];
    size_t left;
    unsigned generation;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool take_from_pool(unsigned char out[16])
{
    if (pool.left == 0 || pool.generation != rek_fork_generation()) {
        pool.left = 0;
        if (!rek_random_bytes(pool.bytes, sizeof pool.bytes))
            return false;
        pool.left = sizeof pool.bytes;
        pool.generation = rek_fork_generation();
    }
    pool.left -= 16;
    memcpy(out, pool.bytes + pool.left, 16);
    return true;
}

/* Where the lock is taken, it may be so for good: by a thread that a fork left behind. */
static bool next_uuid_bytes(unsigned char out[16])
{
    if (pthread_mutex_trylock(&pool.lock) != 0)
        return rek_random_bytes(out, 16);
    bool done = take_from_pool(out);
    pthread_mutex_unlock(&pool.lock);
    return done;
}

bool rek_random_uuid(char out[REK_UUID_LENGTH])
{
    unsigned char bytes[16];
    char digits[2 * sizeof bytes];
    if (!next_uuid_bytes(bytes))
        return false;
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* variant 10 */
    rek_hex_encode(digits, bytes, sizeof bytes);
    memcpy(out, digits, 8);
    memcpy(out + 9, digits + 8, 4);
    memcpy(out + 14, digits + 12, 4);
    memcpy(out + 19, digits + 16, 4);
    memcpy(out + 24, digits + 20, 12);
    out[8] = out[13] = out[18] = out[23] = '-';
    return true;
}

void rek_wipe(void *memory, size_t len)
{
    OPENSSL_cleanse(memory, len);
}

static char hex_digit(unsigned value)
{
    return (char)(value +
                  (value < 10 ? '0' : 'a' - 10)); /* no table: compilers make vectors of it */
}

void rek_hex_encode(char *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digit(bytes[i] >> 4);
        out[2 * i + 1] = hex_digit(bytes[i] & 15);
    }
}
