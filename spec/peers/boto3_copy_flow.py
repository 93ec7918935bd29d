#!/usr/bin/env python3
"""Drives an emulator through the whole copy flow with boto3, an implementation that is not ours.

usage: boto3_copy_flow.py URL [SKEWED_URL]

SKEWED_URL is an emulator whose clock is an hour ahead. Prints one JSON object: each step's name with what came of it, an error's code among it. Whoever
runs it judges the values. The accounts are the emulator's default ones; its passing states must
be short (--train-seconds, --copy-seconds, --delete-seconds).
"""

import json
import sys
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import botocore.httpsession
from botocore.config import Config

REGION = "us-east-1"
SOURCE = ("AKIAEMULATOR00000001", "emulator-secret-of-111122223333")
DESTINATION = ("AKIAEMULATOR00000002", "emulator-secret-of-555555555555")
OUTPUT = {"S3Bucket": "bucket-name", "S3KeyPrefix": "path_to_folder"}

report = {}


def client(url, keys, region=REGION):
    return boto3.client(
        "rekognition",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        config=Config(retries={"max_attempts": 0}, parameter_validation=False),
    )


def step(name, call, **params):
    """Calls, and notes the response without its metadata, or the error."""
    try:
        response = call(**params)
        metadata = response.pop("ResponseMetadata")
        report[name] = {"response": response, "status": metadata["HTTPStatusCode"]}
        return response
    except botocore.exceptions.ClientError as error:
        report[name] = {
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "request_id": error.response["ResponseMetadata"].get("RequestId"),
            "modelled": type(error).__name__,
        }
        return {}


def describe(rekognition, project, name):
    found = rekognition.describe_project_versions(ProjectArn=project, VersionNames=[name])
    return found["ProjectVersionDescriptions"]


def wait_for(rekognition, project, name, status):
    """Waits until the version has the status; a bounded wait."""
    for _ in range(600):
        versions = describe(rekognition, project, name)
        if versions and versions[0]["Status"] == status:
            return versions[0]
        time.sleep(0.05)
    return {"Status": "never became " + status}


def project(rekognition, name, **more):
    return step("create " + name, rekognition.create_project, ProjectName=name, **more).get("ProjectArn")


def copy_params(source, version, destination, name):
    return {
        "SourceProjectArn": source,
        "SourceProjectVersionArn": version,
        "DestinationProjectArn": destination,
        "VersionName": name,
        "OutputConfig": OUTPUT,
        "Tags": {"key1": "val1"},
    }


