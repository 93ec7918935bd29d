#!/usr/bin/env python3
"""Meets the emulator's faults with boto3: what each looks like to an SDK, and that its retries get over it.

usage: boto3_faults.py URL

Prints one JSON object.
"""

import json
import sys
import time
import urllib.request

import boto3
import botocore.exceptions
from botocore.config import Config

URL = sys.argv[1]
KEYS = {"aws_access_key_id": "AKIAEMULATOR00000001", "aws_secret_access_key": "emulator-secret-of-111122223333"}
report = {}
time.sleep = lambda seconds: None  # boto3's pauses between attempts are not what is looked at here


def client(attempts, service="rekognition"):
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"}, read_timeout=0.3, connect_timeout=5)
    return boto3.client(service, endpoint_url=URL, region_name="us-east-1", config=config, **KEYS)


def admin(path, value=None, method="POST"):
    body = b"" if value is None else json.dumps(value).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + "/_emulator/" + path, data=body, method=method)) as answer:
        return json.load(answer)


def outcome(call, **params):
    try:
        # boto3 takes a body that was cut short for a response without members.
        return "well" if len(call(**params)) > 1 or call.__name__ == "create_bucket" else "cut"
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    except botocore.exceptions.HTTPClientError as error:
        return type(error).__name__
    except botocore.exceptions.BotoCoreError as error:
        return type(error).__name__


once, thrice = client(1), client(3)
FAULTS = {
    "throttle": {"fault": "throttle"},
    "500": {"fault": "error", "code": "InternalServerError"},
    "rate": {"fault": "error", "code": "ProvisionedThroughputExceededException"},
    "drop": {"fault": "drop"},
    "drop after": {"fault": "drop", "when": "after"},
    "delay": {"fault": "delay", "seconds": 0.6},
    "truncate": {"fault": "truncate", "bytes": 5},
}
for name, fault in FAULTS.items():
    admin("faults", dict(fault, operation="DescribeProjects", times=1))
    first = outcome(once.describe_projects)
    admin("faults", None, "DELETE")
    admin("faults", dict(fault, operation="DescribeProjects", times=2))
    second = outcome(thrice.describe_projects)
    admin("faults", None, "DELETE")
    report[name] = [first, second]

admin("faults", {"fault": "drop", "when": "after", "operation": "CreateProject"})
report["effect"] = outcome(thrice.create_project, ProjectName="kept")
report["projects"] = len(once.describe_projects()["ProjectDescriptions"])
admin("time", {"skew": 3600})
report["skew"] = outcome(once.describe_projects)
admin("reset")
report["after reset"] = len(once.describe_projects()["ProjectDescriptions"])
report["calls"] = admin("calls", None, "GET")["calls"]
s3 = client(3, "s3")
admin("faults", {"fault": "error", "code": "SlowDown", "operation": "s3:PUT", "times": 2})
report["s3"] = outcome(s3.create_bucket, Bucket="a-bucket")
print(json.dumps(report))
