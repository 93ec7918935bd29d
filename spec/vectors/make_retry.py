"""Writes retry-standard/cases.json: what botocore's standard retry mode does with answers.

Sequences of answers (fixed ones, and random ones from a fixed seed) go through botocore's own retry
classes, whose delays take a given number for the random one; what it decides stands in the cases, in
the form that the conformance runner reads. Needs the botocore that has the behaviour of November 2026.

usage: make_retry.py > retry-standard/cases.json
"""

import json
import random

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.retries import quota, standard

CODES = [
    None, "ThrottlingException", "ProvisionedThroughputExceededException", "LimitExceededException",
    "InvalidParameterException", "AccessDeniedException", "RequestTimeout", "SlowDown", "InternalServerError",
    "ResourceInUseException", "TooManyRequestsException", "Unheard",
]
STATUSES = [200, 400, 429, 500, 501, 502, 503, 504, None]
RETRY_AFTER = [None, None, None, "0", "40", "1500", "60000", "soon", "-5"]

model = botocore.session.Session().get_service_model("rekognition").operation_model("DescribeProjects")


class Peer:
    """botocore's retry handler with its parts in view."""

    def __init__(self, given):
        adapter = standard.RetryEventAdapter()
        detector = standard.ThrottlingErrorDetector(adapter)
        self.quota = quota.RetryQuota(given["initial_retry_tokens"])
        self.checker = standard.RetryQuotaChecker(self.quota, detector)
        self.conditions = standard.StandardRetryConditions(given["max_attempts"])
        self.policy = standard.RetryPolicy(self.conditions, standard.ExponentialBackoff(
            max_backoff=given["max_backoff_time"], random=lambda: given["exponential_base"],
            throttling_detector=detector))
        self.adapter = adapter
        self.begin()

    def begin(self):
        self.attempt, self.context = 0, {}

    def answer(self, step):
        """What follows an answer: the outcome, the quota, the delay."""
        self.attempt += 1
        status = step.get("status_code")
        response, caught = None, None
        if status is None:
            caught = ReadTimeoutError(endpoint_url="https://example.invalid")
        else:
            raw = AWSResponse("https://example.invalid", status, step.get("headers", {}), None)
            parsed = {"Error": {"Code": step["error_code"]}} if step.get("error_code") else {}
            response = (raw, parsed)
            if status == 200:
                self.checker.release_retry_quota(self.context, raw)
                self.begin()
                return {"outcome": "success", "retry_quota": self.quota.available_capacity}
        context = self.adapter.create_retry_context(
            attempts=self.attempt, operation=model, response=response, caught_exception=caught,
            request_dict={"context": self.context})
        retryable = self.conditions._additional_checkers.is_retryable(context)
        if not retryable:
            outcome = "fail_request"
        elif not self.policy.should_retry(context):
            outcome = "max_attempts_exceeded"
        elif not self.checker.acquire_retry_quota(context):
            outcome = "retry_quota_exceeded"
        else:
            return {"outcome": "retry_request", "retry_quota": self.quota.available_capacity,
                    "delay": self.policy.compute_retry_delay(context)}
        self.begin()
        return {"outcome": outcome, "retry_quota": self.quota.available_capacity}


def answer(chance):
    status = chance.choice(STATUSES)
    step = {}
    if status is None:
        return step
    step["status_code"] = status
    if status != 200:
        code, after = chance.choice(CODES), chance.choice(RETRY_AFTER)
        if code:
            step["error_code"] = code
        if after:
            step["headers"] = {"x-amz-retry-after": after}
    return step


def case(name, given, answers):
    peer = Peer(given)
    return {"name": name, "given": given, "responses": [
        {"response": step, "expected": peer.answer(step)} for step in answers]}


def main():
    chance = random.Random(2026)
    cases = []
    plain = {"max_attempts": 3, "initial_retry_tokens": 500, "exponential_base": 1, "max_backoff_time": 20}
    for code in CODES:
        for status in STATUSES:
            step = {} if status is None else {"status_code": status}
            if code and status not in (200, None):
                step["error_code"] = code
            cases.append(case(f"{code} with {status}", plain, [step] * 3 + [{"status_code": 200}]))
    for number in range(60):
        given = {"max_attempts": chance.randint(1, 8), "initial_retry_tokens": chance.choice([500, 40, 14, 5, 0]),
                 "exponential_base": chance.choice([1, 0.5, 0.125]), "max_backoff_time": chance.choice([20, 3, 0.1])}
        cases.append(case(f"random {number}", given, [answer(chance) for _ in range(12)]))
    print("[" + ",\n".join(json.dumps(one) for one in cases) + "]")


main()
