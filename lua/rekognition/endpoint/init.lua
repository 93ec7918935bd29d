--- Endpoints: the address of a service in a region.
--
-- The rules are those of the endpoint rule sets that AWS publishes with its SDKs, the error texts too. Which regions
-- belong to which partition is generated from AWS's own list. An address is formed for any region, whether the service
-- is there or not, as AWS's SDKs do it: a region may be newer than this file.

local ascii = require "rekognition.text.ascii"
local expect = require "rekognition.text.expect"
local lazy = require "rekognition.lazy"
local nearest = require "rekognition.text.nearest"
local rek_error = require "rekognition.error"
local partitions = require "rekognition.generated.partitions"
local quote = require "rekognition.text.quote"

local hosts = lazy "rekognition.endpoint.hosts"
local ip = lazy "rekognition.text.ip"

local M = expect.face({}, "rekognition.endpoint")

---@class rekognition.Endpoint
---@field url string             "https://rekognition.us-east-1.amazonaws.com"; a custom endpoint's path as it was given
---@field signing_region? string the region to sign for; nil if a custom endpoint is given without a region
---@field partition? string      "aws", "aws-us-gov", ...; nil in the same case

local function fail(code, message, ...)
  rek_error.raise { kind = "config", code = code, message = message:format(...) }
end

---@class rekognition.EndpointRule
---@field prefix string    the host's beginning: <prefix>.<region>.<suffix>, <prefix>-fips.<region>.<suffix>
---@field special? string  the function of hosts.lua that knows where it is elsewhere

---@type table<string, rekognition.EndpointRule>
local SERVICES = {
  rekognition = { prefix = "rekognition" },
  sts = { prefix = "sts", special = "sts" },
  sso = { prefix = "portal.sso", special = "sso" },
  ["sso-oidc"] = { prefix = "oidc", special = "sso_oidc" },
  signin = { prefix = "signin", special = "signin" },
  s3 = { prefix = "s3", special = "s3" },
  cloudwatch = { prefix = "monitoring" },
}

-- " (environment AWS_REGION)" for a source that is known.
local function from(source)
  return source and (" (%s)"):format(source) or ""
end

-- The options' names; their values are checked where they are used.
local OPTIONS = {}
for _, name in ipairs { "region", "use_fips", "use_dualstack", "endpoint", "service", "use_global_endpoint",
                        "region_source", "endpoint_source" } do OPTIONS[name] = expect.ANY end

local KNOWN_SERVICES = "rekognition, sts, sso, sso-oidc, signin, s3 or cloudwatch"

-- A region goes into a host name and into the signature, so it is a host label (RFC 1123) and nothing else.
-- One of digits alone is refused too, as botocore does.
local function check_region(region, source)
  local is_label = type(region) == "string" and #region <= 63 and region:find("^[A-Za-z0-9-]+$")
    and not region:find("^-") and not region:find("-$")
  if not is_label or not region:find("%D") then
    fail("InvalidRegion", "region must be made of letters, digits and hyphens, such as us-east-1, got %s%s",
      quote.value(region), source)
  end
end

-- The region that a pseudo region stands for: fips-us-east-1, us-east-1-fips, and the old names of Rekognition's FIPS
-- endpoints, rekognition-fips.us-east-1 and rekognition.us-east-1.
local function real_region(region)
  return region:match("^rekognition%-fips%.(.+)$") or region:match("^rekognition%.(.+)$")
    or region:match("^fips%-(.+)$") or region:match("^(.+)%-fips$")
end

-- What was asked for, with a pseudo region resolved. An empty region counts as missing.
local function target_of(options)
  for _, name in ipairs { "use_fips", "use_dualstack", "use_global_endpoint" } do
    if options[name] ~= nil and type(options[name]) ~= "boolean" then
      fail("InvalidOption", "%s must be true or false, got %s", name, quote.value(options[name]))
    end
  end
  local target = {
    region = options.region ~= "" and options.region or nil,
    use_fips = options.use_fips or false, use_dualstack = options.use_dualstack or false,
    use_global_endpoint = options.use_global_endpoint or false,
  }
  local real = type(target.region) == "string" and real_region(target.region)
  if real then target.region, target.use_fips = real, true end
  if target.region ~= nil then check_region(target.region, from(options.region_source)) end
  return target
end

--- The partition of a region: by name, else by pattern, else AWS's commercial one.
local function partition_of(region)
  for _, partition in ipairs(partitions) do
    if partition.regions[region] then return partition end
  end
  for _, partition in ipairs(partitions) do
    for _, pattern in ipairs(partition.patterns) do
      if region:find(pattern) then return partition end
    end
  end
  return partitions[1]
end

