--- Prints a DescribeProjectVersions answer of some 220 KB: a page of 90 versions as the service describes trained
-- models, with the members that it sends for each.

local VERSIONS = 90

local function object(bucket, name)
  return ('{"GroundTruthManifest":{"S3Object":{"Bucket":"%s","Name":"%s"}}}'):format(bucket, name)
end

local function data(bucket, prefix, kind)
  local function assets(name)
    return ('{"Assets":[%s]}'):format(object(bucket, ("%s/%s/%s"):format(prefix, kind, name)))
  end
  return ('{"Input":%s,"Output":%s,"Validation":%s}'):format(
    assets "datasets/input/manifests/input.manifest",
    assets "datasets/output/manifests/output.manifest",
    assets "validation/manifests/manifest_validation.json")
end

local function version(number)
  local name = ("model_%d"):format(number)
  local stamp = 1656611123456 + number * 86400000
  local project = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject"
  local bucket = "custom-labels-console-us-east-1-3c5e7d9b1f"
  local prefix = ("projects/SourceProject/evaluation/%s"):format(name)
  return table.concat {
    "{",
    ('"ProjectVersionArn":"%s/version/%s/%d",'):format(project, name, stamp),
    ('"CreationTimestamp":%.3f,'):format(stamp / 1000),
    '"MinInferenceUnits":1,"MaxInferenceUnits":4,"Status":"COPYING_COMPLETED",',
    '"StatusMessage":"The model has been copied and is ready to run.","BillableTrainingTimeInSeconds":5482,',
    ('"TrainingEndTimestamp":%.3f,'):format(stamp / 1000 + 7213.512),
    ('"OutputConfig":{"S3Bucket":"%s","S3KeyPrefix":"projects/SourceProject/output"},'):format(bucket),
    '"TrainingDataResult":', data(bucket, prefix, "training"), ",",
    '"TestingDataResult":', data(bucket, prefix, "testing"), ",",
    ('"EvaluationResult":{"F1Score":%.17g,"Summary":{"S3Object":{"Bucket":"%s","Name":"%s"}}},'):format(
      0.9 + number / 1000, bucket, prefix .. "/EvaluationResultSummary-" .. name .. ".json"),
    ('"ManifestSummary":{"S3Object":{"Bucket":"%s","Name":"%s"}},'):format(bucket, prefix .. "/ManifestSummary.json"),
    '"KmsKeyId":"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",',
    ('"SourceProjectVersionArn":"%s/version/%s/%d",'):format(project, name, stamp - 3600000),
    '"Feature":"CUSTOM_LABELS","BaseModelVersion":"1.0"',
    "}",
  }
end

local versions = {}
for number = 1, VERSIONS do versions[number] = version(number) end
io.write('{"ProjectVersionDescriptions":[', table.concat(versions, ","), "]}")
