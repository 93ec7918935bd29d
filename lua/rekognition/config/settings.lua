--- Every setting that is looked up by the common rule: client option, environment, profile, default.
--
-- Names, variables, keys and defaults are those of the AWS SDKs and Tools Reference Guide, "Settings reference".
-- docs/configuration.md has the same as a table, and spec/config/settings_spec.lua compares the two.

local M = {}

-- A reader turns what was found into the setting's value, or gives nil and what is allowed.
local function text(value)
  if type(value) == "string" then return value end
  return nil, "a text"
end

local function boolean(value)
  if type(value) == "boolean" then return value end
  local word = type(value) == "string" and value:lower():match("^%s*(%a+)%s*$")
  if word == "true" then return true end
  if word == "false" then return false end
  return nil, "true or false"
end

local function integer(least)
  return function(value)
    local number = type(value) == "number" and math.tointeger(value)
      or type(value) == "string" and value:find("^%s*[+-]?%d+%s*$") and math.tointeger(tonumber(value))
    if number and number >= least then return number end
    return nil, ("a whole number, %d or more"):format(least)
  end
end

local function seconds(value)
  if type(value) == "number" and value > 0 and value < math.huge then return value end
  return nil, "a number of seconds above 0"
end

-- One of some words, in any case; `synonyms` are read as the word that they stand for.
local function one_of(words, synonyms)
  local known = {}
  for _, word in ipairs(words) do known[word] = word end
  for word, meaning in pairs(synonyms or {}) do known[word] = meaning end
  return function(value)
    local word = type(value) == "string" and known[value:lower()]
    if word then return word end
    return nil, table.concat(words, ", ")
  end
end

---@class rekognition.SettingRule
---@field name string       the setting's name, and that of the client option where `option` is absent
---@field option? string    the client option, "a.b" for the key b of the table a
---@field env? string[]     variables, the first that is set holds
---@field key? string       the profile's key
---@field default? any
---@field read fun(value: any): any, string?  the value, or nil and what is allowed

-- The guide knows three retry modes. This SDK has no legacy mode: it does what the standard mode does.
-- "off" is a word of the client option alone.
local retry_mode = one_of({ "standard", "adaptive", "legacy" }, { legacy = "standard" })
local function retry_mode_or_off(value)
  if value == "off" then return value end
  return retry_mode(value)
end

---@type rekognition.SettingRule[]
M.rules = {
  { name = "region", env = { "AWS_REGION", "AWS_DEFAULT_REGION" }, key = "region", read = text },
  { name = "use_fips_endpoint", option = "use_fips", env = { "AWS_USE_FIPS_ENDPOINT" }, key = "use_fips_endpoint",
    default = false, read = boolean },
  { name = "use_dualstack_endpoint", option = "use_dualstack", env = { "AWS_USE_DUALSTACK_ENDPOINT" },
    key = "use_dualstack_endpoint", default = false, read = boolean },
  { name = "ignore_configured_endpoint_urls", env = { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" },
    key = "ignore_configured_endpoint_urls", default = false, read = boolean },
  { name = "sts_regional_endpoints", env = { "AWS_STS_REGIONAL_ENDPOINTS" }, key = "sts_regional_endpoints",
    default = "regional", read = one_of { "regional", "legacy" } },
  { name = "retry_mode", option = "retry.mode", env = { "AWS_RETRY_MODE" }, key = "retry_mode", default = "standard",
    read = retry_mode, read_option = retry_mode_or_off },
  { name = "max_attempts", option = "retry.max_attempts", env = { "AWS_MAX_ATTEMPTS" }, key = "max_attempts",
    default = 3, read = integer(1) },
  { name = "defaults_mode", env = { "AWS_DEFAULTS_MODE" }, key = "defaults_mode", default = "legacy",
    read = one_of { "legacy", "standard", "in-region", "cross-region", "mobile", "auto" } },
  { name = "connect_timeout", default = 3.1, read = seconds },
  { name = "ca_bundle", env = { "AWS_CA_BUNDLE" }, key = "ca_bundle", read = text },
  { name = "sdk_ua_app_id", option = "app_id", env = { "AWS_SDK_UA_APP_ID" }, key = "sdk_ua_app_id", read = text },
  { name = "ec2_metadata_disabled", env = { "AWS_EC2_METADATA_DISABLED" }, default = false, read = boolean },
  { name = "ec2_metadata_v1_disabled", env = { "AWS_EC2_METADATA_V1_DISABLED" }, key = "ec2_metadata_v1_disabled",
    default = false, read = boolean },
  { name = "ec2_metadata_service_endpoint", env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT" },
    key = "ec2_metadata_service_endpoint", read = text },
  { name = "ec2_metadata_service_endpoint_mode", env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE" },
    key = "ec2_metadata_service_endpoint_mode", default = "ipv4", read = one_of { "ipv4", "ipv6" } },
  { name = "metadata_service_timeout", env = { "AWS_METADATA_SERVICE_TIMEOUT" }, key = "metadata_service_timeout",
    default = 1, read = integer(1) },
  { name = "metadata_service_num_attempts", env = { "AWS_METADATA_SERVICE_NUM_ATTEMPTS" },
    key = "metadata_service_num_attempts", default = 1, read = integer(1) },
}

-- Connection timeouts of the defaults modes, in seconds, as AWS publishes them for all SDKs
-- (sdk-default-configuration.json). The other things that those modes set are the same in all of them: standard
-- retries and regional STS endpoints, which are the defaults here anyway.
local CONNECT_TIMEOUT = { standard = 3.1, ["in-region"] = 1.1, ["cross-region"] = 3.1, mobile = 30 }

-- The mode that "auto" stands for. The instance metadata service is not asked (a choice: it would hold up every
-- start); where the environment doesn't tell, the guide's answer is "standard".
local function resolve_auto(env, region)
  if (env.AWS_EXECUTION_ENV or "") == "" then return "standard" end
  local here = env.AWS_REGION or env.AWS_DEFAULT_REGION
  if not here or here == "" then return "standard" end
  return here == region and "in-region" or "cross-region"
end

--- The connection timeout of a defaults mode; nil for "legacy", which leaves this SDK's own.
---@param mode string
---@param env table<string, string>
---@param region? string
---@return number? seconds
function M.connect_timeout(mode, env, region)
  if mode == "auto" then mode = resolve_auto(env, region) end
  return CONNECT_TIMEOUT[mode]
end

return M
