"""Compares our configuration and default chain with botocore's over generated environments and profile files.

    PYTHON spec/interop/config_parity.py [-v]

For each case of config_cases.py both say which region, endpoint, retry mode and number of attempts they take, where STS
is, and which credentials they find, down to the role, the host that was asked and the keys that signed for it; or of
which kind the error is. The network is canned answers on both sides.

Where we mean to differ, DIFFERENCES has the reason and how the case would have to be written for botocore to agree; it
must then agree. What is not explained by that is a failure. The last line has the counts. With -v every explained
difference is printed.
"""

import collections
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

time.sleep = lambda seconds: None  # retries of botocore's fetchers need not wait

import botocore.credentials  # noqa: E402
import botocore.exceptions as exceptions  # noqa: E402
import botocore.httpsession  # noqa: E402
import botocore.session  # noqa: E402
import botocore.tokens  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402
from botocore.loaders import Loader  # noqa: E402
from config_cases import random_cases, render, single_cases  # noqa: E402
from config_differences import adjust, rewrite  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
RANDOM_CASES = 400
LOADER = Loader()

# Our names of botocore's sources.
SOURCES = {
    "env": "environment", "shared-credentials-file": "profile", "config-file": "profile", "assume-role": "assume_role",
    "assume-role-with-web-identity": "web_identity", "sso": "sso", "custom-process": "process",
    "container-role": "container", "iam-role": "imds",
}
CREDENTIAL_ERRORS = (
    exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError, exceptions.MetadataRetrievalError,
    exceptions.SSOError, exceptions.TokenRetrievalError, exceptions.ConnectionError,
)


# --- The case on the disk -------------------------------------------------------------------------------------------

def sso_cache(name):
    return f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json"


TOKEN = {"accessToken": "t", "expiresAt": "2099-01-01T00:00:00Z", "startUrl": "https://start", "region": "us-east-1"}
PROCESS = {"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "s", "AccountId": "123456789012"}


def write(case, home):
    """Writes the case's files below `home`, and gives its environment."""
    files = {
        ".aws/config": render(case.config, case.style), ".aws/credentials": render(case.credentials, case.style),
        sso_cache("https://start"): json.dumps(TOKEN), sso_cache("corp"): json.dumps(TOKEN),
        "token": "web-token", "process.json": json.dumps(PROCESS),
    }
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.replace("{HOME}", str(home)).encode("utf-8", "surrogateescape"))
    env = {name: value.replace("{HOME}", str(home)) for name, value in case.env.items()}
    return {"HOME": str(home), **env}


# --- botocore -------------------------------------------------------------------------------------------------------

class Body:
    def __init__(self, data):
        self.data = data

    def stream(self, *_, **__):
        yield self.data


def answer(request, body):
    return AWSResponse(request.url, 200, {}, Body(body if isinstance(body, bytes) else json.dumps(body).encode()))


def keys(key_id):
    return {
        "Code": "Success", "AccessKeyId": key_id, "SecretAccessKey": "s", "Token": "t",
        "Expiration": "2099-01-01T00:00:00Z",
    }


def sts(request, host):
    body = request.body if isinstance(request.body, dict) else dict(urllib.parse.parse_qsl(request.body))
    authorization = request.headers.get("Authorization", b"")
    signer = re.search("Credential=([^/]*)/", os.fsdecode(authorization))
    key_id = "!".join([body["RoleArn"].rpartition("/")[2], host, signer[1] if signer else ""])
    action = body["Action"]
    return answer(request, f"""
        <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials>
        <AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></{action}Result></{action}Response>
        """.strip().encode())


def network(allowed):
    def send(_, request):
        url = urllib.parse.urlsplit(request.url)
        host = url.netloc
        if host == "169.254.169.254" and "imds" in allowed:
            if request.method == "PUT":
                return answer(request, b"token")
            return answer(request, b"role" if url.path.endswith("/") else keys("imds"))
        if host == "169.254.170.2" and "container" in allowed:
            return answer(request, keys(f"container{url.path}"))
        if re.match(r"sts[.-]", host):
            return sts(request, host)
        if re.match(r"portal\.sso[.-]", host):
            role = urllib.parse.parse_qs(url.query)["role_name"][0]
            return answer(request, {"roleCredentials": {
                "accessKeyId": f"sso!{role}!{host}", "secretAccessKey": "s", "sessionToken": "t",
                "expiration": 4070908800000,
            }})
        raise exceptions.EndpointConnectionError(endpoint_url=request.url)

    return send


def session_of(case):
    session = botocore.session.Session(profile=case.profile)
    session.register_component("data_loader", LOADER)
    return session


