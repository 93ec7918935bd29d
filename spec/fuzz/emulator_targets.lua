-- What the emulator reads: requests, its state file, the description of identities. See targets.lua.

local body = require "rekognition.emulator.body"
local cbor = require "rekognition.emulator.cbor"
local cjson = require("cjson").new()
local client = require "spec.support.emulator_client"
local emulator = require "rekognition.emulator"
local files = require "spec.support.files"
local identities = require "rekognition.emulator.identities"
local image = require "rekognition.emulator.image"
local manifest = require "rekognition.emulator.manifest"
local s3 = require "spec.support.emulator_s3"
local sentences = require "spec.fuzz.sentences"
local store = require "rekognition.emulator.store"

local NOW = 1656611123

-- An emulator that tells what failed inside, which is a fault whatever the request was.
local service = emulator.new {
  clock = function() return NOW end,
  log = function(line)
    if line:find("failed inside", 1, true) then error(line, 0) end
  end,
}
local BUCKET = "the-bucket"
s3.must(service, "PUT", "/" .. BUCKET)
client.must(service, "CreateProject", { ProjectName = "p" })

local M = {}

M.emulator_authorization = {
  seeds = {
    "AWS4-HMAC-SHA256 Credential=AKIAEMULATOR00000001/20220630/us-east-1/rekognition/aws4_request, "
      .. "SignedHeaders=host;x-amz-date, Signature=00ff",
  },
  tokens = { "Credential=", "SignedHeaders=", "Signature=", ", ", "/", ";", "=", "AWS4-HMAC-SHA256 ", "\t" },
  read = function(text)
    for _, headers in ipairs {
      { { "Host", "h" }, { "Authorization", text }, { "X-Amz-Date", "20220630T174523Z" } },
      { { "Host", text }, { "Authorization", "AWS4-HMAC-SHA256 " .. text }, { "X-Amz-Date", text } },
      { { "Host", "h" }, { text, text }, { "X-Amz-Target", text }, { "X-Amz-Security-Token", text } },
    } do
      service:handle { method = "POST", target = "/", body = "{}", headers = headers }
    end
  end,
}

M.emulator_targets = {
  seeds = { "/?Action=GetCallerIdentity&Version=2011-06-15", "/the-bucket/a%20b/c?list-type=2&prefix=a",
    "http://127.0.0.1:1/service/GraniteServiceVersion20100801/operation/ListMetrics",
    "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20220630%2Fus-east-1%2Fs3%2Faws4_request"
      .. "&X-Amz-Date=20220630T174523Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
    "/_emulator/faults" },
  tokens = { "?", "&", "=", "%", "%2F", "/", "..", "X-Amz-Credential=", "+", "http://", "/_emulator/" },
  read = function(text)
    for _, method in ipairs { "GET", "PUT" } do
      service:handle { method = method, target = text, body = "", headers = { { "Host", "h" } } }
      pcall(s3.send, service, method, text) -- the signer refuses what no target can be
    end
  end,
}

M.emulator_forms = {
  seeds = { "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=s",
    "Action=GetMetricStatistics&Version=2010-08-01&Dimensions.member.1.Name=a&StartTime=2022-01-01T00%3A00%3A00Z" },
  tokens = { "&", "=", ".member.1.", "%", "+", "Action=", "Tags.member.1.Key=", "Policy=%7B" },
  read = function(text)
    for _, name in ipairs { "sts", "monitoring" } do
      service:handle(client.request("", text, { time = NOW, service = name, headers = {
        { "Host", "h" }, { "Content-Type", "application/x-www-form-urlencoded" } } }))
    end
  end,
}

M.emulator_bodies = {
  seeds = { '{"ProjectName":"p"}', '{"ProjectArn":"arn:aws:rekognition:us-east-1:111122223333:project/p/1","MaxResults":1}',
    '{"ProjectArn":null,"VersionName":"v","OutputConfig":{"S3Bucket":"b"},"TrainingData":{"Assets":[]}}' },
  tokens = { '"', "{", "[", "[]", "null", ",", ":", "\\u0000", "1e400", '"ProjectName":"', '"NextToken":"' },
  read = function(text)
    body.decode(text)
    for _, operation in ipairs { "CreateProject", "DescribeProjectVersions", "CreateProjectVersion", "DetectCustomLabels" } do
      service:handle(client.request(operation, text, { time = NOW }))
    end
    service:reset()
  end,
}

M.emulator_documents = {
  seeds = { "<Delete><Object><Key>k</Key></Object></Delete>", "<CreateBucketConfiguration/>",
    '{"fault":"drop","operation":"CreateProject"}' },
  tokens = { "<Key>", "</Key>", "<!DOCTYPE a [", "&lt;", '"', "{", '"fault":"', ":" },
  read = function(text)
    s3.send(service, "POST", "/" .. BUCKET .. "?delete", { body = text })
    s3.send(service, "PUT", "/another-bucket", { body = text })
    service:handle { method = "POST", target = "/_emulator/faults", body = text, headers = { { "Host", "h" } } }
    service.faults:clear()
  end,
}

M.cbor = {
  seeds = { "\xA1\x61a\x01", "\xBF\x61a\x9F\x01\xFF\xFF", "\xA2\x61a\xFB\x3F\xF0\0\0\0\0\0\0\x61b\xC1\x1A\0\0\0\1" },
  tokens = { "\xBF", "\xFF", "\x9F", "\x7F", "\xC1", "\xFB", "\x1B", "\x5B", "\x81" },
  read = cbor.read,
}

M.manifests = {
  seeds = { '{"source-ref":"s3://b/k.jpg","animal":1,"animal-metadata":{"class-name":"cat","confidence":1,'
    .. '"creation-date":"2020-01-01T00:00:00","human-annotated":"yes","type":"groundtruth/image-classification"}}\n' },
  tokens = { "\n", "\r", '"', "{", "s3://", "/", '"class-map":{"0":"x"}', "-metadata" },
  read = function(text) manifest.check(manifest.split(text)) end,
}

M.images = {
  seeds = { "\xFF\xD8\xFF\xE0\0\16JFIF\0\1\1\0\0\1\0\1\0\0\xFF\xC0\0\17\8\0\1\0\1\3",
    "\137PNG\r\n\26\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\8\6\0\0\0" },
  tokens = { "\xFF", "\xFF\xC0", "\xFF\xE0\0\2", "\0\0", "IHDR" },
  read = image.size,
}

local path = os.tmpname()

M.state_files = {
  seeds = { '{"format":1,"last_number":1,"projects":[{"arn":"arn:aws:rekognition:us-east-1:111122223333:project/p/1",'
    .. '"name":"p","status":"CREATED","tags":{},"number":1,"policies":[],"feature":"CUSTOM_LABELS","account":"111122223333",'
    .. '"region":"us-east-1"}],"versions":[],"datasets":[],"buckets":{"b":{"account":"1","objects":{}}}}' },
  tokens = { '"', "{", "[", ",", "null", "1e300", "[]", '"arn":"arn:aws:' },
  read = function(text)
    files.write(path, text)
    sentences.only(store.open, path)
  end,
}

M.identity_files = {
  seeds = { cjson.encode { users = { { name = "u", account = "111122223333" } }, roles = {} }, "{}" },
  tokens = { '"', "{", "[", ",", "null", '"policies":["', '"trust":' },
  read = function(text)
    files.write(path, text)
    sentences.only(function() identities.new(emulator.DEFAULT_ACCOUNTS, identities.read_file(path)) end)
  end,
}

return M
