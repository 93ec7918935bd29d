/* The floor: what a call costs with nothing but libcurl and OpenSSL. One handle used again, the
 * body given as it is, a minimal signer with a cached signing key; no header but those that the
 * service needs; the response is received and not read.
 *
 * usage: floor MODE URL OPERATION BODY_FILE, or floor versions
 * MODE "first" makes one call and prints "done". MODE "calls" makes as many calls as each line of
 * its input says and prints CPU and wall time for each call, in microseconds. */
#include "clock.h"
#include "minimal_signer.h"

#include <curl/curl.h>

struct floor {
    CURL *curl;
    struct minimal_signer signer;
    char host[256];
    const char *operation;
    char *body;
    size_t body_len;
};

static size_t receive(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        exit(2);
    fseek(file, 0, SEEK_END);
    *len = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*len + 1);
    if (!data || fread(data, 1, *len, file) != *len)
        exit(2);
    fclose(file);
    return data;
}

static void call(struct floor *floor)
{
    char date[64], target[128], authorization[600];
    minimal_sign(&floor->signer, time(NULL), floor->host, floor->operation, floor->body,
                 floor->body_len);
    snprintf(date, sizeof date, "X-Amz-Date: %s", floor->signer.date);
    snprintf(target, sizeof target, "X-Amz-Target: RekognitionService.%s", floor->operation);
    snprintf(authorization, sizeof authorization, "Authorization: %s", floor->signer.authorization);
    struct curl_slist lines[] = {
        {(char *)"Content-Type: application/x-amz-json-1.1", &lines[1]},
        {target, &lines[2]},
        {date, &lines[3]},
        {authorization, &lines[4]},
        {(char *)"Expect:", &lines[5]},
        {(char *)"Accept:", NULL},
    };
    curl_easy_setopt(floor->curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(floor->curl, CURLOPT_POSTFIELDS, floor->body);
    curl_easy_setopt(floor->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)floor->body_len);
    long status = 0;
    if (curl_easy_perform(floor->curl) != CURLE_OK ||
        curl_easy_getinfo(floor->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
        status != 200) {
        fprintf(stderr, "floor: a call failed, status %ld\n", status);
        exit(1);
    }
}

static void start(struct floor *floor, char **arguments)
{
    const char *host = strstr(arguments[2], "//") + 2;
    snprintf(floor->host, sizeof floor->host, "%.*s", (int)strcspn(host, "/"), host);
    floor->operation = arguments[3];
    floor->body = read_file(arguments[4], &floor->body_len);
    minimal_signer_init(&floor->signer);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    floor->curl = curl_easy_init();
    curl_easy_setopt(floor->curl, CURLOPT_URL, arguments[2]);
    curl_easy_setopt(floor->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(floor->curl, CURLOPT_NOSIGNAL, 1L);
    if (floor->body_len > 65536)
        curl_easy_setopt(floor->curl, CURLOPT_UPLOAD_BUFFERSIZE, 2097152L);
}

int main(int argc, char **argv)
{
    struct floor floor;
    if (argc == 2 && strcmp(argv[1], "versions") == 0) {
        puts(curl_version());
        return 0;
    }
    if (argc != 5) {
        fprintf(stderr, "usage: floor first|calls URL OPERATION BODY_FILE, or floor versions\n");
        return 2;
    }
    start(&floor, argv);
    call(&floor); /* makes the connection */
    if (strcmp(argv[1], "first") == 0) {
        puts("done");
        return 0;
    }
    char line[32];
    while (fgets(line, sizeof line, stdin)) {
        long calls = strtol(line, NULL, 10);
        double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (long i = 0; i < calls; i++)
            call(&floor);
        cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        wall = seconds(CLOCK_MONOTONIC) - wall;
        printf("%.3f %.3f\n", cpu / (double)calls * 1e6, wall / (double)calls * 1e6);
        fflush(stdout);
    }
    return 0;
}
