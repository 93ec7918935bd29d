/* The floor: what a call costs with nothing but libcurl and OpenSSL. One handle used again, the
 * body given as it is, a minimal signer with a cached signing key; the answer is received and not
 * read.
 *
 * usage: floor URL OPERATION BODY_FILE CALLS
 * Prints CPU and wall time for each call in microseconds, and the peak memory in KiB, as JSON. */
#include <curl/curl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static EVP_MD *sha256;

static EVP_MD_CTX *key_state(const unsigned char key[32], unsigned char pad)
{
    unsigned char block[64];
    memset(block, pad, sizeof block);
    for (int i = 0; i < 32; i++)
        block[i] ^= key[i];
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    EVP_DigestInit_ex2(state, sha256, NULL);
    EVP_DigestUpdate(state, block, sizeof block);
    return state;
}

static void to_hex(char *out, const unsigned char digest[32])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = 0;
}

struct signer {
    EVP_MD_CTX *inner, *outer, *work;
    char date[17], authorization[512];
};

static void hash(struct signer *signer, const char *data, size_t len, char hex[65])
{
    unsigned char digest[32];
    EVP_DigestInit_ex2(signer->work, sha256, NULL);
    EVP_DigestUpdate(signer->work, data, len);
    EVP_DigestFinal_ex(signer->work, digest, NULL);
    to_hex(hex, digest);
}

static void sign(struct signer *signer, const char *host, const char *operation, const char *body,
                 size_t body_len)
{
    char hex[65], canonical[1024], to_sign[256];
    unsigned char digest[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(signer->date, sizeof signer->date, "%Y%m%dT%H%M%SZ", &utc);
    hash(signer, body, body_len, hex);
    int len =
        snprintf(canonical, sizeof canonical,
                 "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:%s\nx-amz-date:%s\n"
                 "x-amz-target:RekognitionService.%s\n\n"
                 "content-type;host;x-amz-date;x-amz-target\n%s",
                 host, signer->date, operation, hex);
    hash(signer, canonical, (size_t)len, hex);
    len = snprintf(to_sign, sizeof to_sign,
                   "AWS4-HMAC-SHA256\n%s\n%.8s/us-east-1/rekognition/aws4_request\n%s",
                   signer->date, signer->date, hex);
    EVP_MD_CTX_copy_ex(signer->work, signer->inner);
    EVP_DigestUpdate(signer->work, to_sign, (size_t)len);
    EVP_DigestFinal_ex(signer->work, digest, NULL);
    EVP_MD_CTX_copy_ex(signer->work, signer->outer);
    EVP_DigestUpdate(signer->work, digest, sizeof digest);
    EVP_DigestFinal_ex(signer->work, digest, NULL);
    to_hex(hex, digest);
    snprintf(signer->authorization, sizeof signer->authorization,
             "Authorization: AWS4-HMAC-SHA256 "
             "Credential=AKIDEXAMPLE/%.8s/us-east-1/rekognition/aws4_request, "
             "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=%s",
             signer->date, hex);
}

static size_t received;

static size_t receive(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    received += size * count;
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

static double seconds(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void call(CURL *curl, struct signer *signer, const char *host, const char *operation,
                 const char *body, size_t body_len)
{
    char date[64], target[128];
    sign(signer, host, operation, body, body_len);
    snprintf(date, sizeof date, "X-Amz-Date: %s", signer->date);
    snprintf(target, sizeof target, "X-Amz-Target: RekognitionService.%s", operation);
    struct curl_slist lines[] = {
        {(char *)"Content-Type: application/x-amz-json-1.1", &lines[1]},
        {target, &lines[2]},
        {date, &lines[3]},
        {signer->authorization, &lines[4]},
        {(char *)"Expect:", &lines[5]},
        {(char *)"Accept:", NULL},
    };
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_len);
    long status = 0;
    if (curl_easy_perform(curl) != CURLE_OK ||
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200) {
        fprintf(stderr, "floor: a call failed, status %ld\n", status);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: floor URL OPERATION BODY_FILE CALLS\n");
        return 2;
    }
    size_t body_len;
    char *body = read_file(argv[3], &body_len);
    long calls = strtol(argv[4], NULL, 10);
    const char *host = strstr(argv[1], "//") + 2;
    char host_name[256];
    snprintf(host_name, sizeof host_name, "%.*s", (int)strcspn(host, "/"), host);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    static const unsigned char key[32] = "a derived key, to measure with";
    struct signer signer = {key_state(key, 0x36), key_state(key, 0x5c), EVP_MD_CTX_new(), "", ""};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (body_len > 65536)
        curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 2097152L);
    if (calls > 1)
        call(curl, &signer, host_name, argv[2], body, body_len); /* the connection */
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (long i = 0; i < calls; i++)
        call(curl, &signer, host_name, argv[2], body, body_len);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"cpu_us\": %.3f, \"wall_us\": %.3f, \"peak_kib\": %ld}\n", cpu / (double)calls * 1e6,
           wall / (double)calls * 1e6, usage.ru_maxrss);
    curl_easy_cleanup(curl);
    return 0;
}