def client_of(case, service):
    session = session_of(case)
    session.get_auth_token = lambda **_: None  # bearer tokens are no business of these services
    return session.create_client(service, region_name=case.region, aws_access_key_id="a", aws_secret_access_key="s")


def endpoint_of(client, operation):
    """Where a request goes; client.meta.endpoint_url is of before the rules."""
    model = client.meta.service_model.operation_model(operation)
    return client._ruleset_resolver.construct_endpoint(model, {}, {}).url.rstrip("/")


def settings(case):
    client = client_of(case, "rekognition")
    retries = client.meta.config.retries
    return {
        "region": client.meta.region_name, "endpoint": endpoint_of(client, "DescribeProjects"),
        "retry_mode": retries["mode"], "max_attempts": retries.get("total_max_attempts", 3),
    }


def sts_endpoint(case):
    return {"endpoint": endpoint_of(client_of(case, "sts"), "AssumeRole")}


def credentials(case):
    session = session_of(case)
    if case.region:
        session.set_config_variable("region", case.region)
    found = session.get_credentials()
    if found is None:
        return {"error": "none"}
    frozen = found.get_frozen_credentials()
    account = {"account": frozen.account_id} if frozen.account_id else {}
    return {"source": SOURCES[found.method], "key": frozen.access_key, **account}


def outcome(attempt, case):
    try:
        return attempt(case)
    except CREDENTIAL_ERRORS as problem:
        return {"error": "credentials", "message": repr(problem)}
    except (exceptions.BotoCoreError, ValueError, AttributeError, KeyError) as problem:
        return {"error": "config", "message": repr(problem)}


def ask_botocore(case):
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ)
        send = botocore.httpsession.URLLib3Session.send
        os.environ.clear()
        os.environ.update(write(case, pathlib.Path(home)))
        botocore.httpsession.URLLib3Session.send = network(case.network)
        for user in (botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider):
            user._SSO_TOKEN_CACHE_DIR = os.path.join(home, ".aws", "sso", "cache")
        try:
            return {
                "settings": outcome(settings, case), "sts": outcome(sts_endpoint, case),
                "credentials": outcome(credentials, case),
            }
        finally:
            os.environ.clear()
            os.environ.update(environment)
            botocore.httpsession.URLLib3Session.send = send


# --- ours -----------------------------------------------------------------------------------------------------------

def ask_ours(cases):
    with tempfile.TemporaryDirectory() as folder:
        queries = []
        for number, case in enumerate(cases):
            env = write(case, pathlib.Path(folder) / str(number))
            query = {"env": env, "network": dict.fromkeys(case.network, True)}
            query.update({name: value for name in ("profile", "region") if (value := getattr(case, name)) is not None})
            queries.append(json.dumps(query) + "\n")
        run = subprocess.run(
            [ROOT / "script" / "lua", ROOT / "spec" / "interop" / "config_parity.lua"],
            input="".join(queries), capture_output=True, text=True,
        )
        if run.returncode != 0:
            sys.exit(run.stderr)
        return [json.loads(line) for line in run.stdout.splitlines()]


# --- the comparison -------------------------------------------------------------------------------------------------

def same(theirs, ours):
    """Whether both gave the same, or an error of the same kind."""
    if "error" in theirs or "error" in ours:
        return theirs.get("error") == ours.get("error")
    return theirs == ours


def agree(theirs, ours):
    return all(same(theirs[part], ours[part]) for part in theirs)


def judge(case, ours):
    """(whether all is well, the reasons of intended differences, what botocore says)"""
    theirs = ask_botocore(case)
    if agree(theirs, ours):
        return True, [], theirs
    rewritten, reasons = rewrite(case)
    theirs, more = adjust(rewritten, ask_botocore(rewritten), ours)
    return agree(theirs, ours), reasons + more, theirs


def main(verbose):
    cases = [*single_cases(), *random_cases(RANDOM_CASES)]
    passed = failed = 0
    used = collections.Counter()
    for case, ours in zip(cases, ask_ours(cases), strict=True):
        well, reasons, theirs = judge(case, ours)
        passed, failed = passed + well, failed + (not well)
        if well:
            used.update(reasons)
        if not well or (verbose and reasons):
            print(f"{'explained' if well else 'FAIL'} {case.name}\n  botocore {theirs}\n  ours     {ours}\n  {reasons}")
            if not well:
                print(f"  {case}")
    for reason, count in used.most_common():
        print(f"differs on purpose in {count} cases: {reason}")
    print(f"configuration as botocore {botocore.__version__}: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main("-v" in sys.argv))