def policy(effect, principal, resource):
    statement = {
        "Effect": effect,
        "Principal": {"AWS": principal},
        "Action": "rekognition:CopyProjectVersion",
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def train(rekognition, source):
    manifest = {"GroundTruthManifest": {"S3Object": {"Bucket": "bucket-name", "Name": "manifest.json"}}}
    trained = step(
        "train",
        rekognition.create_project_version,
        ProjectArn=source,
        VersionName="model_1",
        OutputConfig=OUTPUT,
        TrainingData={"Assets": [manifest]},
        TestingData={"AutoCreate": True},
        Tags={"stage": "one"},
    )
    report["training"] = describe(rekognition, source, "model_1")[0]["Status"]
    waiter = rekognition.get_waiter("project_version_training_completed")
    waiter.wait(
        ProjectArn=source, VersionNames=["model_1"], WaiterConfig={"Delay": 0.05, "MaxAttempts": 600}
    )
    report["trained"] = describe(rekognition, source, "model_1")[0]
    return trained["ProjectVersionArn"]


def copy_inside(owner, source, version):
    same = project(owner, "same-account")
    step("copy inside", owner.copy_project_version, **copy_params(source, version, same, "inside"))
    report["copying"] = describe(owner, same, "inside")[0]["Status"]
    report["copied inside"] = wait_for(owner, same, "inside", "COPYING_COMPLETED")
    step("copy, name taken", owner.copy_project_version, **copy_params(source, version, same, "inside"))
    return same


def copy_across(owner, other, source, version):
    there = project(other, "DestinationProject")
    params = copy_params(source, version, there, "across")
    step("copy without a policy", other.copy_project_version, **params)
    put = {"ProjectArn": source, "PolicyName": "share"}
    step("put a policy for another", owner.put_project_policy,
         PolicyDocument=policy("Allow", "arn:aws:iam::999999999999:root", "*"), **put)
    step("copy by a policy for another", other.copy_project_version, **params)
    revision = report["put a policy for another"]["response"]["PolicyRevisionId"]
    step("put it again", owner.put_project_policy, PolicyDocument=policy("Allow", "*", "*"), **put)
    allow = policy("Allow", "arn:aws:iam::555555555555:root", source.rsplit("/", 1)[0] + "/version/*")
    step("update the policy", owner.put_project_policy, PolicyDocument=allow, PolicyRevisionId=revision, **put)
    step("update by an old revision", owner.put_project_policy, PolicyDocument=allow,
         PolicyRevisionId=revision, **put)
    step("copy across", other.copy_project_version, **params)
    report["copied across"] = wait_for(other, there, "across", "COPYING_COMPLETED")
    step("forbid it", owner.put_project_policy, ProjectArn=source, PolicyName="forbid",
         PolicyDocument=policy("Deny", "*", "*"))
    step("copy what is forbidden", other.copy_project_version, **copy_params(source, version, there, "again"))
    step("copy what is forbidden inside", owner.copy_project_version,
         **copy_params(source, version, source, "again"))
    step("list policies", owner.list_project_policies, ProjectArn=source)
    step("list policies, one a page", owner.list_project_policies, ProjectArn=source, MaxResults=1)
    pages = owner.get_paginator("list_project_policies").paginate(
        ProjectArn=source, PaginationConfig={"PageSize": 1})
    report["policy names"] = [one["PolicyName"] for page in pages for one in page["ProjectPolicies"]]
    step("delete a policy", owner.delete_project_policy, ProjectArn=source, PolicyName="forbid")
    step("delete it again", owner.delete_project_policy, ProjectArn=source, PolicyName="forbid")
    return there


def errors(owner, other, source, url, skewed_url):
    step("no such project", owner.describe_project_versions, ProjectArn=source + "1")
    step("another's project", other.describe_project_versions, ProjectArn=source)
    step("bad name", owner.create_project, ProjectName="no blanks")
    step("missing member", owner.create_project)
    step("wrong type", owner.create_project, ProjectName=[1])
    step("bad token", owner.describe_projects, NextToken="nonsense")
    step("page too long", owner.describe_projects, MaxResults=101)
    step("malformed policy", owner.put_project_policy, ProjectArn=source, PolicyName="bad",
         PolicyDocument='{"Statement":[]}')
    step("project with models", owner.delete_project, ProjectArn=source)
    step("not emulated", owner.detect_labels, Image={"S3Object": {"Bucket": "bucket", "Name": "name"}})
    step("wrong secret", client(url, (SOURCE[0], "wrong")).describe_projects)
    step("unknown key", client(url, ("AKIAUNKNOWN", "wrong")).describe_projects)
    step("other region", client(url, SOURCE, "eu-west-1").describe_project_versions, ProjectArn=source)
    if skewed_url:
        step("skewed clock", client(skewed_url, SOURCE).describe_projects)


def tags(owner, version):
    step("tag", owner.tag_resource, ResourceArn=version, Tags={"owner": "café", "stage": "two"})
    step("untag", owner.untag_resource, ResourceArn=version, TagKeys=["owner"])
    step("list tags", owner.list_tags_for_resource, ResourceArn=version)


def delete(owner, same):
    inside = describe(owner, same, "inside")[0]["ProjectVersionArn"]
    step("delete version", owner.delete_project_version, ProjectVersionArn=inside)
    for _ in range(600):
        if not describe(owner, same, "inside"):
            break
        time.sleep(0.05)
    report["deleted"] = describe(owner, same, "inside")
    step("delete project", owner.delete_project, ProjectArn=same)


def presigned(url, keys, seconds):
    """Sends one request, signed in its query, until it is refused or for a while."""
    request = botocore.awsrequest.AWSRequest(
        "POST", url + "/",
        headers={"X-Amz-Target": "RekognitionService.DescribeProjects",
                 "Content-Type": "application/x-amz-json-1.1"})
    credentials = botocore.credentials.Credentials(*keys)
    signer = botocore.auth.SigV4QueryAuth(credentials, "rekognition", REGION, expires=seconds)
    signer.add_auth(request)
    prepared = request.prepare()
    answers = []
    for _ in range(200):
        answer = botocore.httpsession.URLLib3Session().send(prepared)
        answers.append({"status": answer.status_code, "body": answer.content.decode()})
        if answer.status_code != 200:
            break
        time.sleep(0.1)
    return answers


def main(url, skewed_url=None):
    owner, other = client(url, SOURCE), client(url, DESTINATION)
    source = project(owner, "SourceProject")
    step("project name taken", owner.create_project, ProjectName="SourceProject")
    version = train(owner, source)
    same = copy_inside(owner, source, version)
    copy_across(owner, other, source, version)
    tags(owner, version)
    errors(owner, other, source, url, skewed_url)
    pages = owner.get_paginator("describe_projects").paginate(PaginationConfig={"PageSize": 1})
    report["project names"] = [
        one["ProjectArn"].split("/")[1] for page in pages for one in page["ProjectDescriptions"]
    ]
    delete(owner, same)
    report["presigned"] = presigned(url, SOURCE, 3)
    print(json.dumps(report, default=lambda value: value.timestamp()))


main(*sys.argv[1:])
