--- AWS Lambda's trace id, which goes on to every service that a function calls, so that AWS finds loops of calls.
--
-- As botocore sends it: in a function (AWS_LAMBDA_FUNCTION_NAME is set), with what is not allowed in it
-- percent-encoded (RFC 3986).

--- The value of X-Amzn-Trace-Id, or nil outside of a function.
---@param env table<string, string>
---@return string?
return function(env)
  local name, id = env.AWS_LAMBDA_FUNCTION_NAME, env._X_AMZN_TRACE_ID
  if not name or not id then return nil end
  return (id:gsub("[^A-Za-z0-9_.~%-=;:+&%[%]{}\"',]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end
