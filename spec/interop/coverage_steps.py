"""The steps by which every SDK drives the emulator through all operations of Custom Labels, in one list for all of them.

A step names a world (an emulator with its own options), who calls, the operation and its parameters, and what must come of
it: an error's code, or None. "${X}" in a parameter stands for what an earlier step saved as X. {"$bytes": "..."} is a blob, in
base64.
"""

import base64
import json
import struct

NOW = ["--train-seconds", "0", "--copy-seconds", "0", "--delete-seconds", "0", "--start-seconds", "0",
       "--stop-seconds", "0", "--dataset-seconds", "0"]

# Each world's options. In "going" what is started, stopped or deleted stays so, in "young" what is made stays young.
WORLDS = {
    "plain": [*NOW, "--fail", "bad*", "--fail-start", "lame"],
    "stored": NOW,
    "going": [*NOW, "--start-seconds", "9999", "--stop-seconds", "9999", "--delete-seconds", "9999"],
    "young": [*NOW, "--train-seconds", "9999", "--dataset-seconds", "9999", "--quota", "concurrent_trainings=1"],
    "full": [*NOW, "--quota", "projects=3", "--quota", "models=2", "--quota", "running_models=1",
             "--quota", "inference_units=2", "--quota", "policies=1", "--quota", "tags=2"],
    "busy": [*NOW, "--copy-seconds", "9999", "--quota", "concurrent_copies=1"],
    "rated": ["--rate", "*=0"],
}

BUCKET = "coverage-bucket"
OUTPUT = {"S3Bucket": BUCKET, "S3KeyPrefix": "results"}
DATE = "2022-06-30T17:45:23"


