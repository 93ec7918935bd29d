"""Our client against moto's server, which checks every signature with botocore's signer.

    PYTHON spec/interop/moto_parity.py

Every operation of Rekognition that moto has, with random inputs: what our client makes of the answer is what boto3
makes of it, value by value. Then roles: taken on through moto's STS by our providers, by hand, by a profile, and one
after the other; and calls with what they gave. Then what must be refused. Prints a line for each difference, and counts.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import boto3
import moto
from botocore.config import Config
from moto.rekognition.responses import RekognitionResponse
from wire_parity import Inputs, ROOT, same, tagged, untagged, xform_name

REGION = "us-east-1"
INPUTS = 3
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}
IMAGE = {"Image": {"S3Object": {"Bucket": "bucket-name", "Name": "image.jpg"}}}


@contextlib.contextmanager
def moto_server():
    """A running moto server's URL. It picks a free port, and names it in its log."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
            try:
                yield url_in(log, process)
            finally:
                process.terminate()


def url_in(log, process):
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found:
            return found.group()
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit("moto_parity.py: moto's server did not start:\n" + log.read_text())


def client(url, service, keys):
    return boto3.client(
        service, endpoint_url=url, region_name=REGION, aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
        aws_session_token=keys[2] if len(keys) > 2 else None, config=Config(retries={"max_attempts": 0}),
    )


def control(url, path, body=b""):
    """moto's own API, which asks for no signature."""
    request = urllib.request.Request(
        f"{url}/moto-api/{path}", body, {"Content-Type": "application/octet-stream"}, method="POST"
    )
    urllib.request.urlopen(request).close()


def set_up(url):
    """Users and roles; from then on moto checks signatures. Gives the keys of a user who may do all and of one who may
    do nothing, and the ARNs of two roles."""
    iam = client(url, "iam", ("anything", "anything"))
    keys = {}
    for name in ("user", "nobody"):
        iam.create_user(UserName=name)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = [made["AccessKeyId"], made["SecretAccessKey"]]
    iam.put_user_policy(UserName="user", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    roles = []
    for name in ("one", "two"):
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST_ALL))
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
        roles.append(role["Role"]["Arn"])
    control(url, "reset-auth", b"0")
    return keys["user"], keys["nobody"], roles


class Ours:
    """Our client, in a process of its own."""

    def __enter__(self):
        command = [ROOT / "script" / "lua", ROOT / "spec" / "interop" / "moto_calls.lua"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        if self.process.wait() != 0:
            sys.exit("moto_parity.py: moto_calls.lua failed")

    def __call__(self, **case):
        self.process.stdin.write(json.dumps({**case, "params": tagged(case["params"])}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"moto_parity.py: moto_calls.lua ended at {case['operation']}")
        return untagged(json.loads(line))


def shaped(value, shape, is_ours=False):
    """A value as the model has it, so that ours and botocore's compare. botocore leaves the members out that the model
    lacks, and gives a float member as the number stands in the JSON; our empty tables have no kind."""
    if shape.type_name == "structure":
        members = {name: item for name, item in value.items() if name in shape.members}
        return {name: shaped(item, shape.members[name], is_ours) for name, item in members.items()} or "empty"
    if shape.type_name == "list":
        return [shaped(item, shape.member, is_ours) for item in value] or "empty"
    if shape.type_name == "map":
        return {key: shaped(item, shape.value, is_ours) for key, item in value.items()} or "empty"
    return float(value) if shape.type_name in ("float", "double") and not is_ours else value


class Judge:
    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name, good, *details):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"FAIL moto, {name}:", *details)


def operations(judge, url, ours, user):
    rekognition = client(url, "rekognition", user)
    model = rekognition.meta.service_model
    known = json.loads((ROOT / "model" / "rekognition.json").read_text())
    inputs = Inputs(20161127, known)
    names = [name for name in model.operation_names
             if xform_name(name) in vars(RekognitionResponse) and name in known["operations"]]
    judge("operations", len(names) >= 8, names)
    for name in names:
        operation = model.operation_model(name)
        for _ in range(INPUTS):
            params = inputs.value(operation.input_shape)
            control(url, "seed?a=1")  # so that both are given the same job id
            theirs = getattr(rekognition, xform_name(name))(**params)
            theirs.pop("ResponseMetadata")
            control(url, "seed?a=1")
            found = ours(endpoint=url, operation=name, params=params, keys=user)
            good = "response" in found and same(
                shaped(found["response"], operation.output_shape, True), shaped(theirs, operation.output_shape))
            judge(name, good, found, "against", theirs)
    return names


def roles(judge, url, ours, user, arns):
    """The same profiles work for boto3 and for us; and a role taken on by hand."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config")
        config.write_text(
            f"[default]\nendpoint_url = {url}\n[profile user]\naws_access_key_id = {user[0]}\n"
            f"aws_secret_access_key = {user[1]}\nendpoint_url = {url}\n"
            f"[profile one]\nrole_arn = {arns[0]}\nsource_profile = user\nendpoint_url = {url}\nexternal_id = 42\n"
            f"[profile two]\nrole_arn = {arns[1]}\nsource_profile = one\nendpoint_url = {url}\n")
        files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        for name in ("user", "one", "two"):
            environment = {**files, "AWS_PROFILE": name, "AWS_EC2_METADATA_DISABLED": "true"}
            found = ours(operation="DetectLabels", params=IMAGE, environment=environment)
            judge(f"profile {name}", "response" in found, found)
            script = f"import boto3; boto3.client('rekognition', '{REGION}').detect_labels(**{IMAGE})"
            theirs = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
            judge(f"profile {name}, boto3", theirs.returncode == 0, theirs.stderr)
    for role in arns:
        found = ours(endpoint=url, operation="DetectText", params=IMAGE, keys=user, role=role)
        judge(f"a role by hand, {role}", "response" in found, found)


def refusals(judge, url, ours, user, nobody, role):
    wrong = [user[0], user[1] + "x"]
    given = client(url, "sts", user).assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    temporary = [given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]]
    call = {"endpoint": url, "operation": "DetectLabels", "params": IMAGE}
    found = ours(**call, keys=temporary)
    judge("temporary keys", "response" in found, found)
    # moto answers in XML, whatever the service: the code stands in the body that the message quotes.
    for name, keys, text in (
        ("a wrong secret", wrong, "SignatureDoesNotMatch"),
        ("a wrong temporary secret", [temporary[0], "wrong", temporary[2]], "SignatureDoesNotMatch"),
        ("a wrong token", [*temporary[:2], "wrong"], "InvalidClientTokenId"),
        ("an unknown key", ["AKIAUNKNOWN", user[1]], "InvalidClientTokenId"),
        ("a user without rights", nobody, "AccessDenied"),
    ):
        error = ours(**call, keys=keys).get("error", {})
        good = error.get("kind") == "service" and error.get("status") == 403 and text in error["message"]
        judge(name, good, error)
        error = ours(**call, keys=keys, role=role).get("error", {})
        judge(f"STS, {name}", error.get("kind") == "credentials" and text in error["message"], error)


def main():
    judge = Judge()
    with moto_server() as url, Ours() as ours:
        user, nobody, arns = set_up(url)
        names = operations(judge, url, ours, user)
        roles(judge, url, ours, user, arns)
        refusals(judge, url, ours, user, nobody, arns[0])
    print(f"moto {moto.__version__}, {len(names)} operations and STS: {judge.passed} passed, {judge.failed} failed")
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
