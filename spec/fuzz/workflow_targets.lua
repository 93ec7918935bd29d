-- What the workflows and the command line read: plans, journals, parameters, policies, ARNs. See targets.lua.

local arn = require "rekognition.text.arn"
local cli_json = require "rekognition.cli.json"
local cli_values = require "rekognition.cli.values"
local files = require "spec.support.files"
local image_hint = require "rekognition.text.image_hint"
local journal = require "rekognition.custom_labels.fleet.journal"
local plan = require "rekognition.custom_labels.fleet.plan"
local policy = require "rekognition.custom_labels.policy"
local policy_arns = require "rekognition.custom_labels.policy.arns"
local policy_values = require "rekognition.custom_labels.policy.values"
local principals = require "rekognition.custom_labels.policy.principals"
local run_journal = require "rekognition.custom_labels.run_journal"
local variables = require "rekognition.custom_labels.policy.variables"
local wildcard = require "rekognition.text.wildcard"

local VERSION = "arn:aws:rekognition:us-east-1:123456789012:project/a/version/b/1"
local path = os.tmpname()

local M = {}

M.policies = {
  seeds = { '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},'
    .. '"Action":"rekognition:CopyProjectVersion","Resource":"arn:aws:rekognition:*:*:project/a*/version/*"}]}' },
  tokens = { '"', "{", "[", "*", "?", "${aws:username}", '"Condition":{"StringLike":{"a":"', "arn:aws:", ":", "/" },
  read = function(text)
    policy.check(text)
    policy.decide(text, { account = "123456789012", arn = "arn:aws:iam::123456789012:root", region = "us-east-1" }, VERSION)
  end,
}

M.policy_values = {
  seeds = { "2020-01-02T03:04:05Z", "10.0.0.0/8", "fd00::1/16", "-1.5", "TRUE", "${aws:username, 'x'}",
    "arn:aws:iam::123456789012:role/r", "c2Fs" },
  tokens = { ":", "::", ".", "/", "-", "T", "Z", "1", "A", "${", "}", "'", "=", "arn:aws:", "*", "?" },
  read = function(text)
    for _, name in ipairs { "number", "boolean", "date", "address", "is_base64" } do policy_values[name](text) end
    policy_values.in_range(text, "10.1.2.3")
    principals.parse(text)
    principals.problem(text)
    variables.expand(text, function() return "v" end)
    variables.keys(text)
    policy_arns.split(text)
    policy_arns.resource_matches(text, VERSION)
  end,
}

M.wildcards = {
  seeds = { "a*b?c*", "****", "?*?*" },
  tokens = { "*", "?", "a", "*a" },
  read = function(text)
    for _, subject in ipairs { ("a"):rep(200), text:sub(1, 200) } do
      local pattern = text:sub(1, 200)
      wildcard.matches(pattern, subject)
    end
  end,
}

M.arns = {
  seeds = { VERSION, "arn:aws:rekognition:us-east-1:123456789012:project/a/dataset/train/1" },
  tokens = { ":", "/", "arn:", "project/", "version/", "dataset/", "123456789012" },
  read = function(text)
    local parts = arn.parse(text)
    arn.of_kind(text, parts and parts.kind or "project")
  end,
}

M.plans = {
  seeds = { '{"source":{"profile":"dev","region":"us-east-1"},"models":[{"project":"Birds","version":"m","tags":{"a":"b"}}],'
    .. '"destinations":[{"profile":"prod","project":"Birds","output_config":{"S3Bucket":"b"},"start":true,"only":["m"]}]}' },
  tokens = { '"', "{", "[", ",", "null", '"models":', '"start":{"min_inference_units":', "1e400", "[]" },
  read = function(text)
    files.write(path, text)
    plan.read(path)
  end,
}

M.journals = {
  seeds = { '{"format":1,"copies":{"k":{"source_version":"v"}},"models":[{"version":"v","project":"p","region":"r",'
    .. '"endpoint":"e","started_at":1}]}' },
  tokens = { '"', "{", "[", ",", "null", '"copies":', '"models":', "[]", "1e300" },
  read = function(text)
    files.write(path, text)
    local models = run_journal.open({ _seams = { env = {}, sleep = function() end } }, path)
    local ok, problem = pcall(models.find, models, "v", "e")
    local copies = journal.new({}, {}, path)
    copies:read()
    copies:find "k"
    if not ok then error(problem, 0) end
  end,
}

M.parameters = {
  seeds = { '{"Image":{"Bytes":"/9j/4AAQ"},"MinConfidence":50.5}', '{"StartTimestampFrom":"2020-01-01T00:00:00Z"}' },
  tokens = { '"', "{", "[", ",", "null", '"Bytes":"', "====", "\\u0000", "1e5" },
  read = function(text)
    local given = cli_json.decode_object(text)
    if given then
      for _, operation in ipairs { "DetectLabels", "CreateProjectVersion" } do cli_json.to_params(operation, given) end
      cli_json.encode(given, true)
    end
    cli_json.decode_base64(text)
    image_hint('{"Image":{"Bytes":"' .. text .. '"}}')
  end,
}

M.arguments = {
  seeds = { "90", "1.5h", "a=b", "a,b,c", "123456789012" },
  tokens = { "=", ",", ".", "s", "h", "0" },
  read = function(text)
    for _, read in pairs(cli_values) do read(text) end
  end,
}

return M