def png(width=640, height=480, seed=b""):
    """The first bytes of an image of that size, which is what the emulator looks at."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0" + seed


def blob(data):
    return {"$bytes": base64.b64encode(data).decode()}


def labelled(name, label):
    about = {"confidence": 1, "class-name": label, "human-annotated": "yes", "creation-date": DATE,
             "type": "groundtruth/image-classification"}
    return json.dumps({"source-ref": f"s3://{BUCKET}/images/{name}.png", "label": 1, "label-metadata": about})


def boxed(name, label):
    about = {"objects": [{"confidence": 1}], "class-map": {"0": label}, "human-annotated": "yes", "creation-date": DATE,
             "type": "groundtruth/object-detection"}
    box = {"image_size": [{"width": 640, "height": 480, "depth": 3}],
           "annotations": [{"class_id": 0, "left": 64, "top": 48, "width": 320, "height": 240}]}
    return json.dumps({"source-ref": f"s3://{BUCKET}/images/{name}.png", "box": box, "box-metadata": about})


LABELLED = [labelled(f"{label}-{i}", label) for label in ("cat", "dog") for i in range(5)]
BOXED = [boxed(f"echo-{i}", "echo") for i in range(5)]

# What the world "stored" has in its bucket.
OBJECTS = {"labels.manifest": "\n".join(LABELLED).encode(), "boxes.manifest": "\n".join(BOXED).encode(),
           "text.png": b"text", "bad.manifest": b"{\n{\n{"}
for line in LABELLED + BOXED:
    key = json.loads(line)["source-ref"].split("/", 3)[3]
    OBJECTS[key] = png(seed=key.encode())


def stored(name):
    return {"Bucket": BUCKET, "Name": name}


def data(name, **more):
    return {"Assets": [{"GroundTruthManifest": {"S3Object": {**stored(name), **more}}}]}


SPLIT = {"AutoCreate": True}
PLAIN_DATA = {"TrainingData": data("train.manifest"), "TestingData": SPLIT}
IMAGE = {"Bytes": blob(png())}
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:root"},
             "Action": "rekognition:CopyProjectVersion", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})

steps = []


def step(world, operation, params, error=None, who="owner", save=None):
    steps.append({"world": world, "operation": operation, "params": params, "error": error, "as": who,
                  "save": save or {}})


def project(world, name, **more):
    step(world, "CreateProject", {"ProjectName": name, **more}, save={name: "ProjectArn"})


def train(world, where, name, **more):
    step(world, "CreateProjectVersion", {"ProjectArn": where, "VersionName": name, "OutputConfig": OUTPUT, **PLAIN_DATA, **more},
         save={name: "ProjectVersionArn"})


def copy(where, source, version, name, **more):
    return {"SourceProjectArn": source, "SourceProjectVersionArn": version, "DestinationProjectArn": where, "VersionName": name,
            "OutputConfig": OUTPUT, **more}


def changes(*lines):
    return {"GroundTruth": blob("\n".join(lines).encode())}


# A request of each operation that nothing is wrong with but who sends it.
def requests(p="${birds}", v="${model_1}", d="${train}"):
    return {
        "CreateProject": {"ProjectName": "more"},
        "DescribeProjects": {},
        "DeleteProject": {"ProjectArn": p},
        "CreateProjectVersion": {"ProjectArn": p, "VersionName": "more", "OutputConfig": OUTPUT, **PLAIN_DATA},
        "DescribeProjectVersions": {"ProjectArn": p},
        "DeleteProjectVersion": {"ProjectVersionArn": v},
        "StartProjectVersion": {"ProjectVersionArn": v, "MinInferenceUnits": 1},
        "StopProjectVersion": {"ProjectVersionArn": v},
        "DetectCustomLabels": {"ProjectVersionArn": v, "Image": IMAGE},
        "CopyProjectVersion": copy(p, p, v, "more"),
        "PutProjectPolicy": {"ProjectArn": p, "PolicyName": "more", "PolicyDocument": POLICY},
        "ListProjectPolicies": {"ProjectArn": p},
        "DeleteProjectPolicy": {"ProjectArn": p, "PolicyName": "share"},
        "TagResource": {"ResourceArn": p, "Tags": {"a": "b"}},
        "UntagResource": {"ResourceArn": p, "TagKeys": ["a"]},
        "ListTagsForResource": {"ResourceArn": p},
        "CreateDataset": {"ProjectArn": p, "DatasetType": "TRAIN"},
        "DescribeDataset": {"DatasetArn": d},
        "ListDatasetEntries": {"DatasetArn": d},
        "ListDatasetLabels": {"DatasetArn": d},
        "UpdateDatasetEntries": {"DatasetArn": d, "Changes": changes(LABELLED[0])},
        "DistributeDatasetEntries": {"Datasets": [{"Arn": d}, {"Arn": d}]},
        "DeleteDataset": {"DatasetArn": d},
    }


OPERATIONS = sorted(requests())
LISTINGS = ["DescribeProjects", "DescribeProjectVersions", "ListProjectPolicies", "ListDatasetEntries", "ListDatasetLabels"]


def plain():
    """Without storage: everything that needs none."""
    w = "plain"
    project(w, "birds", Tags={"team": "one"})
    project(w, "adapter", Feature="CONTENT_MODERATION", AutoUpdate="ENABLED")
    step(w, "CreateProject", {"ProjectName": "birds"}, "ResourceInUseException")
    step(w, "CreateProject", {"ProjectName": "x", "AutoUpdate": "ENABLED"}, "InvalidParameterException")
    train(w, "${birds}", "model_1", KmsKeyId="key", Tags={"a": "b"}, VersionDescription="first")
    train(w, "${birds}", "bad-1")
    train(w, "${birds}", "tested", TrainingData=data("a.manifest", Version="1"), TestingData=data("b.manifest", Version="2"))
    train(w, "${adapter}", "lamp", FeatureConfig={"ContentModeration": {"ConfidenceThreshold": 50.0}})
    train(w, "${birds}", "lame")
    named = {"ProjectArn": "${birds}", "VersionName": "model_1", "OutputConfig": OUTPUT}
    step(w, "CreateProjectVersion", {**named, **PLAIN_DATA}, "ResourceInUseException")
    step(w, "CreateProjectVersion", {**named, "VersionName": "x"}, "InvalidParameterException")
    step(w, "DescribeProjects", {"ProjectNames": ["birds", "adapter"], "Features": ["CUSTOM_LABELS", "CONTENT_MODERATION"]})
    step(w, "DescribeProjects", {"MaxResults": 1, "Features": ["CUSTOM_LABELS", "CONTENT_MODERATION"]}, save={"next": "NextToken"})
    step(w, "DescribeProjects", {"MaxResults": 1, "NextToken": "${next}", "Features": ["CUSTOM_LABELS", "CONTENT_MODERATION"]})
    step(w, "DescribeProjectVersions", {"ProjectArn": "${birds}", "MaxResults": 1}, save={"next": "NextToken"})
    step(w, "DescribeProjectVersions", {"ProjectArn": "${birds}", "MaxResults": 1, "NextToken": "${next}"})
    step(w, "DescribeProjectVersions", {"ProjectArn": "${birds}", "VersionNames": ["model_1", "bad-1"]})
    step(w, "DescribeProjectVersions", {"ProjectArn": "${adapter}"})
    for operation in LISTINGS[:3]:
        step(w, operation, {**requests()[operation], "NextToken": "nonsense"}, "InvalidPaginationTokenException")

    step(w, "StartProjectVersion", {"ProjectVersionArn": "${bad-1}", "MinInferenceUnits": 1}, "InvalidParameterException")
    step(w, "DetectCustomLabels", requests()["DetectCustomLabels"], "ResourceNotReadyException")
    step(w, "StopProjectVersion", {"ProjectVersionArn": "${model_1}"}, "ResourceInUseException")
    step(w, "StartProjectVersion", {"ProjectVersionArn": "${lame}", "MinInferenceUnits": 1})
    step(w, "StartProjectVersion", {"ProjectVersionArn": "${model_1}", "MinInferenceUnits": 1, "MaxInferenceUnits": 2})
    step(w, "StartProjectVersion", {"ProjectVersionArn": "${model_1}", "MinInferenceUnits": 1}, "ResourceInUseException")
    step(w, "DescribeProjectVersions", {"ProjectArn": "${birds}", "VersionNames": ["model_1", "lame"]})
    detect = {"ProjectVersionArn": "${model_1}"}
    step(w, "DetectCustomLabels", {**detect, "Image": IMAGE, "MinConfidence": 0.0, "MaxResults": 2})
    step(w, "DetectCustomLabels", {**detect, "Image": {"S3Object": {**stored("a.png"), "Version": "1"}}})
    step(w, "DetectCustomLabels", {**detect, "Image": {}}, "InvalidParameterException")
    step(w, "DetectCustomLabels", {**detect, "Image": {"Bytes": blob(b"GIF89a")}}, "InvalidImageFormatException")
    step(w, "DetectCustomLabels", {**detect, "Image": {"Bytes": blob(png(5000, 5000))}}, "ImageTooLargeException")
    step(w, "DeleteProjectVersion", {"ProjectVersionArn": "${model_1}"}, "ResourceInUseException")
    step(w, "StopProjectVersion", {"ProjectVersionArn": "${lamp}"}, "InvalidParameterException")
    step(w, "StopProjectVersion", {"ProjectVersionArn": "${model_1}"})

    put = {"ProjectArn": "${birds}", "PolicyName": "share", "PolicyDocument": POLICY}
    step(w, "PutProjectPolicy", put, save={"revision": "PolicyRevisionId"})
    step(w, "PutProjectPolicy", put, "ResourceAlreadyExistsException")
    step(w, "PutProjectPolicy", {**put, "PolicyRevisionId": "${revision}"}, save={"second": "PolicyRevisionId"})
    step(w, "PutProjectPolicy", {**put, "PolicyRevisionId": "${revision}"}, "InvalidPolicyRevisionIdException")
    step(w, "PutProjectPolicy", {**put, "PolicyName": "x", "PolicyDocument": "{}"}, "MalformedPolicyDocumentException")
    step(w, "PutProjectPolicy", {**put, "ProjectArn": "${adapter}"}, "InvalidParameterException")
    step(w, "PutProjectPolicy", {**put, "PolicyName": "second"})
    step(w, "ListProjectPolicies", {"ProjectArn": "${birds}", "MaxResults": 1}, save={"next": "NextToken"})
    step(w, "ListProjectPolicies", {"ProjectArn": "${birds}", "MaxResults": 1, "NextToken": "${next}"})
    step(w, "ListProjectPolicies", {"ProjectArn": "${model_1}"}, "ValidationException")
    step(w, "CreateProject", {"ProjectName": "theirs"}, who="other", save={"theirs": "ProjectArn"})
    step(w, "CopyProjectVersion", copy("${theirs}", "${birds}", "${model_1}", "c", KmsKeyId="key", Tags={"a": "b"}), who="other",
         save={"c": "ProjectVersionArn"})
    step(w, "CopyProjectVersion", copy("${theirs}", "${birds}", "${model_1}", "c"), "ResourceInUseException", who="other")
    step(w, "CopyProjectVersion", copy("${theirs}", "${birds}", "${bad-1}", "d"), "InvalidParameterException", who="other")
    step(w, "DescribeProjectVersions", {"ProjectArn": "${theirs}"}, who="other")
    step(w, "DeleteProjectPolicy", {"ProjectArn": "${birds}", "PolicyName": "share", "PolicyRevisionId": "${revision}"},
         "InvalidPolicyRevisionIdException")
    step(w, "DeleteProjectPolicy", {"ProjectArn": "${birds}", "PolicyName": "share", "PolicyRevisionId": "${second}"})

    step(w, "TagResource", {"ResourceArn": "${model_1}", "Tags": {"x": "y"}})
    step(w, "UntagResource", {"ResourceArn": "${model_1}", "TagKeys": ["a"]})
    step(w, "ListTagsForResource", {"ResourceArn": "${model_1}"})
    for operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        params = {**requests()[operation], "ResourceArn": "arn:aws:rekognition:us-east-1:111122223333:collection/c"}
        step(w, operation, params, "InvalidParameterException")

    datasets(w)
    strangers(w)
    project(w, "empty")
    step(w, "DeleteProject", {"ProjectArn": "${birds}"}, "ResourceInUseException")
    step(w, "DeleteProject", {"ProjectArn": "${empty}"})
    step(w, "DeleteProjectVersion", {"ProjectVersionArn": "${lame}"})
    step(w, "DeleteDataset", {"DatasetArn": "${test}"})


def datasets(w):
    project(w, "set")
    create = {"ProjectArn": "${set}", "DatasetType": "TRAIN"}
    step(w, "CreateDataset", {**create, "Tags": {"a": "b"}}, save={"train": "DatasetArn"})
    step(w, "CreateDataset", create, "ResourceAlreadyExistsException")
    step(w, "CreateDataset", {**create, "ProjectArn": "${adapter}"}, "InvalidParameterException")
    step(w, "UpdateDatasetEntries", {"DatasetArn": "${train}", "Changes": changes(*LABELLED, *BOXED[:1])})
    step(w, "UpdateDatasetEntries", {"DatasetArn": "${train}", "Changes": changes(" ")}, "InvalidParameterException")
    step(w, "DescribeDataset", {"DatasetArn": "${train}"})
    step(w, "ListDatasetLabels", {"DatasetArn": "${train}", "MaxResults": 1}, save={"next": "NextToken"})
    step(w, "ListDatasetLabels", {"DatasetArn": "${train}", "MaxResults": 1, "NextToken": "${next}"})
    step(w, "ListDatasetEntries", {"DatasetArn": "${train}", "MaxResults": 1}, save={"next": "NextToken"})
    step(w, "ListDatasetEntries", {"DatasetArn": "${train}", "MaxResults": 1, "NextToken": "${next}"})
    step(w, "ListDatasetEntries", {"DatasetArn": "${train}", "ContainsLabels": ["cat"], "Labeled": True, "HasErrors": False,
                                   "SourceRefContains": "cat"})
    for operation in LISTINGS[3:]:
        step(w, operation, {**requests()[operation], "NextToken": "nonsense"}, "InvalidPaginationTokenException")
    step(w, "CreateDataset", {"ProjectArn": "${set}", "DatasetType": "TEST"}, save={"test": "DatasetArn"})
    step(w, "DistributeDatasetEntries", {"Datasets": [{"Arn": "${train}"}, {"Arn": "${train}"}]}, "InvalidParameterException")
    step(w, "DistributeDatasetEntries", {"Datasets": [{"Arn": "${train}"}, {"Arn": "${test}"}]})
    project(w, "second")
    step(w, "CreateDataset", {"ProjectArn": "${second}", "DatasetType": "TRAIN", "DatasetSource": {"DatasetArn": "${train}"}})
    step(w, "DescribeProjects", {"ProjectNames": ["set"]})


# An ARN that is of another region; operations that have no ARN are wrong in another way.
def elsewhere(params):
    return json.loads(json.dumps(params).replace("${birds}", "arn:aws:rekognition:eu-west-1:111122223333:project/birds/1")
                      .replace("${model_1}", "arn:aws:rekognition:eu-west-1:111122223333:project/birds/version/model_1/1")
                      .replace("${train}", "arn:aws:rekognition:eu-west-1:111122223333:project/birds/dataset/train/1"))


def strangers(w):
    """Every operation: for a user who may do nothing, for what isn't there, in another region, without its members."""
    absent = requests("${birds}0", "${model_1}0", "${train}0")
    for operation in OPERATIONS:
        params = requests()[operation]
        step(w, operation, params, "AccessDeniedException", who="nobody")
        if "Arn" in json.dumps(params):
            step(w, operation, absent[operation], "ResourceNotFoundException")
            step(w, operation, elsewhere(params), "InvalidParameterException")
            step(w, operation, {}, "ValidationException")
    step(w, "CreateProject", {}, "ValidationException")
    step(w, "DescribeProjects", {"MaxResults": 101}, "ValidationException")
    step(w, "DeleteProjectPolicy", {"ProjectArn": "${birds}", "PolicyName": "none"}, "ResourceNotFoundException")


