--- The JSON files in which sign-in tokens are kept: shared with the AWS CLI and the other SDKs.

local check = require "rekognition.credentials.check"

local M = {}

--- Reads a token.
---@param context rekognition.CredentialContext
---@param source string   for errors
---@param path string
---@param remedy string   what to do where there is none: "run `aws sso login`"
---@return table<string, any>
--- Raises an error of kind "credentials" where the file is not there or not what it should be.
function M.read(context, source, path, remedy)
  local text, why = context:read_file(path)
  if not text then check.fail(source, ("there is no sign-in token (%s); %s"):format(why, remedy)) end
  return check.json(source, "the token file " .. path, text)
end

--- Writes a token: beside the file first, readable by its owner alone, then in its place. What can't be
--- written costs another refresh later, so it is only logged.
---@param context rekognition.CredentialContext
---@param path string
---@param token table
function M.write(context, path, token)
  local ok, why = context:write_file(path, check.to_json(token))
  if not ok then context.logger("warn", "token_cache_not_written", { path = path, error = why }) end
end

return M
