--- A command that prints credentials (credential_process).
--
-- Source: AWS SDKs and Tools Reference Guide, "Process credential provider". The command line is split
-- by the shell's quoting rules and run without a shell, as botocore does it. Where it uses more of a
-- shell than quotes (a pipe, a redirection, a variable), /bin/sh runs it, as in the other SDKs.

local check = require "rekognition.credentials.check"
local number = require "rekognition.text.number"
local providers = require "rekognition.credentials.provider"
local shell_words = require "rekognition.text.shell_words"

local M = {}

local NAME = "process"
-- A choice, the Go SDK's.
local TIMEOUT = 60
local NAMES = {
  access_key_id = "AccessKeyId", secret_access_key = "SecretAccessKey",
  session_token = "SessionToken", expiration = "Expiration", account_id = "AccountId",
}

--- The words of a command line; `{ "/bin/sh", "-c", command }` if it needs a shell.
---@param command string
---@return string[]? argv  nil if a quote has no end
function M.split(command)
  local words, needs_shell = shell_words.split(command)
  return needs_shell and { "/bin/sh", "-c", command } or words
end

-- Why there is no output. A command that took too long is code "timeout", as for a service.
local function fail(argv, failure, timeout)
  local is_timeout, is_late = failure.code == "timeout", timeout < TIMEOUT
  local why = failure.message
  if is_timeout then
    why = is_late and "had not ended when total_timeout ran out"
      or ("took longer than %s s"):format(number.seconds(timeout))
  end
  check.fail(NAME, ("the command %s %s"):format(argv[1], why), is_timeout and {
    code = "timeout", retryable = true, retry_outcome = is_late and "total_timeout_exceeded" or nil } or nil)
end

-- What it printed on its error stream has gone to ours; its output is not repeated, it may hold keys.
local function run(context, argv, deadline)
  local timeout = deadline and math.min(TIMEOUT, math.max(0.01, deadline - context.monotonic())) or TIMEOUT
  local result, failure = context.run_process(argv, {
    timeout = timeout, max_output = check.MAX_DOCUMENT })
  if not result then fail(argv, failure, timeout) end
  if result.signal then check.fail(NAME, ("the command %s was ended by signal %d"):format(argv[1], result.signal)) end
  if result.status ~= 0 then
    check.fail(NAME, ("the command %s failed (exit status %d); its own message is on the error stream"):format(
      argv[1], result.status))
  end
  return result.stdout
end

local function fetch(context, argv, account_id, deadline)
  local fields = check.json(NAME, "the command's output", run(context, argv, deadline))
  if fields.Version ~= 1 then
    check.fail(NAME, "Version in the command's output must be 1, the only one there is")
  end
  local credentials = check.credentials(NAME, fields, NAMES)
  credentials.account_id = credentials.account_id or account_id
  return credentials
end

--- A provider over a command.
---@param options { command: string, account_id?: string }  account_id: where the output has none
---@param context rekognition.CredentialContext
---@return rekognition.CredentialProvider
function M.new(options, context)
  local argv = M.split(options.command)
  if not argv then check.misconfigured("credential_process: a quote in the command line does not end") end
  if #argv == 0 then check.misconfigured("credential_process: the command line is empty") end
  return providers.new({
    name = NAME,
    fetch = function(_, _, deadline) return fetch(context, argv, options.account_id, deadline) end,
  }, context)
end

--- What a profile asks for.
---@param context rekognition.CredentialContext
---@param profile_name string
---@return rekognition.CredentialProvider?, string?  nil and why where it asks for no command
function M.find(context, profile_name)
  local profile = context:profile(profile_name) or {}
  if not profile.credential_process then
    return nil, ("profile %s has no credential_process"):format(profile_name)
  end
  return M.new({ command = profile.credential_process, account_id = profile.aws_account_id }, context)
end

return M