def with_storage():
    """With a bucket: manifests are read and checked, and results are written."""
    w = "stored"
    for kind in ("labels", "boxes"):
        project(w, kind)
        step(w, "CreateProjectVersion", {"ProjectArn": f"${{{kind}}}", "VersionName": "m", "OutputConfig": OUTPUT,
                                         "TrainingData": data(kind + ".manifest"), "TestingData": SPLIT}, save={"m": "ProjectVersionArn"})
        step(w, "StartProjectVersion", {"ProjectVersionArn": "${m}", "MinInferenceUnits": 1})
        name = "cat-1" if kind == "labels" else "echo-1"
        step(w, "DetectCustomLabels", {"ProjectVersionArn": "${m}", "Image": {"S3Object": stored(f"images/{name}.png")}})
        step(w, "DescribeProjectVersions", {"ProjectArn": f"${{{kind}}}"})
    step(w, "DetectCustomLabels", {"ProjectVersionArn": "${m}", "Image": {"S3Object": stored("none.png")}}, "InvalidS3ObjectException")
    step(w, "CreateProjectVersion", {"ProjectArn": "${boxes}", "VersionName": "n", "OutputConfig": OUTPUT,
                                     "TrainingData": data("bad.manifest"), "TestingData": data("boxes.manifest")})
    step(w, "DescribeProjectVersions", {"ProjectArn": "${boxes}", "VersionNames": ["n"]})
    project(w, "set")
    source = data("labels.manifest", Version="1")["Assets"][0]
    step(w, "CreateDataset", {"ProjectArn": "${set}", "DatasetType": "TRAIN", "DatasetSource": source}, save={"train": "DatasetArn"})
    step(w, "DescribeDataset", {"DatasetArn": "${train}"})
    missing = {"GroundTruthManifest": {"S3Object": {**stored("none.manifest"), "Version": "1"}}}
    step(w, "CreateDataset", {"ProjectArn": "${set}", "DatasetType": "TEST", "DatasetSource": missing}, "InvalidS3ObjectException")


