local cjson = require("cjson").new()
local endpoint = require "rekognition.endpoint"
local fake = require "spec.support.fake"
local rek_error = require "rekognition.error"

-- Hosts as AWS publishes them: "Amazon Rekognition endpoints and quotas" and the rule sets of the other services.
local RESOLVED = {
  { { region = "us-east-1" }, "https://rekognition.us-east-1.amazonaws.com", "us-east-1", "aws" },
  { { region = "us-gov-west-1" }, "https://rekognition.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov" },
  { { region = "us-west-2", use_fips = true }, "https://rekognition-fips.us-west-2.amazonaws.com", "us-west-2", "aws" },
  { { region = "eu-west-1", use_dualstack = true }, "https://rekognition.eu-west-1.api.aws", "eu-west-1", "aws" },
  { { region = "us-east-2", use_fips = true, use_dualstack = true }, "https://rekognition-fips.us-east-2.api.aws",
    "us-east-2", "aws" },
  { { region = "cn-north-1" }, "https://rekognition.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn" },
  { { region = "us-iso-east-1" }, "https://rekognition.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "aws-iso" },
  { { region = "us-isob-east-1" }, "https://rekognition.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", "aws-iso-b" },
  { { region = "eu-isoe-west-1" }, "https://rekognition.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1", "aws-iso-e" },
  { { region = "us-isof-south-1" }, "https://rekognition.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1",
    "aws-iso-f" },
  { { region = "eusc-de-east-1" }, "https://rekognition.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "aws-eusc" },
  -- Regions that nobody knows yet.
  { { region = "eu-north-7" }, "https://rekognition.eu-north-7.amazonaws.com", "eu-north-7", "aws" },
  { { region = "cn-east-9" }, "https://rekognition.cn-east-9.amazonaws.com.cn", "cn-east-9", "aws-cn" },
  { { region = "us-gov-mid-3" }, "https://rekognition.us-gov-mid-3.amazonaws.com", "us-gov-mid-3", "aws-us-gov" },
  { { region = "mars-base-1" }, "https://rekognition.mars-base-1.amazonaws.com", "mars-base-1", "aws" },
  -- Pseudo regions.
  { { region = "fips-us-east-1" }, "https://rekognition-fips.us-east-1.amazonaws.com", "us-east-1", "aws" },
  { { region = "us-east-1-fips" }, "https://rekognition-fips.us-east-1.amazonaws.com", "us-east-1", "aws" },
  { { region = "rekognition-fips.ca-central-1" }, "https://rekognition-fips.ca-central-1.amazonaws.com",
    "ca-central-1", "aws" },
  { { region = "rekognition.us-gov-west-1" }, "https://rekognition-fips.us-gov-west-1.amazonaws.com",
    "us-gov-west-1", "aws-us-gov" },
  { { region = "fips-us-west-1", use_dualstack = true }, "https://rekognition-fips.us-west-1.api.aws", "us-west-1",
    "aws" },
  -- STS.
  { { service = "sts", region = "eu-west-1" }, "https://sts.eu-west-1.amazonaws.com", "eu-west-1", "aws" },
  { { service = "sts", region = "eu-west-1", use_global_endpoint = true }, "https://sts.amazonaws.com", "us-east-1",
    "aws" },
  { { service = "sts", region = "eu-south-1", use_global_endpoint = true }, "https://sts.eu-south-1.amazonaws.com",
    "eu-south-1", "aws" },
  { { service = "sts", region = "us-east-1", use_global_endpoint = true, use_fips = true },
    "https://sts-fips.us-east-1.amazonaws.com", "us-east-1", "aws" },
  { { service = "sts", region = "aws-global" }, "https://sts.amazonaws.com", "us-east-1", "aws" },
  { { service = "sts", region = "us-gov-west-1", use_fips = true }, "https://sts.us-gov-west-1.amazonaws.com",
    "us-gov-west-1", "aws-us-gov" },
  { { service = "sts", region = "us-gov-west-1", use_fips = true, use_dualstack = true },
    "https://sts-fips.us-gov-west-1.api.aws", "us-gov-west-1", "aws-us-gov" },
  -- SSO, SSO-OIDC, sign-in.
  { { service = "sso", region = "us-west-2" }, "https://portal.sso.us-west-2.amazonaws.com", "us-west-2", "aws" },
  { { service = "sso-oidc", region = "cn-north-1" }, "https://oidc.cn-north-1.amazonaws.com.cn", "cn-north-1",
    "aws-cn" },
  { { service = "signin", region = "us-east-1" }, "https://us-east-1.signin.aws.amazon.com", "us-east-1", "aws" },
  { { service = "signin", region = "us-gov-east-1", use_fips = true },
    "https://us-gov-east-1.signin-fips.amazonaws-us-gov.com", "us-gov-east-1", "aws-us-gov" },
  -- Custom endpoints.
  { { endpoint = "https://example.com" }, "https://example.com" },
  { { region = "", endpoint = "https://example.com" }, "https://example.com" },
  { { region = "us-east-1", endpoint = "http://127.0.0.1:4566" }, "http://127.0.0.1:4566", "us-east-1", "aws" },
  { { endpoint = "HTTPS://Example.com/" }, "https://Example.com" },
  { { endpoint = "http://[::1]:8080/a/b/" }, "http://[::1]:8080/a/b/" },
  { { endpoint = "https://gw/rek/" }, "https://gw/rek/" },
  { { endpoint = "https://gw//rek//" }, "https://gw//rek//" },
  { { endpoint = "https://gw/rek" }, "https://gw/rek" },
  { { endpoint = "https://gw.example.com." }, "https://gw.example.com." },
  { { endpoint = "http://gw.:8080/a" }, "http://gw.:8080/a" },
  { { endpoint = "https://gw:00443" }, "https://gw:00443" },
  { { endpoint = "http://[fd00:ec2::23]" }, "http://[fd00:ec2::23]" },
  { { endpoint = "http://[fe80::1%25eth0]:4566/a" }, "http://[fe80::1%25eth0]:4566/a" },
  { { endpoint = "http://[::ffff:127.0.0.1]" }, "http://[::ffff:127.0.0.1]" },
  { { endpoint = "http://" .. ("a"):rep(63) .. ".b-c" }, "http://" .. ("a"):rep(63) .. ".b-c" },
  { { endpoint = "http://my_service:65535" }, "http://my_service:65535" },
  { { endpoint = "http://localhost/with%20blank" }, "http://localhost/with%20blank" },
}

local RULES = {
  { {}, "Invalid Configuration: Missing Region" },
  { { region = "" }, "Invalid Configuration: Missing Region" },
  { { use_fips = true }, "Invalid Configuration: Missing Region" },
  { { region = "us-east-1", use_fips = true, endpoint = "https://example.com" },
    "Invalid Configuration: FIPS and custom endpoint are not supported" },
  { { region = "us-east-1", use_dualstack = true, endpoint = "https://example.com" },
    "Invalid Configuration: Dualstack and custom endpoint are not supported" },
  { { region = "us-east-1", use_fips = true, use_dualstack = true, endpoint = "https://example.com" },
    "Invalid Configuration: FIPS and custom endpoint are not supported" },
  { { region = "fips-us-east-1", endpoint = "https://example.com" },
    "Invalid Configuration: FIPS and custom endpoint are not supported" },
}

local BAD_REGIONS = {
  "us-east-1.evil.example", "evil.example/", "us-east-1/../x", "a@evil.example", "a:80", "a#b", "a?b", "a b",
  " us-east-1", "us-east-1\r\nHost: evil", "us-east-1\n", "us-east-1\0", "a%2eb", "-a", "a-", "-", "a_b",
  "..", ".", "123", "*", "\xC3\xA9", ("x"):rep(64), "fips-", "fips-a.b",
  "rekognition-fips.a.b", "rekognition-fips.a/b", "rekognition.-a", 7, true, {},
}

local BAD_ENDPOINTS = {
  "", "example.com", "//example.com", "ftp://example.com", "file:///etc/passwd", "http:", "http:/x", "http://",
  "https:///x", "http://user@example.com", "http://user:secret@example.com", "http://example.com?x=y",
  "http://example.com/a#b",
  "http://[1::2::3]", "http://[1.2.3.4]", "http://[1:2]", "http://[:::1]", "http://[::1.2.3.4.5]", "http://[1.2.3.4::]",
  "http://[::1%lo]", "http://[::1%25]", "http://[::1%25a b]", "http://[::12345]", "http://[1:2:3:4:5:6:7:8:9]",
  "http://-a", "http://a-", "http://a.-b", "http://a-.b", "http://" .. ("a"):rep(64), "http://b." .. ("a"):rep(64) .. ".c",
  "http://example.com:", "http://example.com:0", "http://example.com:65536", "http://example.com:123456",
  "http://example.com:8a", "http://example.com:-1", "http://a..b", "http://.a", "http://a..", "http://.", "http://a:00000",
  "http://a:1:2", "http://[::1]:x", "http://[::1]:", "http://[::1]:0", "http://a/" .. ("b"):rep(2048), "http://exa mple.com",
  "http://example.com/\r\nX: y",
  "http://example.com\n", "http://example.com/\0", "http://ex\xC3\xA4mple.com", "http://[::1", "http://[::1]x",
  "http://[zz]", "http://a%2fb", "http://a\\b", "http://a<b>", "http://" .. ("a"):rep(254), 80, {}, true,
}

local function refusal(options)
  local ok, why = pcall(endpoint.resolve, options)
  assert.is_false(ok)
  assert.is_true(rek_error.is_error(why))
  assert.equal("config", why.kind)
  return why.message
end

describe("rekognition.endpoint", function()
  it("wants a table", function()
    for _, given in ipairs { false, "us-east-1", 7 } do
      local ok, why = pcall(endpoint.resolve, given or nil)
      assert.is_false(ok)
      assert.equal("config", why.kind)
    end
  end)

  for _, case in ipairs(RESOLVED) do
    it("finds " .. case[2] .. " for " .. cjson.encode(case[1]), function()
      assert.same({ url = case[2], signing_region = case[3], partition = case[4] }, endpoint.resolve(case[1]))
    end)
  end

  for _, case in ipairs(RULES) do
    it("says " .. case[2] .. " for " .. cjson.encode(case[1]), function()
      assert.equal(case[2], refusal(case[1]))
    end)
  end

  for index, region in ipairs(BAD_REGIONS) do
    it("refuses a bad region, whatever else is given #" .. index, function()
      for _, service in ipairs { "rekognition", "sts", "sso", "sso-oidc", "signin" } do
        assert.truthy(refusal({ region = region, service = service }):find("^region must be made of letters, digits and hyphens"))
      end
      local message = refusal { region = region, endpoint = "https://example.com" }
      assert.truthy(message:find("^region must be ") or message:find("FIPS and custom endpoint"))
      assert.is_nil(message:find("%c"))
    end)
  end

  for index, url in ipairs(BAD_ENDPOINTS) do
    it("refuses a bad endpoint #" .. index, function()
      local source = "environment AWS_ENDPOINT_URL"
      local message = refusal { region = "us-east-1", endpoint = url, endpoint_source = source }
      assert.truthy(message:find("^endpoint must .*, got .* %(environment AWS_ENDPOINT_URL%)$"), message)
      assert.is_nil(message:find("%c") or message:find("secret", 1, true))
    end)
  end

  it("refuses a service that it has no rules for", function()
    assert.truthy(refusal({ region = "us-east-1", service = "sqs" }):find('^service must be rekognition, .*, got "sqs"'))
  end)

  it("has a code for each kind of error", function()
    for code, options in pairs {
      NoRegion = {}, InvalidRegion = { region = "a b" }, InvalidEndpoint = { endpoint = "x" },
      UnsupportedEndpoint = { region = "us-east-1", use_fips = true, endpoint = "http://x" },
      InvalidOption = { region = "us-east-1", use_fips = "true" },
    } do
      assert.equal(code, fake.catch(endpoint.resolve, options).code)
    end
  end)

  for given, sent in pairs {
    ["https://gw/rek/"] = "https://gw/rek/", ["https://gw/rek"] = "https://gw/rek", ["https://gw"] = "https://gw/",
    ["https://gw/"] = "https://gw/", ["https://gw.example.com.:8443/a//b/"] = "https://gw.example.com.:8443/a//b/",
  } do
    it("is where the requests go, its path as given: " .. given, function()
      local client, world = fake.client({ fake.answer(200, {}) }, { endpoint = given })
      client:describe_projects()
      assert.equal(sent, world.requests[1].url)
      assert.equal(given:match("//([^/]+)"), fake.header(world.requests[1], "host"))
    end)
  end

  it("leaves the options as they were", function()
    local options = { region = "fips-us-east-1" }
    endpoint.resolve(options)
    assert.same({ region = "fips-us-east-1" }, options)
  end)
end)

describe("the endpoint test suite", function()
  local suite = require "spec.conformance.endpoint_tests"

  local function run(files)
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute(("mkdir -p '%s/endpoint-tests-x'"):format(folder)))
    for name, cases in pairs(files) do
      local file = assert(io.open(("%s/endpoint-tests-x/%s"):format(folder, name), "w"))
      file:write(cases)
      file:close()
    end
    local passed, failed = {}, {}
    suite.run(folder .. "/endpoint-tests-x", {
      pass = function(_, name) passed[#passed + 1] = name end,
      fail = function(_, name, why) failed[#failed + 1] = name .. ": " .. why end,
    })
    os.execute(("rm -r '%s'"):format(folder))
    return passed, failed
  end

  it("knows its folders by name", function()
    assert.is_true(suite.matches "endpoint-tests" and suite.matches "endpoint-tests-sts")
    assert.is_false(suite.matches "retry-standard")
  end)

  it("passes what AWS's rules give", function()
    local passed, failed = run {
      ["rekognition.json"] = [[{ "testCases": [
        { "documentation": "plain", "params": { "Region": "us-east-1", "UseFIPS": false, "UseDualStack": false },
          "expect": { "endpoint": { "url": "https://rekognition.us-east-1.amazonaws.com" } } },
        { "documentation": "nulls", "params": { "Region": "us-east-1", "UseFIPS": null, "Endpoint": null },
          "expect": { "endpoint": { "url": "https://rekognition.us-east-1.amazonaws.com" } } },
        { "documentation": "a custom endpoint, no region", "params": { "Endpoint": "https://example.com" },
          "expect": { "endpoint": { "url": "https://example.com" } } },
        { "documentation": "no region", "params": {}, "expect": { "error": "Invalid Configuration: Missing Region" } },
        { "documentation": "no params", "expect": { "error": "Invalid Configuration: Missing Region" } } ] }]],
      ["sts.json"] = [[{ "testCases": [
        { "documentation": "global", "params": { "Region": "us-west-2", "UseGlobalEndpoint": true },
          "expect": { "endpoint": { "url": "https://sts.amazonaws.com",
            "properties": { "authSchemes": [{ "name": "sigv4", "signingRegion": "us-east-1" }] } } } } ] }]],
      ["other.json"] = [[{ "service": "sso-oidc", "testCases": [
        { "documentation": "oidc", "params": { "Region": "us-west-2" },
          "expect": { "endpoint": { "url": "https://oidc.us-west-2.amazonaws.com" } } } ] }]],
    }
    assert.same({}, failed)
    assert.equal(7, #passed)
    local case = '[{ "params": { "Region": "us-east-1" }, "expect": { "error": null, "endpoint": {'
      .. ' "url": "https://rekognition.us-east-1.amazonaws.com/" } } }, { "params": null, "expect": { "error": "Missing" } }]'
    passed, failed = run { ["list.json"] = case, ["tests.json"] = '{ "tests": ' .. case .. " }" }
    assert.same({}, failed)
    assert.equal(4, #passed)
  end)

  it("fails what they don't", function()
    local passed, failed = run { ["x.json"] = [[{ "testCases": [
      { "params": { "Region": "us-east-1" }, "expect": { "endpoint": { "url": "https://example.com" } } },
      { "params": { "Region": "us-east-1" }, "expect": { "error": "no" } },
      { "params": {}, "expect": { "error": "another" } },
      { "params": {}, "expect": { "endpoint": { "url": "https://example.com" } } },
      { "params": { "Region": "us-east-1" }, "expect": { "endpoint": {
        "url": "https://rekognition.us-east-1.amazonaws.com",
        "properties": { "authSchemes": [{ "signingRegion": "eu-west-1" }] } } } } ] }]] }
    assert.same({}, passed)
    assert.equal(5, #failed)
  end)
end)