--- What an error of a host that can't be reached says of the region in its name; "" if the region is a known one.
---@param region? string
---@param url string
---@return string
function M._region_hint(region, url)
  if not region or region == "" or not url:find(region, 1, true) then return "" end
  local names = {}
  for _, partition in ipairs(partitions) do
    if partition.regions[region] then return "" end
    for name in next, partition.regions do names[#names + 1] = name end
  end
  ascii.sort(names)
  return ("; %s is not a region that is known here%s"):format(quote.value(region), nearest.hint(region, names))
end

-- A choice: longer URLs are nobody's endpoint.
local LONGEST_URL = 2048

-- A host name, whose labels may end in one more dot (RFC 3986, section 3.2.2), or an address. An IPv6 address may have
-- a zone (RFC 6874). A label is what DNS allows (RFC 1035, section 2.3.4; RFC 1123, section 2.1).
local function is_host(host)
  local inside = host:match("^%[([^%]]*)%]$")
  if inside then
    local address = inside:match("^[0-9A-Fa-f:.]*")
    local zone = inside:sub(#address + 1)
    return ip.v6(address) and (zone == "" or zone:find("^%%25[A-Za-z0-9._~-]+$"))
  end
  local name = host:gsub("%.$", "")
  if #name > 253 or name == "" then return false end
  for label in (name .. "."):gmatch("([^.]*)%.") do
    if #label > 63 or not label:find("^[A-Za-z0-9_-]+$") or label:find("^-") or label:find("-$") then return false end
  end
  return true
end

-- What is wrong with a custom endpoint that is made of these parts, if anything.
local function url_problem(scheme, authority, path)
  if scheme ~= "http" and scheme ~= "https" then return "must begin with http:// or https://" end
  if authority:find("@", 1, true) then return "must have no user name or password" end
  if path:find("[?#]") then return "must have no query and no fragment" end
  local host, port = authority:match("^(%[[^%]]*%]):([0-9]*)$")
  if not host then host, port = authority:match("^([^:]*):([0-9]*)$") end
  if not is_host(host or authority) then return "must have a valid host name" end
  if port and not (#port <= 5 and port:find("[1-9]") and tonumber(port) <= 65535) then
    return "must have a port from 1 to 65535"
  end
end

-- A custom endpoint, checked: scheme, host, port and path. The path stays as it was given, but for a lone "/".
-- A choice beyond botocore's rules: "_" is allowed in a host name, since container networks make such names.
local function custom_url(given, source)
  local scheme, authority, path
  if type(given) == "string" then
    scheme, authority, path = given:match("^([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)$")
  end
  scheme = scheme and ascii.lower(scheme)
  local problem = type(given) ~= "string" and "must be a URL"
    or #given > LONGEST_URL and ("must have at most %d bytes"):format(LONGEST_URL)
    or given:find("[^\x21-\x7e]") and "must have no blanks, control characters or characters beyond ASCII"
    or url_problem(scheme, authority, path)
  if problem then
    local safe = type(given) == "string" and given:gsub("//[^/]*@", "//***@") or given
    fail("InvalidEndpoint", "endpoint %s, got %s%s", problem, quote.value(safe), source)
  end
  return scheme .. "://" .. authority .. (path == "/" and "" or path)
end

local function custom_endpoint(target, given, source)
  if target.use_fips then
    fail("UnsupportedEndpoint", "Invalid Configuration: FIPS and custom endpoint are not supported")
  end
  if target.use_dualstack then
    fail("UnsupportedEndpoint", "Invalid Configuration: Dualstack and custom endpoint are not supported")
  end
  return {
    url = custom_url(given, from(source)), signing_region = target.region,
    partition = target.region and partition_of(target.region).name,
  }
end

local function check_variants(target, partition)
  local no_fips = target.use_fips and not partition.supports_fips
  local no_dual_stack = target.use_dualstack and not partition.supports_dual_stack
  if target.use_fips and target.use_dualstack and (no_fips or no_dual_stack) then
    fail("UnsupportedEndpoint", "FIPS and DualStack are enabled, but this partition does not support one or both")
  end
  if no_fips then fail("UnsupportedEndpoint", "FIPS is enabled but this partition does not support FIPS") end
  if no_dual_stack then
    fail("UnsupportedEndpoint", "DualStack is enabled but this partition does not support DualStack")
  end
end

--- The address of a service.
---@param options table
---  region?: a region, or a pseudo region such as fips-us-east-1;
---  use_fips?, use_dualstack?: booleans, false by default;
---  endpoint?: a URL instead of AWS's own (http or https, host, port, path);
---  service?: "rekognition" (the default), "sts", "sso", "sso-oidc" or "signin";
---  use_global_endpoint?: boolean, STS only: what sts_regional_endpoints = legacy means;
---  region_source?, endpoint_source?: where those two come from, for the rek_error
---@return rekognition.Endpoint
--- Raises a `config` error: in AWS's own words if a rule forbids it (UnsupportedEndpoint, NoRegion), in ours for a
--- region or an endpoint that can't be one (InvalidRegion, InvalidEndpoint).
function M.resolve(options)
  expect.dot(options, "endpoint.resolve")
  options = expect.options(options, OPTIONS, "endpoint.resolve", true)
  local service = options.service or "rekognition"
  local rule = SERVICES[service]
  if not rule then
    local names = {}
    for name in pairs(SERVICES) do names[#names + 1] = name end
    fail("InvalidEndpoint", "service must be %s, got %s%s", KNOWN_SERVICES, quote.value(service),
      nearest.hint(service, names))
  end
  local target = target_of(options)
  if options.endpoint ~= nil then return custom_endpoint(target, options.endpoint, options.endpoint_source) end
  if not target.region then fail("NoRegion", "Invalid Configuration: Missing Region") end
  local partition = partition_of(target.region)
  check_variants(target, partition)
  local host, signing_region
  if rule.special then host, signing_region = hosts[rule.special](target, partition) end
  host = host or ("%s%s.%s.%s"):format(rule.prefix, target.use_fips and "-fips" or "", target.region,
    target.use_dualstack and partition.dual_stack_dns_suffix or partition.dns_suffix)
  return { url = "https://" .. host, signing_region = signing_region or target.region, partition = partition.name }
end

return M
