"""Every operation of Custom Labels, member by member and error by error, by three SDKs that nobody changed for it.

    PYTHON spec/interop/coverage.py MODULES [TABLE]

boto3, the AWS CLI and AWS's SDK for JavaScript (in MODULES) make the calls of coverage_steps.py, each against emulators of its
own. What must hold: each step ends as it must, the SDKs have made the same of each response, errors of the model are the
SDK's own classes, and each member and error of each operation is met, but for the members in NEVER. TABLE, a Markdown
file, is written from what the run has seen; by script/interop it is the one in docs.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
import botocore.session
from botocore.config import Config

import coverage_steps

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "owner": ["AKIAEMULATOR00000001", "emulator-secret-of-111122223333"],
    "other": ["AKIAEMULATOR00000002", "emulator-secret-of-555555555555"],
    "nobody": ["AKIANOBODY0000000001", "secret-of-nobody"],
}
IDENTITIES = {
    "111122223333": {"root": {"access_key_id": KEYS["owner"][0], "secret_access_key": KEYS["owner"][1]}, "users": [
        {"name": "nobody", "access_key_id": KEYS["nobody"][0], "secret_access_key": KEYS["nobody"][1], "policies": []}]},
    "555555555555": {"root": {"access_key_id": KEYS["other"][0], "secret_access_key": KEYS["other"][1]}},
}
SERVICE = botocore.session.get_session().get_service_model("rekognition")


# Members of responses that are never there, and why. A member that no call has met and that isn't here is a failure; so is one
# that is here and was met.
NO_VERSION = ("S3Object.Version of files that a training wrote: the emulator's buckets have no versions, and no example of "
              "AWS's has one there. Versions that a request gives come back, in `Input`")
_FILES = ["EvaluationResult.Summary", "ManifestSummary", *(f"{which}DataResult.{part}.Assets.GroundTruthManifest"
          for which in ("Testing", "Training") for part in ("Output", "Validation"))]
NEVER = {
    "DescribeProjectVersions": {f"ProjectVersionDescriptions.{file}.S3Object.Version": NO_VERSION for file in _FILES},
}


@contextlib.contextmanager
def worlds(folder):
    """The emulators' URLs by their worlds' names."""
    identities = Path(folder, "identities.json")
    identities.write_text(json.dumps(IDENTITIES), encoding="utf-8")
    with contextlib.ExitStack() as stack:
        urls = {}
        for name, options in coverage_steps.WORLDS.items():
            command = ["script/lua", "bin/rekognition-emulator", "--port", "0", "--identities", str(identities), *options]
            process = stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
            stack.callback(process.terminate)
            urls[name] = re.search(r"http://\S+", process.stdout.readline()).group()
        fill(urls["stored"])
        yield urls


def fill(url):
    """Puts what the world "stored" needs into its bucket."""
    s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=KEYS["owner"][0],
                      aws_secret_access_key=KEYS["owner"][1], config=Config(s3={"addressing_style": "path"}))
    s3.create_bucket(Bucket=coverage_steps.BUCKET)
    for key, body in coverage_steps.OBJECTS.items():
        s3.put_object(Bucket=coverage_steps.BUCKET, Key=key, Body=body)


def run(command, folder):
    with worlds(folder) as urls:
        work = {"urls": urls, "keys": KEYS, "steps": coverage_steps.steps}
        environment = {**os.environ, "COVERAGE_FOLDER": folder}
        done = subprocess.run(command, input=json.dumps(work), capture_output=True, text=True, timeout=900, env=environment)
    if done.returncode != 0:
        sys.exit(f"coverage.py: {command[:2]} exited with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def leaves(value, shape, path=""):
    """The members of a value, by the service's model; a member that the model doesn't have stands out by a "?"."""
    if shape.type_name == "structure":
        for name, item in value.items():
            member = shape.members.get(name)
            if member is None:
                yield f"{path}{name}?"
            else:
                yield f"{path}{name}"
                yield from leaves(item, member, f"{path}{name}.")
    elif shape.type_name == "list":
        for item in value:
            yield from leaves(item, shape.member, path)


def all_members(shape, path="", above=()):
    if shape.type_name == "structure" and shape.name not in above:
        for name, member in shape.members.items():
            yield f"{path}{name}"
            yield from all_members(member, f"{path}{name}.", (*above, shape.name))
    elif shape.type_name == "list":
        yield from all_members(shape.member, path, above)


def members_of(value, shape):
    return set(leaves(value, shape)) if shape is not None else set()


def is_modelled(operation, code):
    return code in {error.name for error in SERVICE.operation_model(operation).error_shapes}


def problem_of(step, name, result, others):
    """What is wrong with a step's result, or None."""
    if step["error"]:
        if result.get("error") != step["error"]:
            return f"expected {step['error']}, got {json.dumps(result)[:300]}"
        if not result.get("message"):
            return "the error has no message"
        if name != "AWS CLI" and result["modelled"] != is_modelled(step["operation"], step["error"]):
            return "the error is not of the SDK's own class"
        if name != "AWS CLI" and result["status"] not in (400, 500):
            return f"the status is {result['status']}"
        return None
    if "response" not in result:
        return f"expected a response, got {json.dumps(result)[:300]}"
    shape = SERVICE.operation_model(step["operation"]).output_shape
    mine = members_of(result["response"], shape)
    for other, theirs in others.items():
        if "response" in theirs and members_of(theirs["response"], shape) != mine:
            return f"{other} made other members of it: {sorted(mine ^ members_of(theirs['response'], shape))}"
    unknown = [path for path in mine if path.endswith("?")]
    return f"members that the model doesn't have: {unknown}" if unknown else None


