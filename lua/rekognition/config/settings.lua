--- Every setting that is looked up by the common rule: client option, environment, profile, default.
--
-- Names, variables, keys and defaults are those of the AWS SDKs and Tools Reference Guide, "Settings reference".
-- docs/configuration.md has the same as a table, and spec/config/settings_spec.lua compares the two. This is the one
-- table of rules: the check of a client's options uses it too.

local kinds = require "rekognition.config.kinds"

local M = {}

---@class rekognition.SettingRule
---@field name string       the setting's name, and the client option's if `option` is absent
---@field option? string    the client option, "a.b" for the key b of the table a
---@field env? string[]     variables; the first one that is set is used
---@field key? string       the profile's key
---@field default? any
---@field kind rekognition.SettingKind

-- The guide knows three retry modes. This SDK has no legacy mode: it does what the standard mode does.
-- "off" is a word of the client option alone.
local RETRY_MODE = kinds.one_of({ "standard", "adaptive", "legacy" }, { legacy = "standard" }, "off")
local DEFAULTS_MODE = kinds.one_of { "legacy", "standard", "in-region", "cross-region", "mobile", "auto" }

---@type rekognition.SettingRule[]
M.rules = {
  { name = "region", env = { "AWS_REGION", "AWS_DEFAULT_REGION" }, key = "region", kind = kinds.text },
  { name = "use_fips_endpoint", option = "use_fips", env = { "AWS_USE_FIPS_ENDPOINT" }, key = "use_fips_endpoint",
    default = false, kind = kinds.boolean },
  { name = "use_dualstack_endpoint", option = "use_dualstack", env = { "AWS_USE_DUALSTACK_ENDPOINT" },
    key = "use_dualstack_endpoint", default = false, kind = kinds.boolean },
  { name = "ignore_configured_endpoint_urls", env = { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" },
    key = "ignore_configured_endpoint_urls", default = false, kind = kinds.boolean },
  { name = "sts_regional_endpoints", env = { "AWS_STS_REGIONAL_ENDPOINTS" }, key = "sts_regional_endpoints",
    default = "regional", kind = kinds.one_of { "regional", "legacy" } },
  { name = "retry_mode", option = "retry.mode", env = { "AWS_RETRY_MODE" }, key = "retry_mode", default = "standard",
    kind = RETRY_MODE },
  { name = "max_attempts", option = "retry.max_attempts", env = { "AWS_MAX_ATTEMPTS" }, key = "max_attempts",
    default = 3, kind = kinds.integer(1) },
  { name = "defaults_mode", env = { "AWS_DEFAULTS_MODE" }, key = "defaults_mode", default = "legacy",
    kind = DEFAULTS_MODE },
  { name = "connect_timeout", default = 3.1, kind = kinds.seconds },
  { name = "ca_bundle", env = { "AWS_CA_BUNDLE" }, key = "ca_bundle", kind = kinds.text },
  { name = "sdk_ua_app_id", option = "app_id", env = { "AWS_SDK_UA_APP_ID" }, key = "sdk_ua_app_id",
    kind = kinds.text },
  { name = "ec2_metadata_disabled", env = { "AWS_EC2_METADATA_DISABLED" }, default = false, kind = kinds.boolean },
  { name = "ec2_metadata_v1_disabled", env = { "AWS_EC2_METADATA_V1_DISABLED" }, key = "ec2_metadata_v1_disabled",
    default = false, kind = kinds.boolean },
  { name = "ec2_metadata_service_endpoint", env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT" },
    key = "ec2_metadata_service_endpoint", kind = kinds.text },
  { name = "ec2_metadata_service_endpoint_mode", env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE" },
    key = "ec2_metadata_service_endpoint_mode", default = "ipv4", kind = kinds.one_of { "ipv4", "ipv6" } },
  { name = "metadata_service_timeout", env = { "AWS_METADATA_SERVICE_TIMEOUT" }, key = "metadata_service_timeout",
    default = 1, kind = kinds.whole_seconds },
  { name = "metadata_service_num_attempts", env = { "AWS_METADATA_SERVICE_NUM_ATTEMPTS" },
    key = "metadata_service_num_attempts", default = 1, kind = kinds.integer(1) },
}

--- The client options that are settings: option -> its kind. "retry.mode" stands for the key mode of the table retry.
---@type table<string, rekognition.SettingKind>
M.options = {}
for _, rule in ipairs(M.rules) do M.options[rule.option or rule.name] = rule.kind end

-- Connection timeouts of the defaults modes, in seconds, as AWS publishes them for all SDKs
-- (sdk-default-configuration.json). The other things that those modes set are the same in all of them: standard
-- retries and regional STS endpoints, which are the defaults here anyway.
local CONNECT_TIMEOUT = { standard = 3.1, ["in-region"] = 1.1, ["cross-region"] = 3.1, mobile = 30 }

-- The mode that "auto" stands for. The instance metadata service is not asked (our decision: it would hold up every
-- start). If the environment doesn't tell, the guide's answer is "standard".
local function resolve_auto(env, region)
  local here = env.AWS_REGION or env.AWS_DEFAULT_REGION
  if not env.AWS_EXECUTION_ENV or not here then return "standard" end
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
