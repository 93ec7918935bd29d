/* Signing alone, of a 590-byte body: the core's signer, the floor's, and the bare SHA-256 blocks.
 *
 * The bare blocks are the compressions that a signature with a cached key can't do without: as many
 * blocks of 64 bytes as the floor's signer hashes (body, canonical request, string to sign, outer
 * hash), hashed as one message through one context that is used again.
 *
 * usage: signing core|floor|blocks
 * Signs as often as each line of its input says and prints CPU and wall time for each signature, in
 * microseconds; "blocks" prints their number to stderr first. */
#include "clock.h"
#include "core/sigv4.h"
#include "minimal_signer.h"

enum { BODY_LEN = 590 };

static char body[BODY_LEN];
static const char host[] = "rekognition.us-east-1.amazonaws.com";
static struct minimal_signer minimal;
static struct rek_signer signer;
static struct rek_sigv4_result result;
static size_t blocks;

static void sign_core(long now)
{
    const struct rek_http_header headers[] = {
        {REK_SLICE("Host"), rek_slice_of(host, sizeof host - 1)},
        {REK_SLICE("Content-Type"), REK_SLICE("application/x-amz-json-1.1")},
        {REK_SLICE("X-Amz-Target"), REK_SLICE("RekognitionService.CopyProjectVersion")},
    };
    const struct rek_sigv4_request request = {
        .method = REK_SLICE("POST"),
        .target = REK_SLICE("/"),
        .body = rek_slice_of(body, sizeof body),
        .headers = headers,
        .header_count = 3,
    };
    const struct rek_sigv4_options options = {
        .region = REK_SLICE("us-east-1"),
        .service = REK_SLICE("rekognition"),
        .credentials = {.access_key_id = REK_SLICE("AKIDEXAMPLE"),
                        .secret_access_key = REK_SLICE("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")},
        .time_s = now,
        .normalize_path = true,
        .double_encode = true,
    };
    if (rek_sigv4_sign(&signer, &request, &options, &result) != REK_SIGV4_OK)
        exit(1);
}

static void sign_floor(long now)
{
    minimal_sign(&minimal, now, host, "CopyProjectVersion", body, sizeof body);
}

static void hash_blocks(long now)
{
    static char message[64 * 64];
    unsigned char out[32];
    (void)now;
    EVP_DigestInit_ex2(minimal.work, minimal.sha256, NULL);
    EVP_DigestUpdate(minimal.work, message, blocks * 64 - 9);
    EVP_DigestFinal_ex(minimal.work, out, NULL);
}

int main(int argc, char **argv)
{
    void (*run)(long) = NULL;
    if (argc == 2)
        run = strcmp(argv[1], "core") == 0     ? sign_core
              : strcmp(argv[1], "floor") == 0  ? sign_floor
              : strcmp(argv[1], "blocks") == 0 ? hash_blocks
                                               : NULL;
    if (!run || !rek_signer_init(&signer)) {
        fprintf(stderr, "usage: signing core|floor|blocks\n");
        return 2;
    }
    memset(body, 'x', sizeof body);
    minimal_signer_init(&minimal);
    sign_floor(0);
    blocks = minimal.blocks;
    if (run == hash_blocks)
        fprintf(stderr, "signing: %zu blocks of 64 bytes for each signature\n", blocks);
    char line[32];
    while (fgets(line, sizeof line, stdin)) {
        long count = strtol(line, NULL, 10), now = (long)time(NULL);
        double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (long i = 0; i < count; i++)
            run(now + (i & 7)); /* the time changes, as it does */
        cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        wall = seconds(CLOCK_MONOTONIC) - wall;
        printf("%.5f %.5f\n", cpu / (double)count * 1e6, wall / (double)count * 1e6);
        fflush(stdout);
    }
    return 0;
}
