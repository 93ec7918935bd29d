/* Signing: AWS's worked example, what stays between calls, and what happens when memory ends. The
 * specs hold the long list of vectors. */
#include "check.h"
#include "core/alloc.h"
#include "core/sigv4.h"

static const struct rek_http_header headers[] = {
    {{"Content-Type", 12}, {"application/x-www-form-urlencoded; charset=utf-8", 48}},
    {{"Host", 4}, {"iam.amazonaws.com", 17}},
};

/* The request of AWS's "Create a signed AWS API request", as it stood in the General Reference. */
static struct rek_sigv4_request iam_request(void)
{
    return (struct rek_sigv4_request){
        .method = REK_SLICE("GET"),
        .target = REK_SLICE("/?Action=ListUsers&Version=2010-05-08"),
        .headers = headers,
        .header_count = COUNT_OF(headers),
    };
}

static struct rek_sigv4_options iam_options(void)
{
    return (struct rek_sigv4_options){
        .region = REK_SLICE("us-east-1"),
        .service = REK_SLICE("iam"),
        .credentials = {REK_SLICE("AKIDEXAMPLE"),
                        REK_SLICE("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                        {NULL, 0}},
        .time_s = 1440938160,
        .normalize_path = true,
        .double_encode = true,
    };
}

#define IAM_SIGNATURE "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"

static struct rek_slice signature(const struct rek_sigv4_result *result)
{
    return rek_slice_of(result->signature, sizeof result->signature);
}

static void test_worked_example(void)
{
    struct rek_signer signer;
    struct rek_sigv4_result result;
    struct rek_sigv4_request request = iam_request();
    struct rek_sigv4_options options = iam_options();
    rek_sigv4_result_init(&result);
    if (!CHECK(rek_signer_init(&signer)))
        return;
    CHECK(rek_sigv4_sign(&signer, &request, &options, &result) == REK_SIGV4_OK);
    CHECK_TEXT(rek_buffer_slice(&result.canonical_request),
               "GET\n/\nAction=ListUsers&Version=2010-05-08\n"
               "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
               "host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
               "content-type;host;x-amz-date\n"
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK_TEXT(rek_buffer_slice(&result.string_to_sign),
               "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
               "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
    CHECK_TEXT(signature(&result), IAM_SIGNATURE);
    CHECK(result.added_count == 2);
    CHECK_TEXT(result.added[1].name, "Authorization");
    CHECK_TEXT(result.added[1].value,
               "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
               "SignedHeaders=content-type;host;x-amz-date, Signature=" IAM_SIGNATURE);
    rek_sigv4_result_clear(&result);
    rek_signer_clear(&signer);
    rek_signer_clear(&signer);
}

/* A warm call needs no memory. */
static void test_warm_call(void)
{
    struct rek_signer signer;
    struct rek_sigv4_result result;
    struct rek_sigv4_request request = iam_request();
    struct rek_sigv4_options options = iam_options();
    rek_sigv4_result_init(&result);
    if (!CHECK(rek_signer_init(&signer)))
        return;
    CHECK(rek_sigv4_sign(&signer, &request, &options, &result) == REK_SIGV4_OK);
    rek_alloc_fail_after(0);
    options.time_s += 1;
    CHECK(rek_sigv4_sign(&signer, &request, &options, &result) == REK_SIGV4_OK);
    options.time_s += 86400;
    CHECK(rek_sigv4_sign(&signer, &request, &options, &result) == REK_SIGV4_NO_MEMORY);
    rek_alloc_fail_after(-1);
    options.time_s = 1440938160;
    CHECK(rek_sigv4_sign(&signer, &request, &options, &result) == REK_SIGV4_OK);
    CHECK_TEXT(signature(&result), IAM_SIGNATURE);
    rek_sigv4_result_clear(&result);
    rek_signer_clear(&signer);
}

/* Each allocation fails in turn; the call after it is right. */
static void test_out_of_memory(enum rek_sigv4_mode mode)
{
    struct rek_sigv4_request request = iam_request();
    struct rek_sigv4_options options = iam_options();
    options.credentials.session_token = REK_SLICE("token");
    options.mode = mode;
    options.expires_s = 60;
    char expected[REK_SIGV4_SIGNATURE_SIZE] = {0};
    int failures = 0;
    for (long count = 100; count >= 0; count--) {
        struct rek_signer signer;
        struct rek_sigv4_result result;
        rek_sigv4_result_init(&result);
        if (!CHECK(rek_signer_init(&signer)))
            return;
        rek_alloc_fail_after(count);
        enum rek_sigv4_error error = rek_sigv4_sign(&signer, &request, &options, &result);
        rek_alloc_fail_after(-1);
        failures += error != REK_SIGV4_OK;
        CHECK(error == REK_SIGV4_OK || error == REK_SIGV4_NO_MEMORY ||
              error == REK_SIGV4_NO_CRYPTO);
        CHECK(rek_sigv4_sign(&signer, &request, &options, &result) == REK_SIGV4_OK);
        if (count == 100)
            memcpy(expected, result.signature, sizeof expected);
        CHECK_SLICE(signature(&result), rek_slice_of(expected, sizeof expected));
        rek_sigv4_result_clear(&result);
        rek_signer_clear(&signer);
    }
    CHECK(failures > 5);
}

static void test_replaces(void)
{
    struct rek_sigv4_options options = iam_options();
    CHECK(rek_sigv4_replaces(&options, REK_SLICE("authorization")));
    CHECK(rek_sigv4_replaces(&options, REK_SLICE("X-AMZ-date")));
    CHECK(!rek_sigv4_replaces(&options, REK_SLICE("X-Amz-Security-Token")));
    CHECK(!rek_sigv4_replaces(&options, REK_SLICE("X-Amz-Content-Sha256")));
    CHECK(!rek_sigv4_replaces(&options, REK_SLICE("Host")));
    options.sign_body = true;
    options.credentials.session_token = REK_SLICE("token");
    CHECK(rek_sigv4_replaces(&options, REK_SLICE("X-Amz-Security-Token")));
    CHECK(rek_sigv4_replaces(&options, REK_SLICE("x-amz-content-sha256")));
}

static void test_sentences(void)
{
    for (int error = REK_SIGV4_OK; error <= REK_SIGV4_SIGNED_HEADERS; error++) {
        CHECK(rek_sigv4_subject((enum rek_sigv4_error)error) != NULL);
        CHECK(rek_sigv4_message((enum rek_sigv4_error)error) != NULL);
    }
}

int main(void)
{
    test_worked_example();
    test_warm_call();
    test_out_of_memory(REK_SIGV4_HEADER);
    test_out_of_memory(REK_SIGV4_QUERY);
    test_replaces();
    test_sentences();
    return check_result();
}
