/* Between sigv4.c, sigv4_canonical.c (the first stage, the canonical request) and sigv4_fields.c
 * (headers and query parameters, sorted for it). */
#ifndef REK_SIGV4_INTERNAL_H
#define REK_SIGV4_INTERNAL_H

#include "core/checked.h"
#include "core/sigv4.h"

/* Empties the list and makes room for `count` fields. False when out of memory. */
REK_CHECKED bool rek_sigv4_fields_reset(struct rek_sigv4_fields *fields, size_t count);
/* Puts a field behind those of the same name (headers, whose order means something). */
void rek_sigv4_add_header(struct rek_sigv4_fields *fields, const struct rek_sigv4_field *field);
/* Puts a field behind those of the same name and a lesser value. */
void rek_sigv4_add_parameter(struct rek_sigv4_fields *fields, const struct rek_sigv4_field *field);

/* sigv4_date.c: writes the moment to signer->date. */
void rek_sigv4_date(struct rek_signer *signer, int64_t time_s);

/* Checks the request's headers and collects those to be signed into signer->headers, with room
 * left for the signer's own. Where the caller gave X-Amz-Content-Sha256 and no other payload hash,
 * result->payload_hash is its value. */
REK_CHECKED enum rek_sigv4_error rek_sigv4_collect_headers(struct rek_signer *signer,
                                                           const struct rek_sigv4_request *request,
                                                           const struct rek_sigv4_options *options,
                                                           struct rek_sigv4_result *result);

/* Whether the options leave this lower-case name to be signed. */
bool rek_sigv4_signs(const struct rek_sigv4_options *options, struct rek_slice name);

/* Collects the query's parameters, recoded, into signer->parameters, with room left for the
 * signer's own and `own_room` bytes for their text. In query form appends those that stay, as they
 * stand, to the result's target, each followed by "&". */
REK_CHECKED enum rek_sigv4_error
rek_sigv4_collect_parameters(struct rek_signer *signer, struct rek_slice query,
                             const struct rek_sigv4_options *options, size_t own_room,
                             struct rek_sigv4_result *result);

/* Checks method, target and headers; then writes signed_headers and canonical_request of the
 * result, and in query form its target but for the signature. The result's date stands already.
 * `credential` is "KEY/20150830/us-east-1/service/aws4_request". */
REK_CHECKED enum rek_sigv4_error rek_sigv4_canonical(struct rek_signer *signer,
                                                     const struct rek_sigv4_request *request,
                                                     const struct rek_sigv4_options *options,
                                                     struct rek_slice credential,
                                                     struct rek_sigv4_result *result);

#endif
