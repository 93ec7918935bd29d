#!/usr/bin/env python3
"""Makes sigv4.json: requests signed by botocore, for spec/sigv4_spec.lua to sign again.

    /usr/bin/python3 spec/vectors/make_sigv4.py > spec/vectors/sigv4.json

Any botocore from 1.26 on gives the same bytes.
"""
import datetime
import hashlib
import json
import random
import sys
from unittest import mock
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBu+FqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuw=="
HOST = "example.amazonaws.com"
TIME = 1440938160


def at(seconds):
    """botocore's clock, stopped."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    if hasattr(botocore.auth, "get_current_datetime"):
        return mock.patch.object(botocore.auth, "get_current_datetime", lambda: moment)
    stopped = mock.Mock(wraps=datetime)
    stopped.datetime = mock.Mock(wraps=datetime.datetime)
    stopped.datetime.utcnow = lambda: moment.replace(tzinfo=None)
    return mock.patch.object(botocore.auth, "datetime", stopped)


def recorded(signer):
    """Notes the two stages on their way through the signer."""
    stages = {}

    def watch(name):
        real = getattr(signer, name)

        def call(*arguments):
            stages[name] = real(*arguments)
            return stages[name]

        setattr(signer, name, call)

    watch("canonical_request")
    watch("string_to_sign")
    return stages


def make_signer(case):
    credentials = Credentials(KEY, case["secret"], case["token"])
    arguments = [credentials, case["service"], case["region"]]
    kind = {
        ("header", False): botocore.auth.SigV4Auth,
        ("header", True): botocore.auth.S3SigV4Auth,
        ("query", False): botocore.auth.SigV4QueryAuth,
        ("query", True): botocore.auth.S3SigV4QueryAuth,
    }[case["mode"], case["s3"]]
    if case["mode"] == "query":
        return kind(*arguments, expires=case["expires"])
    return kind(*arguments)


def sign(name, method="GET", target="/", headers=(), body="", mode="header", s3=False, unsigned=False,
         region="us-east-1", service="service", time=TIME, token=None, expires=3600, secret=SECRET,
         botocore_params=None):
    """Signs one request. `botocore_params`, where given, is the query decoded, for a target whose query is spelled
    in a way that botocore would not take for the same."""
    case = dict(mode=mode, s3=s3, region=region, service=service, token=token, expires=expires, secret=secret)
    headers = [["Host", HOST], *map(list, headers)]
    path = target.split("?")[0]
    url = "https://" + HOST + (path if botocore_params is not None else target)
    request = AWSRequest(method=method, url=url, data=body.encode(), params=botocore_params)
    for header in headers:
        request.headers.add_header(*header)
    if unsigned:
        request.context["client_config"] = Config(s3={"payload_signing_enabled": False})
    signer = make_signer(case)
    stages = recorded(signer)
    with at(time):
        signer.add_auth(request)
    made = {
        "name": name,
        "request": {"method": method, "target": target, "headers": headers, "body": body},
        "options": {
            "region": region, "service": service, "time": time, "mode": mode,
            "credentials": {"access_key_id": KEY, "secret_access_key": secret},
        },
        "canonical_request": stages["canonical_request"],
        "string_to_sign": stages["string_to_sign"],
    }
    options = made["options"]
    if token:
        options["credentials"]["session_token"] = token
    if mode == "query":
        options["expires"] = expires
        made["signature"] = request.url.rsplit("=", 1)[1]
        made["target"] = request.url[len("https://" + HOST):]
    else:
        made["authorization"] = request.headers["Authorization"]
        made["signature"] = made["authorization"].rsplit("=", 1)[1]
    if s3:
        options["normalize_path"] = options["double_encode"] = False
        options["sign_body"] = mode == "header"
        if unsigned or mode == "query":
            options["payload_hash"] = "UNSIGNED-PAYLOAD"
    return made


def named_cases():
    yield sign("nothing but a host")
    yield sign("a call to Rekognition", "POST", service="rekognition", region="eu-west-1",
               headers=[("Content-Type", "application/x-amz-json-1.1"),
                        ("X-Amz-Target", "RekognitionService.CopyProjectVersion")],
               body='{"VersionName":"v1"}')
    yield sign("a session token", "POST", token=TOKEN, body="{}")
    yield sign("a body that isn't ASCII", "PUT", body="{\"Name\":\"\u00e9\u4e2d\U0001f600\"}")
    yield sign("a path that isn't ASCII", target="/\u1234/\u00e9")
    yield sign("an encoded path", target="/a%20b/%E1%88%B4/%2F")
    yield sign("dot segments and slashes", target="/a//b/./c/../d/")
    yield sign("dot segments at the end", target="/a/b/..")
    yield sign("more dots than segments", target="/../../a")
    yield sign("punctuation in a path", target="/!$&'()*+,;=:@-._~/x")
    yield sign("a repeated query key", target="/?b=2&a=1&b=1&b=%20&a=0")
    yield sign("a key and a value alike", target="/?a=b&a=a&ab=a&a%2Fb=1")
    yield sign("an empty value and none", target="/?b=&a&c=0")
    yield sign("capitals before small letters", target="/?a=1&A=1&Z=1&z=1&_=1&-=1&~=1")
    yield sign("spaces and pluses, raw", target="/?q=a%2bb c&r=%e1%88%b4",
               botocore_params={"q": "a+b c", "r": "\u1234"})
    yield sign("a query that isn't ASCII", target="/?\u1234=\u00e9", botocore_params={"\u1234": "\u00e9"})
    yield sign("an equals sign in a value", target="/?a=b=c", botocore_params={"a": "b=c"})
    yield sign("repeated and spaced headers", headers=[
        ("My-Header", "b"), ("my-header", "  a   b\t c  "), ("MY-HEADER", "b"), ("Other", ""), ("A-First", "x,y")])
    yield sign("a header that isn't ASCII", headers=[("X-Amz-Meta-Name", "\u00e9\u4e2d")])
    yield sign("headers that are not signed", headers=[
        ("User-Agent", "x"), ("Expect", "100-continue"), ("X-Amzn-Trace-Id", "Root=1"), ("Content-Length", "0")])
    yield sign("the first of March in a leap year", time=1709251200)
    yield sign("the last second of a leap year", time=1735689599)
    yield sign("the last second of 1999", time=946684799)
    yield sign("the last day of February 2100", time=4107542399)
    yield sign("a secret longer than a block", secret="s" * 100)
    yield sign("S3: a path as it is", target="/a//b/../c%20d", s3=True, service="s3")
    yield sign("S3: a body", "PUT", target="/key", s3=True, service="s3", body="hello", token=TOKEN)
    yield sign("S3: an unsigned body", "PUT", target="/key", s3=True, service="s3", body="hello", unsigned=True)
    yield sign("presigned", target="/", mode="query")
    yield sign("presigned, a token", target="/?Action=GetCallerIdentity&Version=2011-06-15", mode="query",
               service="sts", token=TOKEN, expires=900)
    yield sign("presigned, headers", target="/p", mode="query", expires=1,
               headers=[("X-Amz-Target", "A.B"), ("Content-Type", "application/json")])
    yield sign("presigned, the hash of no body", "POST", mode="query",
               headers=[("X-Amz-Content-Sha256", hashlib.sha256(b"").hexdigest())])
    yield sign("presigned, a query to be sorted", target="/a%20b?z=1&X-Zed=2&A=%2B%20", mode="query", expires=604800)
    yield sign("presigned, S3", target="/a//b%20c", mode="query", s3=True, service="s3", token=TOKEN)


def random_text(chance, letters, most):
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, most)))


def random_case(chance, number):
    letters = "abzAZ019-._~ +/%&=?#:@!$'()*,;\u00e9\u1234\U0001f600"
    path = "/" + "/".join(quote(random_text(chance, letters, 5), safe="") or chance.choice(["", ".", "..", "x"])
                          for _ in range(chance.randint(0, 4)))
    pairs = [quote(random_text(chance, letters, 3), safe="") + "=" + quote(random_text(chance, letters, 6), safe="")
             for _ in range(chance.randint(0, 5))]
    mode = chance.choice(["header", "query"])
    if mode == "query":  # botocore keeps the first of a name alone, and drops a parameter without one
        pairs = list({pair.split("=")[0]: pair for pair in pairs if not pair.startswith("=")}.values())
    headers = [(chance.choice(["X-B", "x-a", "X-Amz-C", "Content-Type"]) + random_text(chance, "abC-0", 2),
                random_text(chance, "ab \t=\"/", 9)) for _ in range(chance.randint(0, 4))]
    body = random_text(chance, letters, 200) if mode == "header" else ""
    return sign(f"random {number}", chance.choice(["GET", "POST", "PATCH"]),
                path + ("?" + "&".join(pairs) if pairs else ""), headers, body, mode, chance.random() < 0.3,
                region=chance.choice(["us-east-1", "cn-north-1"]), time=chance.randint(0, 4102444800),
                token=chance.choice([None, TOKEN]), expires=chance.randint(1, 604800))


def main():
    chance = random.Random(20150830)
    cases = list(named_cases()) + [random_case(chance, number) for number in range(1, 61)]
    json.dump(cases, sys.stdout, indent=1, ensure_ascii=True, sort_keys=True)
    sys.stdout.write("\n")


main()
