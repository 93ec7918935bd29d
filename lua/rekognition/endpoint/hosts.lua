--- Hosts that are not called as their service's rule has it. Each function returns the host and, if it is another one
-- than the target's, the region to sign for; nil for a target that follows the rule.

local M = {}

-- The regions whose STS endpoint is the global one while sts_regional_endpoints is "legacy" (STS's rule set).
local LEGACY_STS = {}
for _, region in ipairs {
  "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "aws-global", "ca-central-1", "eu-central-1",
  "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
} do LEGACY_STS[region] = true end

local function global_sts(target)
  if target.use_fips or target.use_dualstack then return nil end
  local legacy = target.use_global_endpoint and LEGACY_STS[target.region]
  if legacy or target.region == "aws-global" then return "sts.amazonaws.com", "us-east-1" end
end

-- Sign-in's domains; a partition that is not here has signin.<its suffix>.
local SIGNIN_DOMAINS = {
  ["aws"] = "signin.aws.amazon.com",
  ["aws-cn"] = "signin.amazonaws.cn",
  ["aws-us-gov"] = "signin.amazonaws-us-gov.com",
  ["aws-iso"] = "signin.c2shome.ic.gov",
  ["aws-iso-b"] = "signin.sc2shome.sgov.gov",
  ["aws-iso-e"] = "signin.csphome.adc-e.uk",
  ["aws-iso-f"] = "signin.csphome.hci.ic.gov",
  ["aws-eusc"] = "signin.amazonaws-eusc.eu",
}

function M.signin(target, partition)
  if target.use_dualstack then return nil end
  if not target.use_fips then
    return target.region .. "." .. (SIGNIN_DOMAINS[partition.name] or "signin." .. partition.dns_suffix)
  end
  if target.region == "us-gov-west-1" then return "signin-fips.amazonaws-us-gov.com" end
  if partition.name == "aws-us-gov" then return target.region .. ".signin-fips.amazonaws-us-gov.com" end
end

-- In the US Gov partition the plain hosts of these services are the FIPS ones.
local function plain_gov_fips(prefix)
  return function(target, partition)
    if target.use_fips and not target.use_dualstack and partition.name == "aws-us-gov" then
      return ("%s.%s.%s"):format(prefix, target.region, partition.dns_suffix)
    end
  end
end

local gov_sts = plain_gov_fips "sts"

M.sso, M.sso_oidc = plain_gov_fips "portal.sso", plain_gov_fips "oidc"

function M.sts(target, partition)
  local host, region = global_sts(target)
  return host or gov_sts(target, partition), region
end

-- S3 has "dualstack" in its hosts, of the partition's ordinary suffix (S3 User Guide, "Using dual-stack endpoints").
function M.s3(target, partition)
  if not target.use_dualstack then return nil end
  return ("%s.dualstack.%s.%s"):format(target.use_fips and "s3-fips" or "s3", target.region, partition.dns_suffix)
end

return M
