--- `rekognition policy`: checks, builds and explains project policies. Nothing is sent.

local input = require "rekognition.cli.input"
local json = require "rekognition.cli.json"
local options = require "rekognition.cli.options"
local policy = require "rekognition.custom_labels.policy"
local values = require "rekognition.cli.values"

local DOCUMENT = { name = "document", value = "FILE", help = "The policy's JSON: a file, or - for the input." }

local M = {
  summary = "Check, build and explain project policies",
  description = "Project policies let another account copy a model. Nothing is sent: IAM's rules are applied here.",
  usage = { "check|build|explain [OPTION]... [FILE]" },
  commands = {
    { name = "check", summary = "Check a policy document by AWS's rules",
      arguments = { DOCUMENT },
      options = options.list {
        { name = "--kind", value = "KIND", choices = { "project", "identity", "trust" },
          help = "What kind of policy it is. Default: project." },
        "output",
      },
      exit = "0 it is well, 1 it is not, 2 used wrongly." },
    { name = "build", summary = "Write a policy that lets an account copy a version",
      options = options.list {
        { name = "--account", required = true, value = "ID", convert = values.account,
          help = "The account that may copy." },
        { name = "--version", required = true, value = "ARN", many = true,
          help = "The version's ARN, or a pattern. May be repeated." },
        { name = "--role", value = "ROLE", help = "Only this role of the account, a name or an ARN." },
        { name = "--sid", value = "SID", convert = values.sid,
          help = "The statement's name: letters and digits." },
      },
      exit = "0 done, 2 used wrongly." },
    { name = "explain", summary = "Say in sentences what a policy allows",
      arguments = { DOCUMENT }, options = options.list { "output" },
      exit = "0 done, 2 it is not a policy, or used wrongly." },
  },
  options = {},
  examples = { "rekognition policy build --account 555555555555 --version ARN > policy.json",
               "rekognition policy check policy.json", "rekognition policy explain policy.json" },
}

local function read(context)
  return input.read(context, context.args.document)
end

local COMMANDS = {}

function COMMANDS.check(context)
  local ok, problems = policy.check(read(context), context.args.kind)
  if context.output.format ~= "table" then
    context.output:json { ok = ok, problems = json.list(problems or {}) }
  elseif ok then
    context.output:line("the policy is well formed")
  else
    context.output:table({ { key = "path", title = "WHERE" }, { key = "message", title = "PROBLEM" } }, problems)
  end
  return ok and 0 or 1
end

function COMMANDS.build(context)
  local versions = context.args.version
  if #versions == 0 then context:usage("option --version is missing") end
  context.output:line(policy.build {
    account = context:need "--account", version = #versions == 1 and versions[1] or versions,
    role = context.args.role, sid = context.args.sid,
  })
  return 0
end

function COMMANDS.explain(context)
  local sentences = policy.explain(read(context))
  if context.output.format == "table" then
    context.output:line((sentences:gsub("[%z\1-\9\11-\31\127]", " ")))
  else
    context.output:json { explanation = sentences }
  end
  return 0
end

function M.run(context)
  return COMMANDS[context.args.subcommand](context)
end

return M
