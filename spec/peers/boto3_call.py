#!/usr/bin/env python3
"""Calls operations with boto3 and prints what it makes of the responses: boto3_call.py URL < LINES

Each line is {"operation", "params"} as JSON. Prints a line for each: {"operation", "response"} with bytes as base64 and
times as ISO 8601 in UTC, or {"operation", "error"}, or {"operation", "unknown": true} where this boto3 has no such
operation.
"""
import base64
import datetime
import json
import sys

import boto3
import botocore.exceptions
from botocore.config import Config

client = boto3.client(
    "rekognition",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id=sys.argv[2],
    aws_secret_access_key=sys.argv[3],
    config=Config(retries={"max_attempts": 0}),
)
model = client.meta.service_model
methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}


def params_of(value, shape):
    if shape.type_name == "structure":
        return {name: params_of(item, shape.members[name]) for name, item in value.items() if name in shape.members}
    if shape.type_name == "list":
        return [params_of(item, shape.member) for item in value]
    return base64.b64decode(value) if shape.type_name == "blob" else value


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    raise TypeError(type(value))


for line in sys.stdin:
    task = json.loads(line)
    name = task["operation"]
    result = {"operation": name}
    if name not in methods:
        result["unknown"] = True
    else:
        try:
            shape = model.operation_model(name).input_shape
            response = getattr(client, methods[name])(**params_of(task["params"], shape))
            response.pop("ResponseMetadata", None)
            result["response"] = response
        except botocore.exceptions.ClientError as error:
            result["error"] = error.response["Error"]
            result["status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
    print(json.dumps(result, default=plain), flush=True)