def going():
    w = "going"
    project(w, "birds")
    train(w, "${birds}", "model_1")
    step(w, "StartProjectVersion", {"ProjectVersionArn": "${model_1}", "MinInferenceUnits": 1})
    step(w, "StartProjectVersion", {"ProjectVersionArn": "${model_1}", "MinInferenceUnits": 1}, "ResourceInUseException")
    step(w, "DescribeProjectVersions", {"ProjectArn": "${birds}"})
    project(w, "set")
    step(w, "CreateDataset", {"ProjectArn": "${set}", "DatasetType": "TRAIN"}, save={"train": "DatasetArn"})
    step(w, "DeleteDataset", {"DatasetArn": "${train}"})
    for operation in ("DeleteDataset", "ListDatasetEntries", "ListDatasetLabels", "UpdateDatasetEntries"):
        step(w, operation, requests()[operation], "ResourceInUseException")


def young():
    w = "young"
    project(w, "birds")
    train(w, "${birds}", "model_1")
    step(w, "CreateProjectVersion", {"ProjectArn": "${birds}", "VersionName": "x", "OutputConfig": OUTPUT, **PLAIN_DATA},
         "LimitExceededException")
    step(w, "DescribeProjectVersions", {"ProjectArn": "${birds}"})
    project(w, "set")
    step(w, "CreateDataset", {"ProjectArn": "${set}", "DatasetType": "TRAIN"}, save={"train": "DatasetArn"})
    step(w, "CreateDataset", {"ProjectArn": "${set}", "DatasetType": "TEST"}, save={"test": "DatasetArn"})
    for operation in ("ListDatasetEntries", "ListDatasetLabels"):
        step(w, operation, requests()[operation], "ResourceNotReadyException")
    step(w, "DistributeDatasetEntries", {"Datasets": [{"Arn": "${train}"}, {"Arn": "${test}"}]}, "ResourceNotReadyException")