def judge(results):
    passed, failed = 0, 0
    for i, step in enumerate(coverage_steps.steps):
        for name, list_of in results.items():
            problem = problem_of(step, name, list_of[i], {other: theirs[i] for other, theirs in results.items() if other != name})
            if problem:
                failed += 1
                print(f"FAIL {name}, step {i + 1}, {step['world']}, {step['operation']}: {problem}")
            else:
                passed += 1
    return passed, failed


def params_of(operation):
    shape = SERVICE.operation_model(operation).input_shape
    used = set()
    for step in coverage_steps.steps:
        if step["operation"] == operation and not step["error"]:
            used |= members_of(step["params"], shape)
    return used, set(all_members(shape))


class Row:
    """What an operation's calls have met."""

    def __init__(self, operation, results):
        model = SERVICE.operation_model(operation)
        self.operation = operation
        self.used, self.inputs = params_of(operation)
        self.seen, self.outputs = set(), set(all_members(model.output_shape)) if model.output_shape else set()
        errors = {}
        for i, step in enumerate(coverage_steps.steps):
            if step["operation"] != operation:
                continue
            for name, list_of in results.items():
                if "response" in list_of[i]:
                    self.seen |= members_of(list_of[i]["response"], model.output_shape)
                else:
                    errors.setdefault(list_of[i]["error"], set()).add(name)
        self.by_all = sorted(code for code, names in errors.items() if len(names) == len(results))
        self.missing = sorted({error.name for error in model.error_shapes} - set(self.by_all))

    def problems(self):
        never = set(NEVER.get(self.operation, ()))
        for what, names in (("members not sent", self.inputs - self.used), ("errors not met", self.missing),
                            ("members not received", self.outputs - self.seen - never),
                            ("members received that are said never to be there", self.seen & never)):
            if names:
                yield f"{what}: {', '.join(sorted(names))}"

    def text(self):
        def share(part, whole):
            left = len(whole - part)
            return f"{len(part & whole)} of {len(whole)}" + (f"; {left} are [never there](#members-that-are-never-there)" if left else "")

        return (f"| {self.operation} | {share(self.used, self.inputs)} | {share(self.seen, self.outputs)} "
                f"| {', '.join(self.by_all)} | {', '.join(self.missing) or 'none'} |")


def judge_rows(rows):
    failed = 0
    for row in rows:
        problems = list(row.problems())
        failed += bool(problems)
        for problem in problems:
            print(f"FAIL {row.operation}: {problem}")
    return len(rows) - failed, failed


HEAD = """# The emulator's coverage

Which members and which errors of each operation other SDKs have met. `script/interop` makes this page: {versions}
make the same {count} calls, unmodified, and must read every response and every error by their own parsers. A nested
member counts as one. `spec/interop/coverage_steps.py` has the calls.

An error counts if all of them met it. Beside those of the model there is ValidationException, for what breaks a
constraint of the model.

| operation | members sent | members received | errors met | errors of the model not met |
| --- | --- | --- | --- | --- |
"""
TAIL = """
## Members that are never there

Our decision, since AWS does not say it.

| members | why |
| --- | --- |
"""


def never_rows():
    reasons = {}
    for operation, members in NEVER.items():
        for member, reason in members.items():
            reasons.setdefault((operation, reason), []).append(f"`{member}`")
    return [f"| {operation}: {', '.join(members)} | {reason} |" for (operation, reason), members in reasons.items()]


def write_table(path, rows, versions):
    text = (HEAD.format(versions=versions, count=len(coverage_steps.steps)) + "\n".join(row.text() for row in rows) + "\n"
            + TAIL + "\n".join(never_rows()) + "\n")
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def versions_of(modules):
    package = json.loads(Path(modules, "@aws-sdk/client-rekognition/package.json").read_text(encoding="utf-8"))
    cli = subprocess.run(["aws", "--version"], capture_output=True, text=True, check=True).stdout
    return (f"boto3 {boto3.__version__}, the AWS CLI {cli.split()[0].split('/')[1]} and AWS's SDK for JavaScript "
            f"{package['version']}")


def main(modules, table=None):
    here = ROOT / "spec/interop"
    drivers = {
        "boto3": [sys.executable, str(here / "coverage_boto3.py"), "boto3"],
        "JavaScript SDK": ["node", str(here / "coverage_sdk.mjs"), modules],
        "AWS CLI": [sys.executable, str(here / "coverage_boto3.py"), "cli"],
    }
    with tempfile.TemporaryDirectory() as folder:
        results = {name: run(command, folder) for name, command in drivers.items()}
    rows = [Row(operation, results) for operation in coverage_steps.OPERATIONS]
    counts = judge(results), judge_rows(rows)
    passed, failed = (sum(pair) for pair in zip(*counts))
    if table and not failed:
        write_table(Path(table), rows, versions_of(modules))
    print(f"coverage by {len(drivers)} SDKs: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
