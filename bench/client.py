"""boto3, to be measured: PYTHON bench/client.py MODE URL OPERATION IMAGE

Modes, input and output as in client.lua. "signed" makes a session of its own each time.
"""

import sys
import time

mode, url, operation, image = sys.argv[1:5]
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
PROJECT = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/1656705098765"
VERSION = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/version/model_1/1656611123456"


def copy_input():
    return {
        "SourceProjectArn": "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456",
        "SourceProjectVersionArn": VERSION,
        "DestinationProjectArn": PROJECT,
        "VersionName": "DestinationVersionName_cross_account",
        "OutputConfig": {"S3Bucket": "bucket-name", "S3KeyPrefix": "path_to_folder"},
        "KmsKeyId": "arn:1234abcd-12ab-34cd-56ef-1234567890ab",
        "Tags": {"key1": "val1"},
    }


def new_call():
    import boto3

    client = boto3.client("rekognition", region_name="us-east-1", endpoint_url=url, **KEYS)
    if operation == "DetectCustomLabels":
        with open(image, "rb") as file:
            content = file.read()
        return lambda: client.detect_custom_labels(ProjectVersionArn=VERSION, Image={"Bytes": content})
    if operation == "DescribeProjectVersions":
        return lambda: client.describe_project_versions(ProjectArn=PROJECT, MaxResults=100)
    return lambda: client.copy_project_version(**copy_input())


def work_calls():
    call = new_call()
    call()
    return call


def work_signed():
    import botocore.session
    from botocore.awsrequest import AWSResponse

    class Raw:
        def stream(self, **_):
            return iter([b"{}"])

    def stop(request, **_):
        assert "Authorization" in request.headers
        return AWSResponse(request.url, 200, {}, Raw())

    def run():
        client = botocore.session.Session().create_client("rekognition")
        client.meta.events.register("before-send.*", stop)
        client.copy_project_version(**copy_input())

    return run


def work_sign():
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    signer = SigV4Auth(Credentials(*KEYS.values()), "rekognition", "us-east-1")
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "RekognitionService.CopyProjectVersion"}

    def run():
        signer.add_auth(AWSRequest(
            "POST", "https://rekognition.us-east-1.amazonaws.com/", data=b"x" * 590, headers=headers))

    return run


if mode == "first":
    new_call()()
    print("done", flush=True)
    sys.exit(0)

work = {"calls": work_calls, "signed": work_signed, "sign": work_sign}[mode]()
for line in sys.stdin:
    count = int(line)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{cpu / count * 1e6:.3f} {wall / count * 1e6:.3f}", flush=True)
