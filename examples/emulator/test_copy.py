"""A copy across accounts against the emulator: pytest and boto3.

    pip install pytest boto3
    pytest examples/emulator/test_copy.py

The emulator is started on a free port, and every test begins with an empty one. REKOGNITION_EMULATOR names the
command, if it isn't on PATH.
"""

import json
import os
import pathlib
import shlex
import subprocess
import time
import urllib.request

import boto3
import pytest

SOURCE = ("AKIAEMULATOR00000001", "emulator-secret-of-111122223333")
DESTINATION = ("AKIAEMULATOR00000002", "emulator-secret-of-555555555555")
MANIFEST = {"GroundTruthManifest": {"S3Object": {"Bucket": "any-bucket", "Name": "train.manifest"}}}


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    """The emulator's URL. Trainings and copies take no time; the ready file is there when it listens."""
    ready = pathlib.Path(tmp_path_factory.mktemp("emulator")) / "ready"
    command = shlex.split(os.environ.get("REKOGNITION_EMULATOR", "rekognition-emulator"))
    process = subprocess.Popen(command + ["--train-seconds", "0", "--copy-seconds", "0", "--ready-file", str(ready)])
    for _ in range(500):
        if ready.exists() or process.poll() is not None:
            break
        time.sleep(0.02)
    assert process.poll() is None, "the emulator did not start"
    yield ready.read_text().strip()
    process.terminate()
    assert process.wait() == 0


@pytest.fixture
def url(emulator):
    """As `emulator`, with nothing in it."""
    urllib.request.urlopen(emulator + "/_emulator/reset", data=b"")
    return emulator


def client(url, keys):
    return boto3.client("rekognition", endpoint_url=url, region_name="us-east-1",
                        aws_access_key_id=keys[0], aws_secret_access_key=keys[1])


def trained(rekognition):
    project = rekognition.create_project(ProjectName="birds")["ProjectArn"]
    version = rekognition.create_project_version(
        ProjectArn=project, VersionName="v1", OutputConfig={"S3Bucket": "any-bucket"},
        TrainingData={"Assets": [MANIFEST]}, TestingData={"AutoCreate": True})["ProjectVersionArn"]
    rekognition.get_waiter("project_version_training_completed").wait(ProjectArn=project, VersionNames=["v1"])
    return project, version


def test_a_copy_needs_a_policy(url):
    source, destination = client(url, SOURCE), client(url, DESTINATION)
    project, version = trained(source)
    there = destination.create_project(ProjectName="copies")["ProjectArn"]
    params = {"SourceProjectArn": project, "SourceProjectVersionArn": version, "DestinationProjectArn": there,
              "VersionName": "c1", "OutputConfig": {"S3Bucket": "any-bucket"}}
    with pytest.raises(destination.exceptions.AccessDeniedException):
        destination.copy_project_version(**params)
    source.put_project_policy(ProjectArn=project, PolicyName="share", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:root"},
            "Action": "rekognition:CopyProjectVersion", "Resource": version}]}))
    destination.copy_project_version(**params)
    copy = destination.describe_project_versions(ProjectArn=there)["ProjectVersionDescriptions"][0]
    assert copy["Status"] == "COPYING_COMPLETED"


def test_throttling_is_got_over(url):
    fault = {"fault": "throttle", "operation": "DescribeProjects", "times": 2}
    urllib.request.urlopen(url + "/_emulator/faults", data=json.dumps(fault).encode())
    assert client(url, SOURCE).describe_projects()["ProjectDescriptions"] == []
