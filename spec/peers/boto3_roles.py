#!/usr/bin/env python3
"""A model copied by a role of another account, with boto3 alone: AssumeRole, a policy for the role, the copy.

usage: boto3_roles.py URL

The emulator must have the identities of spec/emulator/roles_spec.lua. Prints one JSON object.
"""

import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = sys.argv[1]
REGION = "us-east-1"
SOURCE = {"aws_access_key_id": "AKIAEMULATOR00000001", "aws_secret_access_key": "emulator-secret-of-111122223333"}
USER = {"aws_access_key_id": "AKIAEMULATOR0000ZO01", "aws_secret_access_key": "secret-of-the-key-ZO01"}
report = {}


def client(service, keys):
    return boto3.client(service, endpoint_url=URL, region_name=REGION, config=Config(retries={"max_attempts": 0}), **keys)


def refusal(call, **params):
    try:
        call(**params)
        return {}
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                "status": error.response["ResponseMetadata"]["HTTPStatusCode"], "class": type(error).__name__}


def assume(name):
    answer = client("sts", USER).assume_role(RoleArn="arn:aws:iam::555555555555:role/" + name, RoleSessionName="one")
    keys = answer["Credentials"]
    report["assumed " + name] = answer["AssumedRoleUser"]["Arn"]
    return {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"]}


source = client("rekognition", SOURCE)
project = source.create_project(ProjectName="source")["ProjectArn"]
MANIFEST = {"GroundTruthManifest": {"S3Object": {"Bucket": "bucket", "Name": "train.manifest"}}}
version = source.create_project_version(
    ProjectArn=project, VersionName="v", OutputConfig={"S3Bucket": "bucket"}, TrainingData={"Assets": [MANIFEST]},
    TestingData={"AutoCreate": True})["ProjectVersionArn"]
while source.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"][0]["Status"] != "TRAINING_COMPLETED":
    time.sleep(0.05)
source.put_project_policy(ProjectArn=project, PolicyName="share", PolicyDocument=json.dumps({
    "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:role/Copy"},
        "Action": "rekognition:CopyProjectVersion", "Resource": version}]}))

report["root"] = refusal(client("sts", SOURCE).assume_role, RoleArn="arn:aws:iam::555555555555:role/Copy",
                         RoleSessionName="one")
report["unknown role"] = refusal(client("sts", USER).assume_role, RoleArn="arn:aws:iam::555555555555:role/Nobody",
                                 RoleSessionName="one")
copier, other = assume("Copy"), assume("Other")
report["identity"] = {k: v for k, v in client("sts", copier).get_caller_identity().items() if k != "ResponseMetadata"}
there = client("rekognition", copier).create_project(ProjectName="there")["ProjectArn"]
params = {"SourceProjectArn": project, "SourceProjectVersionArn": version, "DestinationProjectArn": there,
          "OutputConfig": {"S3Bucket": "bucket"}}
report["copy by another role"] = refusal(client("rekognition", other).copy_project_version, VersionName="o", **params)
report["copy"] = client("rekognition", copier).copy_project_version(VersionName="c", **params)["ProjectVersionArn"]
report["forbidden"] = refusal(client("rekognition", other).delete_project, ProjectArn=there)
print(json.dumps(report))
