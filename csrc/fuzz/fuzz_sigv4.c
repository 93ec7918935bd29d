/* Signs what the fuzzer makes up. The first two bytes are switches; then come fields, each ended by
 * a byte 0xff: method, target, body, region, service, key id, secret, token, payload hash, signed
 * headers, and then names and values of headers. */
#include "core/sigv4.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIELDS = 10, MAX_HEADERS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rek_slice next_field(struct rek_slice *input)
{
    const char *end = input->len > 0 ? memchr(input->data, 0xff, input->len) : NULL;
    size_t len = end ? (size_t)(end - input->data) : input->len;
    struct rek_slice field = rek_slice_of(input->data, len);
    size_t taken = end ? len + 1 : len;
    *input = rek_slice_of(input->data + taken, input->len - taken);
    return field;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Nothing that is sent may break a line. */
static void check_sent(const struct rek_sigv4_result *result)
{
    struct rek_slice target = rek_buffer_slice(&result->target);
    require(target.len > 0 && target.data[0] == '/');
    for (size_t i = 0; i < target.len; i++)
        require((unsigned char)target.data[i] >= ' ');
    for (size_t i = 0; i < result->added_count; i++)
        require(rek_http_is_token(result->added[i].name) &&
                rek_http_is_value(result->added[i].value));
}

/* The canonical request has as many lines as it should: 3, one for each header, 3. */
static void check_lines(const struct rek_sigv4_result *result)
{
    size_t lines = 1, names = 1;
    for (size_t i = 0; i < result->canonical_request.len; i++)
        lines += result->canonical_request.data[i] == '\n';
    for (size_t i = 0; i < result->signed_headers.len; i++)
        names += result->signed_headers.data[i] == ';';
    require(lines == 6 + names);
}

static void sign(const struct rek_sigv4_request *request, const struct rek_sigv4_options *options)
{
    static struct rek_signer signer;
    static struct rek_sigv4_result result;
    if (!signer.ready)
        require(rek_signer_init(&signer));
    if (rek_sigv4_sign(&signer, request, options, &result) != REK_SIGV4_OK)
        return;
    check_sent(&result);
    check_lines(&result);
    char first[REK_SIGV4_SIGNATURE_SIZE];
    memcpy(first, result.signature, sizeof first);
    require(rek_sigv4_sign(&signer, request, options, &result) == REK_SIGV4_OK);
    require(memcmp(first, result.signature, sizeof first) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rek_http_header headers[MAX_HEADERS];
    struct rek_sigv4_request request = {.headers = headers};
    struct rek_sigv4_options options = {0};
    if (size < 2)
        return 0;
    struct rek_slice input = rek_slice_of((const char *)data + 2, size - 2);
    struct rek_slice *const fields[FIELDS] = {
        &request.method,
        &request.target,
        &request.body,
        &options.region,
        &options.service,
        &options.credentials.access_key_id,
        &options.credentials.secret_access_key,
        &options.credentials.session_token,
        &options.payload_hash,
        &options.signed_headers,
    };
    for (size_t i = 0; i < FIELDS; i++)
        *fields[i] = next_field(&input);
    while (input.len > 0 && request.header_count < MAX_HEADERS) {
        struct rek_http_header *header = &headers[request.header_count++];
        header->name = next_field(&input);
        header->value = next_field(&input);
    }
    options.mode = data[0] & 1 ? REK_SIGV4_QUERY : REK_SIGV4_HEADER;
    options.normalize_path = data[0] & 2;
    options.double_encode = data[0] & 4;
    options.sign_body = data[0] & 8;
    options.token_after = data[0] & 16;
    options.expires_s = data[1];
    options.time_s = (int64_t)data[1] << (data[0] >> 4) * 2;
    sign(&request, &options);
    return 0;
}
