"""The command `rekognition call` against moto's server and our emulator, and boto3 beside it, for every operation.

    PYTHON spec/interop/call_parity.py

Each operation that moto has is called there, image operations among them; each other one at the emulator. The JSON that
the command prints must be what boto3 makes of the same response; where the service refuses, the error must be the same.
Ours and boto3 each have an emulator of their own, whose clocks stand still, so that both see the same ARNs and times.
Prints a line for each difference, and counts.
"""

import base64
import contextlib
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import boto3
import moto
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.rekognition.responses import RekognitionResponse
from moto_parity import Judge, REGION, control, moto_server
from wire_parity import Inputs, ROOT, xform_name

KEYS = ("AKIAEMULATOR00000001", "emulator-secret-of-111122223333")
INPUTS = 2
LEAST_ANSWERED = 25  # operations whose response, not a refusal, was compared


@contextlib.contextmanager
def emulator():
    command = [ROOT / "script" / "lua", ROOT / "bin" / "rekognition-emulator", "--port", "0", "--clock-at", "2026-01-31T12:00:00Z",
               "--clock-rate", "0", "--train-seconds", "0", "--copy-seconds", "0", "--start-seconds", "0", "--stop-seconds", "0", "--delete-seconds", "0",
               "--dataset-seconds", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield re.search(r"http://\S+", process.stdout.readline()).group()
        finally:
            process.terminate()


def plain(value):
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    raise TypeError(type(value))


def as_json(value):
    """As the command has it: times in UTC, floats as floats."""
    return json.loads(json.dumps(value, default=plain))


def same(ours, theirs, shape):
    """botocore leaves out what its model lacks; an empty structure and an empty list are different things here."""
    if shape.type_name == "structure":
        names = {name for name in ours if name in shape.members}
        return names == set(theirs) and all(
            name in RANDOM or same(ours[name], theirs[name], shape.members[name]) for name in names)
    if shape.type_name == "list":
        return len(ours) == len(theirs) and all(same(*pair, shape.member) for pair in zip(ours, theirs))
    if shape.type_name == "timestamp":
        return datetime.datetime.fromisoformat(ours) == datetime.datetime.fromisoformat(theirs)
    return ours == theirs


def by_command(url, operation, params, folder):
    environment = {
        **os.environ, "HOME": folder, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": KEYS[0], "AWS_SECRET_ACCESS_KEY": KEYS[1],
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true",
    }
    environment.pop("AWS_PROFILE", None)
    path = Path(folder, "params.json")
    path.write_text(json.dumps(params, default=plain))
    found = subprocess.run(
        [ROOT / "script" / "lua", ROOT / "bin" / "rekognition", "call", operation, "--params", f"@{path}", "--endpoint-url", url,
         "--output", "json", "--yes"], env=environment, capture_output=True, text=True)
    if found.returncode == 0:
        return {"response": json.loads(found.stdout)}
    lines = found.stderr.strip().split("\n")
    if not lines or not lines[-1].startswith("{"):
        return {"error": {"message": found.stderr}, "status": found.returncode}
    return {"error": json.loads(lines[-1])["error"], "status": found.returncode}


def by_boto3(url, operation, params):
    client = boto3.client("rekognition", endpoint_url=url, region_name=REGION, aws_access_key_id=KEYS[0],
                          aws_secret_access_key=KEYS[1], config=Config(retries={"max_attempts": 0}))
    try:
        response = getattr(client, xform_name(operation))(**params)
    except ClientError as error:
        return {"error": error.response["Error"]}
    response.pop("ResponseMetadata")
    return {"response": as_json(response)}


def png(side):
    """A black square."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    header = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    rows = zlib.compress((b"\0" + b"\0" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


RANDOM = {"PolicyRevisionId"}  # members that no two emulators have in common
MANIFEST = {"GroundTruthManifest": {"S3Object": {"Bucket": "bucket-name", "Name": "train.manifest"}}}
OUTPUT = {"S3Bucket": "bucket-name", "S3KeyPrefix": "p"}
POLICY = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"555555555555"},'
          '"Action":"rekognition:CopyProjectVersion","Resource":"*"}]}')


def life(call):
    """What the emulator's operations respond to when all is well: the life of a project."""
    project = call("CreateProject", {"ProjectName": "birds"})["ProjectArn"]
    other = call("CreateProject", {"ProjectName": "copies"})["ProjectArn"]
    call("DescribeProjects", {})
    dataset = call("CreateDataset", {"ProjectArn": other, "DatasetType": "TRAIN"})["DatasetArn"]
    line = json.dumps({"source-ref": "s3://bucket-name/robin.jpg", "bird": 1, "bird-metadata": {
        "confidence": 1, "job-name": "labeling-job/bird", "class-name": "robin", "human-annotated": "yes",
        "creation-date": "2026-01-31T12:00:00.000000", "type": "groundtruth/image-classification"}})
    call("UpdateDatasetEntries", {"DatasetArn": dataset, "Changes": {"GroundTruth": line.encode()}})
    call("DescribeDataset", {"DatasetArn": dataset})
    call("ListDatasetEntries", {"DatasetArn": dataset})
    call("ListDatasetLabels", {"DatasetArn": dataset})
    version = call("CreateProjectVersion", {
        "ProjectArn": project, "VersionName": "v1", "OutputConfig": OUTPUT, "Tags": {"team": "sky"},
        "TrainingData": {"Assets": [MANIFEST]}, "TestingData": {"AutoCreate": True}})["ProjectVersionArn"]
    call("DescribeProjectVersions", {"ProjectArn": project})
    call("PutProjectPolicy", {"ProjectArn": project, "PolicyName": "copy", "PolicyDocument": POLICY})
    call("ListProjectPolicies", {"ProjectArn": project})
    call("DeleteProjectPolicy", {"ProjectArn": project, "PolicyName": "copy"})
    call("TagResource", {"ResourceArn": version, "Tags": {"size": "small"}})
    call("ListTagsForResource", {"ResourceArn": version})
    call("UntagResource", {"ResourceArn": version, "TagKeys": ["size"]})
    copy = call("CopyProjectVersion", {
        "SourceProjectArn": project, "SourceProjectVersionArn": version, "DestinationProjectArn": other, "VersionName": "c1",
        "OutputConfig": OUTPUT})["ProjectVersionArn"]
    call("StartProjectVersion", {"ProjectVersionArn": version, "MinInferenceUnits": 1})
    call("DescribeProjectVersions", {"ProjectArn": project})
    call("DetectCustomLabels", {"ProjectVersionArn": version, "Image": {"Bytes": png(64)}, "MinConfidence": 0})
    call("StopProjectVersion", {"ProjectVersionArn": version})
    call("DescribeProjectVersions", {"ProjectArn": project})
    call("DeleteProjectVersion", {"ProjectVersionArn": copy})
    call("DeleteDataset", {"DatasetArn": dataset})
    call("DeleteProject", {"ProjectArn": other})


def compare(judge, name, shape, ours, theirs):
    """Whether a response was compared, and not a refusal."""
    if "response" in theirs:
        good = "response" in ours and same(ours["response"], theirs["response"], shape)
        judge(name, good, ours, "against", theirs)
        return good
    error, message = ours.get("error", {}), theirs["error"]["Message"]
    is_same = error.get("message") == message or (
        # A map has no order, so which of its keys is named is chance.
        ("Map keys" in message or "Map value" in message) and error.get("message", "").split(":")[0] == message.split(":")[0])
    good = (error.get("code"), is_same, ours.get("status")) == (theirs["error"]["Code"], True, 1)
    judge(name, good, ours, "against", theirs)
    return False


def main():
    judge, answered, at_moto = Judge(), set(), 0
    known = json.loads((ROOT / "model" / "rekognition.json").read_text())
    inputs = Inputs(20161127, known)
    model = boto3.client("rekognition", region_name=REGION).meta.service_model
    with moto_server() as moto_url, emulator() as ours_url, emulator() as theirs_url, tempfile.TemporaryDirectory() as folder:
        def both(name, params):
            theirs = by_boto3(theirs_url, name, params)
            shape = model.operation_model(name).output_shape
            if compare(judge, name, shape, by_command(ours_url, name, params, folder), theirs):
                answered.add(name)
            else:
                judge(name, False, "was refused", theirs)
            return theirs.get("response", {})

        life(both)
        for name in sorted(known["operations"]):
            if name not in model.operation_names:
                judge(name, False, "this boto3 does not have it")
                continue
            shape = model.operation_model(name)
            is_moto = xform_name(name) in vars(RekognitionResponse)
            at_moto += is_moto
            for _ in range(INPUTS):
                params = inputs.value(shape.input_shape)
                if is_moto:
                    control(moto_url, "seed?a=1")  # so that both are given the same job id
                theirs = by_boto3(moto_url if is_moto else theirs_url, name, params)
                if is_moto:
                    control(moto_url, "seed?a=1")
                ours = by_command(moto_url if is_moto else ours_url, name, params, folder)
                if compare(judge, name, shape.output_shape, ours, theirs):
                    answered.add(name)
    judge("responses", len(answered) >= LEAST_ANSWERED, sorted(answered))
    print(f"`rekognition call`, {len(known['operations'])} operations, {at_moto} at moto {moto.__version__}, the rest at the emulator;"
          f" {len(answered)} with a response: {judge.passed} passed, {judge.failed} failed")
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
