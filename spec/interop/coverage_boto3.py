"""Makes the calls of coverage_steps.py by boto3, or by the AWS CLI: python coverage_boto3.py boto3|cli <STEPS >RESULTS

Reads {"urls": {world: url}, "keys": {who: [id, secret]}, "steps": [...]} and writes a list with what came of each step:
{"response": ...} or {"error": code, "status": ..., "modelled": ...}. Neither checks parameters itself: the emulator is to.
"""

import base64
import datetime
import json
import os
import re
import subprocess
import sys

REGION = "us-east-1"


def filled(value, saved):
    """The parameters with what was saved, and with blobs as the given function makes them."""
    if isinstance(value, str):
        return re.sub(r"\$\{([^}]+)\}", lambda found: saved[found.group(1)], value)
    if isinstance(value, list):
        return [filled(item, saved) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, saved) for name, item in value.items()}
    return value


def blobs(value, make):
    if isinstance(value, dict):
        return make(value["$bytes"]) if "$bytes" in value else {name: blobs(item, make) for name, item in value.items()}
    return [blobs(item, make) for item in value] if isinstance(value, list) else value


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


class Boto3:
    def __init__(self):
        import boto3
        from botocore.config import Config
        from botocore.exceptions import ClientError
        self.boto3, self.error, self.clients = boto3, ClientError, {}
        self.config = Config(retries={"max_attempts": 0}, parameter_validation=False)

    def client(self, url, keys):
        known = self.clients.get((url, keys[0]))
        if known is None:
            known = self.boto3.client("rekognition", endpoint_url=url, region_name=REGION, aws_access_key_id=keys[0],
                                      aws_secret_access_key=keys[1], config=self.config)
            self.clients[url, keys[0]] = known
        return known

    def call(self, url, keys, operation, params):
        client = self.client(url, keys)
        known = client.meta.service_model.operation_model(operation).input_shape.members  # an older boto3 has fewer
        params = {name: value for name, value in params.items() if name in known}
        method = re.sub(r"(?<!^)([A-Z])", r"_\1", operation).lower()
        try:
            response = getattr(client, method)(**blobs(params, base64.b64decode))
        except self.error as error:
            return {"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                    "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
                    "modelled": type(error).__name__ != "ClientError"}
        del response["ResponseMetadata"]
        return {"response": json.loads(json.dumps(response, default=plain))}


class CLI:
    """The AWS CLI, told by its configuration not to check parameters."""

    def __init__(self):
        self.config = os.environ["COVERAGE_FOLDER"] + "/cli.config"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("[default]\nparameter_validation = false\n")

    def inputs(self, params):
        """The CLI takes blobs in JSON as text, and an image from a file by an argument of its own."""
        image = params.get("Image", {}).get("Bytes")
        if image is None:
            return ["--cli-input-json", json.dumps(blobs(params, lambda text: base64.b64decode(text).decode()))]
        path = os.environ["COVERAGE_FOLDER"] + "/image"
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["$bytes"]))
        rest = {name: value for name, value in params.items() if name != "Image"}
        return ["--image-bytes", "fileb://" + path, "--cli-input-json", json.dumps(rest)]

    def call(self, url, keys, operation, params):
        command = re.sub(r"(?<!^)([A-Z])", r"-\1", operation).lower()
        environment = {"PATH": os.environ["PATH"], "AWS_CONFIG_FILE": self.config, "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
                       "AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1], "AWS_DEFAULT_REGION": REGION,
                       "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", "LC_ALL": "C.UTF-8"}
        line = ["aws", "rekognition", command, "--endpoint-url", url, "--output", "json", *self.inputs(params)]
        if operation.startswith("List") and operation != "ListTagsForResource" or operation.startswith("DescribeProject"):
            line.append("--no-paginate")
        run = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
        if run.returncode == 0:
            return {"response": json.loads(run.stdout or "{}")}
        found = re.search(r"An error occurred \(([^)]+)\) when calling the (\w+) operation[^:]*(?:: \d+\))?: ?(.*)", run.stderr, re.S)
        if not found or found.group(2) != operation:
            return {"error": "the CLI said", "message": run.stderr.strip()}
        return {"error": found.group(1), "message": found.group(3).strip()}


def value_at(response, path):
    for name in path.split("."):
        response = response[int(name) if name.isdigit() else name]
    return response


def main(which):
    work, maker, saved, results = json.load(sys.stdin), {"boto3": Boto3, "cli": CLI}[which](), {}, []
    for step in work["steps"]:
        known = saved.setdefault(step["world"], {})
        try:
            params = filled(step["params"], known)
            result = maker.call(work["urls"][step["world"]], work["keys"][step["as"]], step["operation"], params)
            for name, path in step.get("save", {}).items():
                known[name] = value_at(result["response"], path)
        except KeyError as error:
            result = {"error": "not called", "message": f"missing {error}: {json.dumps(result) if 'result' in dir() else ''}"}
        results.append(result)
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
