--- The value of the header X-Amzn-Trace-Id, by which AWS Lambda notices a function that calls itself in a circle.
--
-- The rule is the one that AWS's SDKs share ("recursion detection"): the trace id that Lambda set in _X_AMZN_TRACE_ID
-- is passed on by a program that runs as a Lambda function. The header is not signed.

-- What botocore leaves as it is; every other byte, controls and non-ASCII ones among them, is percent-encoded.
local ENCODED = "[^A-Za-z0-9_.~=;:+&%[%]{}\"',-]"

local function escape(byte)
  return ("%%%02X"):format(byte:byte())
end

--- The header's value.
---@param env table<string, string>
---@return string?  nil outside AWS Lambda, or if it set no trace id
return function(env)
  local name, trace_id = env.AWS_LAMBDA_FUNCTION_NAME, env._X_AMZN_TRACE_ID
  if not name or name == "" or not trace_id or trace_id == "" then return nil end
  return (trace_id:gsub(ENCODED, escape))
end
