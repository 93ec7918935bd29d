"""Judges another SDK's copy flow against our emulator.

    PYTHON spec/interop/copy_flow.py NAME COMMAND...

Starts two emulators, one with a clock that is an hour ahead, and runs COMMAND URL SKEWED_URL, which prints a report as
spec/peers/boto3_copy_flow.py does. Prints a line for each step that came out otherwise than it must, and counts.
"""

import contextlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWNER, OTHER = "111122223333", "555555555555"

# Error codes, as the SDKs know them: those of the model are classes of their own.
MODELLED = {
    "project name taken": "ResourceInUseException",
    "copy, name taken": "ResourceInUseException",
    "copy without a policy": "AccessDeniedException",
    "copy by a policy for another": "AccessDeniedException",
    "put it again": "ResourceAlreadyExistsException",
    "update by an old revision": "InvalidPolicyRevisionIdException",
    "copy what is forbidden": "AccessDeniedException",
    "copy what is forbidden inside": "AccessDeniedException",
    "delete it again": "ResourceNotFoundException",
    "no such project": "ResourceNotFoundException",
    "another's project": "AccessDeniedException",
    "bad token": "InvalidPaginationTokenException",
    "malformed policy": "MalformedPolicyDocumentException",
    "project with models": "ResourceInUseException",
    "other region": "InvalidParameterException",
}
COMMON = {
    "wrong type": "SerializationException",
    "page too long": "ValidationException",
    "bad name": "ValidationException",
    "missing member": "ValidationException",
    "wrong secret": "InvalidSignatureException",
    "unknown key": "UnrecognizedClientException",
    "skewed clock": "InvalidSignatureException",
    "not emulated": "NotImplementedException",
}


@contextlib.contextmanager
def emulator(*arguments):
    """A running emulator's URL."""
    command = [ROOT / "script" / "lua", ROOT / "bin" / "rekognition-emulator", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            if not line:
                sys.exit("copy_flow.py: the emulator did not start")
            yield line.split()[-1]
        finally:
            process.terminate()


def arn(account, project, version=None):
    resource = project if version is None else f"{project}/version/{version}"
    return re.compile(rf"arn:aws:rekognition:us-east-1:{account}:project/{resource}/\d{{13}}")


SOURCE_VERSION = arn(OWNER, "SourceProject", "model_1")
COPIED = {"Status": "COPYING_COMPLETED", "SourceProjectVersionArn": SOURCE_VERSION}

# What must be in a response or a description: a pattern matches in full, a table's members are looked at alone.
EXPECTED = {
    "create SourceProject": {"ProjectArn": arn(OWNER, "SourceProject")},
    "create same-account": {"ProjectArn": arn(OWNER, "same-account")},
    "create DestinationProject": {"ProjectArn": arn(OTHER, "DestinationProject")},
    "train": {"ProjectVersionArn": SOURCE_VERSION},
    "training": "TRAINING_IN_PROGRESS",
    "trained": {
        "Status": "TRAINING_COMPLETED", "ProjectVersionArn": SOURCE_VERSION,
        "OutputConfig": {"S3Bucket": "bucket-name", "S3KeyPrefix": "path_to_folder"},
        "TestingDataResult": {"Input": {"AutoCreate": True}},
    },
    "copy inside": {"ProjectVersionArn": arn(OWNER, "same-account", "inside")},
    "copying": "COPYING_IN_PROGRESS",
    "copied inside": {**COPIED, "ProjectVersionArn": arn(OWNER, "same-account", "inside")},
    "put a policy for another": {"PolicyRevisionId": re.compile("[0-9A-Fa-f]+")},
    "update the policy": {"PolicyRevisionId": re.compile("[0-9A-Fa-f]+")},
    "copy across": {"ProjectVersionArn": arn(OTHER, "DestinationProject", "across")},
    "copied across": {**COPIED, "ProjectVersionArn": arn(OTHER, "DestinationProject", "across")},
    "forbid it": {"PolicyRevisionId": re.compile("[0-9A-Fa-f]+")},
    "list policies": {"ProjectPolicies": [{"PolicyName": "share"}, {"PolicyName": "forbid"}]},
    "list policies, one a page": {"ProjectPolicies": [{"PolicyName": "share"}], "NextToken": re.compile(".+")},
    "policy names": ["share", "forbid"],
    "delete a policy": {},
    "tag": {},
    "untag": {},
    "list tags": {"Tags": {"stage": "two"}},
    "project names": ["SourceProject", "same-account"],
    "delete version": {"Status": "DELETING"},
    "deleted": [],
    "delete project": {"Status": "DELETING"},
}


def fits(value, wanted):
    if isinstance(wanted, re.Pattern):
        return isinstance(value, str) and wanted.fullmatch(value) is not None
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(fits(value.get(name), item) for name, item in wanted.items())
    if isinstance(wanted, list):
        return isinstance(value, list) and len(value) == len(wanted) and all(map(fits, value, wanted))
    return value == wanted


def is_timestamp(value, now):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value - now) < 3600


def error_fits(found, code, is_modelled):
    """An error has its code, a message, a request id; those of the model are the SDK's own class for it."""
    return (
        isinstance(found, dict) and found.get("code") == code and bool(found.get("message"))
        and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found.get("request_id") or "") is not None
        and found.get("status") == (501 if code == "NotImplementedException" else 400)
        and (found["modelled"] == code if is_modelled else found["modelled"] in (False, "ClientError"))
    )


def judge(report):
    """The names of the steps that came out otherwise than they must, of all."""
    wrong, names = [], set(report) | set(EXPECTED) | set(MODELLED) | set(COMMON)
    for name in sorted(names):
        found = report.get(name)
        if name in MODELLED or name in COMMON:
            good = error_fits(found, MODELLED.get(name) or COMMON[name], name in MODELLED)
        elif name in EXPECTED:
            is_call = isinstance(found, dict) and found.keys() == {"response", "status"}
            good = fits(found["response"] if is_call else found, EXPECTED[name])
            good = good and (not is_call or found["status"] == 200)
        elif name == "presigned":  # taken until its second is over, and then refused
            good = found[0]["status"] == 200 and found[-1]["status"] == 400 and "Signature expired" in found[-1]["body"]
        elif name == "skewed clock, corrected":  # by an SDK that learns of the service's time
            good = found.get("status") == 200
        else:
            good = False
        if not good:
            wrong.append((name, found))
    trained = report.get("trained", {})
    for name in ("CreationTimestamp", "TrainingEndTimestamp"):
        if not is_timestamp(trained.get(name), time.time()):
            wrong.append((name, trained))
    return wrong, len(names) + 2


def main(name, command):
    short = ["--train-seconds", "2", "--copy-seconds", "2", "--delete-seconds", "0.3"]
    with emulator(*short) as url, emulator("--clock-offset", "3600") as skewed:
        run = subprocess.run([*command, url, skewed], capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        sys.exit(f"copy_flow.py: {name} exited with {run.returncode}:\n{run.stderr}")
    wrong, count = judge(json.loads(run.stdout))
    for step, found in wrong:
        print(f"FAIL {name}, {step}: {json.dumps(found)}")
    print(f"copy flow by {name}: {count - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
