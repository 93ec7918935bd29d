/* The first stage of SigV4, the canonical request. Only sigv4.c uses this. */
#ifndef REK_SIGV4_CANONICAL_H
#define REK_SIGV4_CANONICAL_H

#include "core/sigv4.h"

/* Checks method, target and headers; then writes signed_headers and canonical_request of the
 * result, and in query form its target but for the signature. The result's date stands already.
 * `credential` is "KEY/20150830/us-east-1/service/aws4_request". */
enum rek_sigv4_error
rek_sigv4_canonical(struct rek_signer *signer, const struct rek_sigv4_request *request,
                    const struct rek_sigv4_options *options, struct rek_slice credential,
                    struct rek_sigv4_result *result) __attribute__((warn_unused_result));

#endif
