#!/usr/bin/env python3
"""The services that give credentials, and one that takes them, on one loopback port, for
spec/credentials/e2e_spec.lua: the EC2 metadata service, a container's endpoint, IAM Identity Center and
its OIDC service, the sign-in service, STS, and Rekognition's DescribeProjects.

What each is shown is verified by others than the code under test: signatures by botocore's own signer,
proofs by the openssl command. A request that fails its check is refused as AWS would refuse it.

usage: credential_server.py FOLDER

Prints one line with its URL. Reads FOLDER/public.pem for the proofs. It stops with SIGTERM, or by itself
after ten minutes.
"""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

FOLDER = sys.argv[1]
ROLE_PATH = "/latest/meta-data/iam/security-credentials/"

# The keys that are known, the ones given included: access key -> (secret, token).
KEYS = {"AKIDBASE": ("BASESECRET", None)}
SESSIONS = set()


def give(key):
    KEYS[key] = (key + "SECRET", key + "TOKEN")
    return key, *KEYS[key]


def soon(seconds=3600):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def signature_problem(handler, body, service):
    """Why the request's signature is not what botocore makes of the same request, or None."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d+)/([^/]+)/([^/]+)/aws4_request, "
        r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})", handler.headers.get("Authorization", ""))
    if not found:
        return "MissingAuthenticationToken"
    key, date, region, signed_service, names, signature = found.groups()
    if key not in KEYS:
        return "InvalidClientTokenId"
    secret, token = KEYS[key]
    if signed_service != service or handler.headers.get("X-Amz-Security-Token") != token:
        return "UnrecognizedClientException"
    stamp = handler.headers["X-Amz-Date"]
    if not stamp.startswith(date) or abs(time.mktime(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
                                         - time.mktime(time.gmtime())) > 300:
        return "RequestExpired"
    if "host" not in names.split(";"):
        return "SignatureDoesNotMatch"
    request = AWSRequest(method=handler.command, url="http://" + handler.headers["Host"] + handler.path, data=body)
    for name in names.split(";"):
        request.headers[name] = handler.headers[name]
    request.context["timestamp"] = stamp
    signer = SigV4Auth(Credentials(key, secret, token), service, region)
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return None if expected == signature else "SignatureDoesNotMatch"


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def asn1_integer(number):
    data = number.lstrip(b"\0")
    data = b"\0" + data if data[0] >= 128 else data
    return b"\2" + bytes([len(data)]) + data


def proof_holds(proof, url):
    """Whether a DPoP proof is for this address and time, and signed with the session's key."""
    head, payload, signature = proof.split(".")
    raw = from_base64url(signature)
    pair = asn1_integer(raw[:32]) + asn1_integer(raw[32:])
    path = os.path.join(FOLDER, "proof.%d" % threading.get_ident())
    with open(path, "wb") as file:
        file.write(b"\x30" + bytes([len(pair)]) + pair)
    verified = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", os.path.join(FOLDER, "public.pem"), "-signature", path],
        input=(head + "." + payload).encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.remove(path)
    claims = json.loads(from_base64url(payload))
    return (verified.returncode == 0 and claims["htm"] == "POST" and claims["htu"] == url
            and abs(claims["iat"] - time.time()) < 60)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", headers=()):
        data = json.dumps(body).encode() if not isinstance(body, str) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status, code):
        self.answer(status, {"message": "refused"}, headers=[("x-amzn-ErrorType", code)])

    def do_PUT(self):
        if self.path.startswith("/hang"):
            time.sleep(60)
        ttl = self.headers.get("x-aws-ec2-metadata-token-ttl-seconds")
        if self.path != "/latest/api/token" or not ttl:
            return self.answer(400, "")
        token = "session%d" % len(SESSIONS)
        SESSIONS.add(token)
        self.answer(200, token, "text/plain", [("x-aws-ec2-metadata-token-ttl-seconds", ttl)])

    def do_GET(self):
        url = urlsplit(self.path)
        if self.path.startswith(ROLE_PATH):
            self.metadata(self.path[len(ROLE_PATH):])
        elif url.path == "/container":
            self.container()
        elif url.path == "/federation/credentials":
            self.role_credentials(parse_qs(url.query))
        else:
            self.answer(500 if url.path == "/broken" else 404, "")

    def metadata(self, role):
        if self.headers.get("x-aws-ec2-metadata-token") not in SESSIONS:
            return self.answer(401, "")
        if not role:
            return self.answer(200, "role-of-the-instance", "text/plain")
        key, secret, token = give("AKIDINSTANCE")
        self.answer(200, {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key, "SecretAccessKey": secret,
                          "Token": token, "Expiration": soon()}, "text/plain")

    def container(self):
        if self.headers.get("Authorization") != "pod-token":
            return self.answer(403, {"Code": "AccessDenied", "Message": "no such pod"})
        key, secret, token = give("AKIDCONTAINER")
        self.answer(200, {"AccessKeyId": key, "SecretAccessKey": secret, "Token": token, "Expiration": soon(),
                          "AccountId": "123456789012"})

    def role_credentials(self, query):
        if self.headers.get("x-amz-sso_bearer_token") != "access-2":
            return self.refuse(401, "UnauthorizedException")
        if query != {"account_id": ["123456789012"], "role_name": ["Reader & Writer"]}:
            return self.refuse(404, "ResourceNotFoundException")
        key, secret, token = give("AKIDSSO")
        self.answer(200, {"roleCredentials": {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token,
                                              "expiration": int(time.time() + 3600) * 1000}})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/token":
            self.create_token(json.loads(body))
        elif self.path == "/v1/token":
            self.sign_in(json.loads(body))
        elif self.headers.get("X-Amz-Target"):
            self.rekognition(body)
        else:
            self.sts(body)

    def create_token(self, given):
        if given != {"grantType": "refresh_token", "clientId": "client", "clientSecret": "client-secret",
                     "refreshToken": "refresh-1"}:
            return self.refuse(400, "InvalidGrantException")
        self.answer(200, {"accessToken": "access-2", "expiresIn": 28800, "refreshToken": "refresh-2",
                          "tokenType": "Bearer"})

    def sign_in(self, given):
        url = "http://" + self.headers["Host"] + self.path
        if not proof_holds(self.headers["DPoP"], url):
            return self.refuse(400, "AccessDeniedException")
        if given != {"clientId": "client", "grantType": "refresh_token", "refreshToken": "refresh-1"}:
            return self.refuse(400, "ValidationException")
        key, secret, token = give("AKIDLOGIN")
        self.answer(200, {"accessToken": {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token},
                          "expiresIn": 900, "refreshToken": "refresh-2", "tokenType": "aws_sigv4"})

    def sts(self, body):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        operation = form["Action"]
        if operation == "AssumeRole":
            problem = signature_problem(self, body, "sts")
        else:
            problem = None if form["WebIdentityToken"] == "web-token" else "InvalidIdentityToken"
        if problem:
            return self.answer(403, "<ErrorResponse><Error><Code>%s</Code><Message>refused</Message></Error>"
                               "</ErrorResponse>" % problem, "text/xml")
        key, secret, token = give("AKID" + form["RoleArn"].rpartition("/")[2])
        self.answer(200, "<{0}Response><{0}Result><AssumedRoleUser><Arn>{1}</Arn></AssumedRoleUser><Credentials>"
                    "<AccessKeyId>{2}</AccessKeyId><SecretAccessKey>{3}</SecretAccessKey><SessionToken>{4}"
                    "</SessionToken><Expiration>{5}</Expiration></Credentials></{0}Result></{0}Response>".format(
                        operation, "arn:aws:sts::210987654321:assumed-role/x/y", key, secret, token, soon()), "text/xml")

    def rekognition(self, body):
        problem = signature_problem(self, body, "rekognition")
        if problem:
            return self.refuse(400, problem)
        self.answer(200, {"ProjectDescriptions": []}, "application/x-amz-json-1.1")


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stop = threading.Timer(600, server.shutdown)
    stop.daemon = True
    stop.start()
    print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
