#!/usr/bin/env python3
"""The whole life of a model with boto3 alone: bucket, manifest, datasets, training, results, inference, a copy by a role
of another account, and the end of everything.

usage: boto3_life.py URL

The emulator must have the identities of spec/emulator/life_spec.lua. Prints one JSON object.
"""

import io
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = sys.argv[1]
REGION = "us-east-1"
SOURCE = {"aws_access_key_id": "AKIAEMULATOR00000001", "aws_secret_access_key": "emulator-secret-of-111122223333"}
OWNER = {"aws_access_key_id": "AKIAEMULATOR00000002", "aws_secret_access_key": "emulator-secret-of-555555555555"}
USER = {"aws_access_key_id": "AKIAEMULATOR0000ZO01", "aws_secret_access_key": "secret-of-the-key-ZO01"}
report = {}


def client(service, keys):
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, signature_version="s3v4") \
        if service == "s3" else Config(retries={"max_attempts": 0})
    return boto3.client(service, endpoint_url=URL, region_name=REGION, config=config, **keys)


def refusal(call, **params):
    try:
        call(**params)
        return {}
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}


def wait(what, ready):
    for _ in range(600):
        result = ready()
        if result:
            return result
        time.sleep(0.05)
    raise RuntimeError(what + " never came")


def png(width, height):
    """The head of a PNG with that size: enough to be told from other formats."""
    return (b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + width.to_bytes(4, "big")
            + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00" + b"\0\0\0\0")


def manifest(bucket, count, offset=0):
    lines = []
    for i in range(count):
        label = ["bird", "cat"][i % 2]
        lines.append(json.dumps({
            "source-ref": "s3://%s/images/%d.png" % (bucket, i + offset), "kind": i % 2,
            "kind-metadata": {"confidence": 1, "class-name": label, "human-annotated": "yes",
                              "creation-date": "2024-01-01T00:00:00", "type": "groundtruth/image-classification"}}))
    return "\n".join(lines) + "\n"


s3, rekognition, sts = client("s3", SOURCE), client("rekognition", SOURCE), client("sts", USER)

# S3
s3.create_bucket(Bucket="source-bucket")
for i in range(40):
    s3.put_object(Bucket="source-bucket", Key="images/%d.png" % i, Body=png(100, 100), ContentType="image/png")
s3.put_object(Bucket="source-bucket", Key="manifests/train.manifest", Body=manifest("source-bucket", 20).encode())
s3.upload_fileobj(io.BytesIO(manifest("source-bucket", 10, 20).encode()), "source-bucket", "manifests/test.manifest")
listed = s3.list_objects_v2(Bucket="source-bucket", Prefix="images/", MaxKeys=15)
pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="source-bucket", Prefix="images/",
                                                          PaginationConfig={"PageSize": 15}))
report["list"] = {"first": listed["KeyCount"], "more": listed["IsTruncated"],
                  "keys": sorted(o["Key"] for page in pages for o in page["Contents"])[:3],
                  "count": sum(page["KeyCount"] for page in pages)}
folders = s3.list_objects_v2(Bucket="source-bucket", Delimiter="/")
report["folders"] = [p["Prefix"] for p in folders["CommonPrefixes"]]
head = s3.head_object(Bucket="source-bucket", Key="images/0.png")
report["head"] = [head["ContentLength"], head["ContentType"]]
report["part"] = s3.get_object(Bucket="source-bucket", Key="images/0.png", Range="bytes=1-3")["Body"].read().decode()
report["location"] = s3.get_bucket_location(Bucket="source-bucket")["LocationConstraint"]
report["owner"] = s3.get_bucket_acl(Bucket="source-bucket")["Owner"]["ID"]
report["buckets"] = [b["Name"] for b in s3.list_buckets()["Buckets"]]
report["wrong owner"] = refusal(s3.head_bucket, Bucket="source-bucket", ExpectedBucketOwner="555555555555")
report["right owner"] = refusal(s3.head_bucket, Bucket="source-bucket", ExpectedBucketOwner="111122223333")
report["no bucket"] = refusal(s3.get_object, Bucket="no-such-bucket", Key="x")
report["no key"] = refusal(s3.get_object, Bucket="source-bucket", Key="x")
report["another's bucket"] = refusal(client("s3", OWNER).list_objects_v2, Bucket="source-bucket")
report["name taken"] = refusal(client("s3", OWNER).create_bucket, Bucket="source-bucket")
report["bad name"] = refusal(s3.create_bucket, Bucket="Source_Bucket")
report["not empty"] = refusal(s3.delete_bucket, Bucket="source-bucket")

