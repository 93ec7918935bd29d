#!/usr/bin/env python3
"""Meets the emulator's quotas and faults with boto3, by the rows of spec/support/limit_rows.lua.

usage: boto3_limits.py URL FILE

FILE has {"keys": {"owner": [ID, SECRET], "token": [ID, SECRET, TOKEN]}, "bucket": NAME, "rows": [{"name", "steps"}, ...]}.
Prints one JSON object: by the row's name, what is wrong, or "".
"""

import json
import re
import sys
import urllib.request

import boto3
import botocore.exceptions
from botocore import xform_name
from botocore.config import Config

URL = sys.argv[1]
with open(sys.argv[2], encoding="utf-8") as file:
    work = json.load(file)


def client(who, service="rekognition"):
    key, secret, *token = work["keys"][who]
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, read_timeout=1, connect_timeout=5,
                    s3={"addressing_style": "path"})
    return boto3.client(service, endpoint_url=URL, region_name="us-east-1", config=config, aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token[0] if token else None)


CLIENTS = {who: client(who) for who in work["keys"]}
S3 = client("owner", "s3")
LOST = {"drop": "ConnectionClosedError", "delay": "ReadTimeoutError"}


def admin(path, value):
    request = urllib.request.Request(URL + "/_emulator/" + path, data=json.dumps(value).encode(), method="POST")
    with urllib.request.urlopen(request) as response:
        response.read()


def filled(value, saved):
    if isinstance(value, str):
        return re.sub(r"\$\{([^}]+)\}", lambda match: saved[match[1]], value)
    if isinstance(value, dict):
        if "$bytes" in value:
            return value["$bytes"].encode()
        return {key: filled(item, saved) for key, item in value.items()}
    return [filled(item, saved) for item in value] if isinstance(value, list) else value


def value_at(response, path):
    for name in path.split("."):
        response = response[int(name) - 1] if name.isdigit() else response.get(name)
    return response


def outcome(step, saved):
    """What a call comes to: its response, or an error's code and message, or what kept it from having a response."""
    method = getattr(CLIENTS[step.get("as", "owner")], xform_name(step["call"]))
    try:
        response = method(**filled(step["params"] or {}, saved))
    except botocore.exceptions.ClientError as error:
        return None, error.response["Error"]["Code"], error.response["Error"]["Message"]
    except botocore.exceptions.BotoCoreError as error:
        return None, type(error).__name__, ""
    # boto3 takes a body that was cut short for a response without members
    return (None, "cut", "") if step.get("lost") == "truncate" and len(response) == 1 else (response, None, "")


def check(step, saved):
    response, code, message = outcome(step, saved)
    if step.get("lost"):
        wanted = LOST.get(step["lost"])
        fine = code == wanted if wanted else response is None
        return "" if fine else f"the response was not lost: {code}"
    if step.get("error"):
        fine = code == step["error"] and message and step.get("message", message) == message
        return "" if fine else f"{code}: {message}"
    if code:
        return f"{code}: {message}"
    for name, path in (step.get("save") or {}).items():
        saved[name] = value_at(response, path)
    wrong = [f"{path} is {value_at(response, path)}" for path, value in (step.get("is") or {}).items()
             if value_at(response, path) != value]
    return ", ".join(wrong)


def run(row):
    saved, has_bucket = {}, False
    admin("reset", {})
    admin("settings", row["settings"])
    for number, step in enumerate(row["steps"], 1):
        wrong = ""
        if "admin" in step:
            admin(step["admin"], step["body"])
        elif "put" in step:
            if not has_bucket:
                S3.create_bucket(Bucket=work["bucket"])
            has_bucket = True
            S3.put_object(Bucket=work["bucket"], Key=step["put"], Body=step["body"].encode())
        else:
            wrong = check(step, saved)
        if wrong:
            return f"step {number}, {step['call']}: {wrong}"
    return ""


print(json.dumps({row["name"]: run(row) for row in work["rows"]}))
