/* The floor of many calls in flight: curl_multi_perform and curl_multi_poll on one multi handle,
 * the signer of floor.c, a handle for each call in flight, used again immediately. It sends what
 * our client sends, in bytes and headers.
 *
 * usage: engine_floor URL OPERATION BODY_FILE IN_FLIGHT [CA_FILE]
 * Makes as many calls as each line of its input says and prints CPU and wall time for each call, in
 * microseconds. */
#include "clock.h"
#include "minimal_signer.h"

#include <curl/curl.h>

struct slot {
    CURL *curl;
    char date[64], target[128], authorization[600];
    struct curl_slist lines[10];
};

struct floor {
    CURLM *multi;
    struct minimal_signer signer;
    char host[256];
    const char *operation;
    char body[4096];
    size_t body_len;
    struct slot *slots;
    long in_flight;
};

static size_t receive(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

/* What our client sends beside the signature, and what libcurl must not send. */
static char *others[6] = {
    (char *)"User-Agent: rekognition-lua/0.1.0 ua/2.1 os/linux lang/lua#5.4 m/E,N,e",
    (char *)"amz-sdk-invocation-id: 1d4e3170-b919-407f-b6a0-fb3f85b38265",
    (char *)"amz-sdk-request: attempt=1; max=3",
    (char *)"Accept-Encoding: gzip",
    (char *)"Expect:",
    (char *)"Accept:",
};

static void begin(struct floor *floor, struct slot *slot)
{
    minimal_sign(&floor->signer, time(NULL), floor->host, floor->operation, floor->body,
                 floor->body_len);
    snprintf(slot->date, sizeof slot->date, "X-Amz-Date: %s", floor->signer.date);
    snprintf(slot->target, sizeof slot->target, "X-Amz-Target: RekognitionService.%s",
             floor->operation);
    snprintf(slot->authorization, sizeof slot->authorization, "Authorization: %s",
             floor->signer.authorization);
    struct curl_slist *lines = slot->lines;
    lines[0] = (struct curl_slist){(char *)"Content-Type: application/x-amz-json-1.1", &lines[1]};
    lines[1] = (struct curl_slist){slot->target, &lines[2]};
    lines[2] = (struct curl_slist){slot->date, &lines[3]};
    lines[3] = (struct curl_slist){slot->authorization, &lines[4]};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        lines[4 + i] = (struct curl_slist){others[i], i < 5 ? &lines[5 + i] : NULL};
    curl_easy_setopt(slot->curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(slot->curl, CURLOPT_POSTFIELDS, floor->body);
    curl_easy_setopt(slot->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)floor->body_len);
    curl_multi_add_handle(floor->multi, slot->curl);
}

static void check(CURLMsg *message)
{
    long status = 0;
    curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
    if (message->data.result == CURLE_OK && status == 200)
        return;
    fprintf(stderr, "engine_floor: a call failed, status %ld\n", status);
    exit(1);
}

static void run(struct floor *floor, long calls)
{
    long started = 0, ended = 0;
    for (; started < floor->in_flight && started < calls; started++)
        begin(floor, &floor->slots[started]);
    while (ended < calls) {
        int running, left;
        CURLMsg *message;
        curl_multi_perform(floor->multi, &running);
        while ((message = curl_multi_info_read(floor->multi, &left))) {
            struct slot *slot;
            check(message);
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
            curl_multi_remove_handle(floor->multi, slot->curl);
            ended++;
            if (started++ < calls)
                begin(floor, slot);
        }
        if (ended < calls)
            curl_multi_poll(floor->multi, NULL, 0, 1000, NULL);
    }
}

static void start(struct floor *floor, char **arguments)
{
    const char *host = strstr(arguments[1], "//") + 2;
    snprintf(floor->host, sizeof floor->host, "%.*s", (int)strcspn(host, "/"), host);
    floor->operation = arguments[2];
    FILE *file = fopen(arguments[3], "rb");
    floor->body_len = file ? fread(floor->body, 1, sizeof floor->body, file) : 0;
    floor->in_flight = strtol(arguments[4], NULL, 10);
    minimal_signer_init(&floor->signer);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    floor->multi = curl_multi_init();
    curl_multi_setopt(floor->multi, CURLMOPT_MAXCONNECTS, floor->in_flight);
    floor->slots = calloc((size_t)floor->in_flight, sizeof *floor->slots);
    for (long i = 0; i < floor->in_flight; i++) {
        CURL *curl = floor->slots[i].curl = curl_easy_init();
        curl_easy_setopt(curl, CURLOPT_URL, arguments[1]);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        if (arguments[5])
            curl_easy_setopt(curl, CURLOPT_CAINFO, arguments[5]);
        curl_easy_setopt(curl, CURLOPT_PRIVATE, &floor->slots[i]);
    }
}

int main(int argc, char **argv)
{
    struct floor floor = {0};
    if (argc != 5 && argc != 6) {
        fprintf(stderr, "usage: engine_floor URL OPERATION BODY_FILE IN_FLIGHT [CA_FILE]\n");
        return 2;
    }
    start(&floor, argv);
    run(&floor, floor.in_flight); /* makes the connections */
    char line[32];
    while (fgets(line, sizeof line, stdin)) {
        long calls = strtol(line, NULL, 10);
        double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        run(&floor, calls);
        cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        wall = seconds(CLOCK_MONOTONIC) - wall;
        printf("%.3f %.3f\n", cpu / (double)calls * 1e6, wall / (double)calls * 1e6);
        fflush(stdout);
    }
    return 0;
}
