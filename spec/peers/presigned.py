#!/usr/bin/env python3
"""Takes a presigned request as whoever is given one does: knowing nothing of the SDK that made it.

Reads from the standard input one JSON object: method, url, headers ([[name, value], ...]) and body of the request, and
key, secret, token (or null), region and expires. Prints one: `expected`, the query that botocore's SigV4QueryAuth gives
at the request's own time to the same request; `query`, the request's; and `status` and `body` of the answer to it, sent
as it is.
"""

import datetime
import hashlib
import json
import sys
import urllib.error
import urllib.request
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def at(moment):
    """botocore's clock, stopped."""
    if hasattr(botocore.auth, "get_current_datetime"):
        return mock.patch.object(botocore.auth, "get_current_datetime", lambda: moment)
    stopped = mock.Mock(wraps=datetime)
    stopped.datetime = mock.Mock(wraps=datetime.datetime)
    stopped.datetime.utcnow = lambda: moment.replace(tzinfo=None)
    return mock.patch.object(botocore.auth, "datetime", stopped)


def query_of(url):
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True))


def signed_by_botocore(case):
    bare = case["url"].split("?")[0]
    request = AWSRequest(case["method"], bare, headers=dict(case["headers"]))
    date = query_of(case["url"])["X-Amz-Date"]
    moment = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    credentials = Credentials(case["key"], case["secret"], case["token"])
    signer = botocore.auth.SigV4QueryAuth(credentials, "rekognition", case["region"], case["expires"])
    # It would move a body's members into the query, as the protocol of EC2 and STS has them; ours stays a body.
    signer.payload = lambda _: hashlib.sha256(case["body"].encode()).hexdigest()
    with at(moment):
        signer.add_auth(request)
    return query_of(request.prepare().url)


def send(case):
    request = urllib.request.Request(
        case["url"], case["body"].encode(), dict(case["headers"]), method=case["method"])
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


case = json.load(sys.stdin)
status, body = send(case)
print(json.dumps({"expected": signed_by_botocore(case), "query": query_of(case["url"]), "status": status, "body": body}))