# datasets and training
project = rekognition.create_project(ProjectName="birds")["ProjectArn"]
datasets = {}
for kind, name in (("TRAIN", "train"), ("TEST", "test")):
    datasets[kind] = rekognition.create_dataset(ProjectArn=project, DatasetType=kind, DatasetSource={
        "GroundTruthManifest": {"S3Object": {"Bucket": "source-bucket", "Name": "manifests/%s.manifest" % name}}}
    )["DatasetArn"]
for kind, arn in datasets.items():
    done = wait(kind, lambda: (lambda d: d["Status"] != "CREATE_IN_PROGRESS" and d)(
        rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]))
    report["dataset " + kind] = [done["Status"], done["DatasetStats"]["TotalEntries"]]
version = rekognition.create_project_version(
    ProjectArn=project, VersionName="v1", OutputConfig={"S3Bucket": "source-bucket", "S3KeyPrefix": "results"}
)["ProjectVersionArn"]


def describe(rekognition, project, name):
    found = rekognition.describe_project_versions(ProjectArn=project, VersionNames=[name])["ProjectVersionDescriptions"]
    return found[0] if found else {"Status": "gone"}


def settled(rekognition, project, name, passing):
    return wait(name, lambda: (lambda d: d["Status"] not in passing and d)(describe(rekognition, project, name)))


trained = settled(rekognition, project, "v1", ["TRAINING_IN_PROGRESS"])
report["trained"] = [trained["Status"], trained.get("StatusMessage")]
place = trained["EvaluationResult"]["Summary"]["S3Object"]
summary = json.loads(s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read())
report["summary"] = {"version": summary["EvaluationDetails"]["ProjectVersionArn"] == version,
                     "labels": [label["Label"] for label in summary["LabelEvaluationResults"]]}

# inference
rekognition.start_project_version(ProjectVersionArn=version, MinInferenceUnits=1)
report["running"] = settled(rekognition, project, "v1", ["STARTING"])["Status"]
found = rekognition.detect_custom_labels(ProjectVersionArn=version, MinConfidence=0, Image={
    "S3Object": {"Bucket": "source-bucket", "Name": "images/0.png"}})["CustomLabels"]
report["labels"] = sorted(label["Name"] for label in found)
rekognition.stop_project_version(ProjectVersionArn=version)
report["stopped"] = settled(rekognition, project, "v1", ["STOPPING"])["Status"]

# a copy by a role of another account
client("s3", OWNER).create_bucket(Bucket="copy-bucket")
keys = sts.assume_role(RoleArn="arn:aws:iam::555555555555:role/Copy", RoleSessionName="one")["Credentials"]
role = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"]}
there = client("rekognition", role)
copies = there.create_project(ProjectName="copies")["ProjectArn"]
params = {"SourceProjectArn": project, "SourceProjectVersionArn": version, "DestinationProjectArn": copies,
          "VersionName": "c1", "OutputConfig": {"S3Bucket": "copy-bucket", "S3KeyPrefix": "copied"}}
report["without a policy"] = refusal(there.copy_project_version, **params)
rekognition.put_project_policy(ProjectArn=project, PolicyName="share", PolicyDocument=json.dumps({
    "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:role/Copy"},
        "Action": "rekognition:CopyProjectVersion", "Resource": version}]}))
copy = there.copy_project_version(**params)["ProjectVersionArn"]
copied = settled(there, copies, "c1", ["COPYING_IN_PROGRESS"])
place = copied["EvaluationResult"]["Summary"]["S3Object"]
results = client("s3", role).get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
report["copied"] = [copied["Status"], copied["SourceProjectVersionArn"] == version, place["Bucket"],
                    place["Name"].startswith("copied/"), sorted(json.loads(results)) == sorted(summary)]

# the end
there.delete_project_version(ProjectVersionArn=copy)
settled(there, copies, "c1", ["DELETING"])
there.delete_project(ProjectArn=copies)
rekognition.delete_project_policy(ProjectArn=project, PolicyName="share")
rekognition.delete_project_version(ProjectVersionArn=version)
settled(rekognition, project, "v1", ["DELETING"])
for arn in datasets.values():
    rekognition.delete_dataset(DatasetArn=arn)
wait("no datasets", lambda: not rekognition.describe_projects(ProjectNames=["birds"])["ProjectDescriptions"][0]["Datasets"])
rekognition.delete_project(ProjectArn=project)
wait("no projects", lambda: not rekognition.describe_projects()["ProjectDescriptions"])
for keys, bucket in ((SOURCE, "source-bucket"), (OWNER, "copy-bucket")):
    s3 = client("s3", keys)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": o["Key"]} for o in page["Contents"]]})
        report.setdefault("deleted", 0)
        report["deleted"] += len(deleted["Deleted"])
    s3.delete_bucket(Bucket=bucket)
report["left"] = client("s3", SOURCE).list_buckets()["Buckets"]
print(json.dumps(report))