def limits():
    w = "full"
    project(w, "birds")
    project(w, "second")
    project(w, "third")
    step(w, "CreateProject", {"ProjectName": "fourth"}, "LimitExceededException")
    train(w, "${birds}", "model_1")
    train(w, "${birds}", "model_2")
    step(w, "CreateProjectVersion", {"ProjectArn": "${birds}", "VersionName": "x", "OutputConfig": OUTPUT, **PLAIN_DATA},
         "ServiceQuotaExceededException")
    step(w, "CopyProjectVersion", copy("${birds}", "${birds}", "${model_1}", "x"), "ServiceQuotaExceededException")
    start = {"ProjectVersionArn": "${model_1}"}
    step(w, "StartProjectVersion", {**start, "MinInferenceUnits": 3}, "LimitExceededException")
    put = {"ProjectArn": "${birds}", "PolicyDocument": POLICY}
    step(w, "PutProjectPolicy", {**put, "PolicyName": "a"})
    step(w, "PutProjectPolicy", {**put, "PolicyName": "b"}, "LimitExceededException")
    step(w, "TagResource", {"ResourceArn": "${birds}", "Tags": {"a": "1", "b": "2", "c": "3"}}, "ServiceQuotaExceededException")
    w = "busy"
    project(w, "birds")
    train(w, "${birds}", "model_1")
    step(w, "CopyProjectVersion", copy("${birds}", "${birds}", "${model_1}", "c"))
    step(w, "CopyProjectVersion", copy("${birds}", "${birds}", "${model_1}", "d"), "LimitExceededException")


def rated():
    arn = "arn:aws:rekognition:us-east-1:111122223333:project/birds"
    for operation, params in requests(arn + "/1", arn + "/version/v/1", arn + "/dataset/train/1").items():
        step("rated", operation, params, "ProvisionedThroughputExceededException")


# The codes that nothing in the emulator leads to: they come by its faults.
FAULTS = {
    "CreateDataset": ["LimitExceededException"], "DeleteDataset": ["LimitExceededException"],
    "UpdateDatasetEntries": ["LimitExceededException"], "DetectCustomLabels": ["LimitExceededException"],
    "DescribeProjects": ["InvalidParameterException"], "PutProjectPolicy": ["ServiceQuotaExceededException"],
}


def broken():
    arn = "arn:aws:rekognition:us-east-1:111122223333:project/birds"
    WORLDS["broken"] = []
    for operation, params in requests(arn + "/1", arn + "/version/v/1", arn + "/dataset/train/1").items():
        for code in ["ThrottlingException", "InternalServerError", *FAULTS.get(operation, [])]:
            WORLDS["broken"] += ["--fault", f"fault=error,operation={operation},code={code}"]
            step("broken", operation, params, code)


for part in (plain, with_storage, going, young, limits, rated, broken):
    part()
