-- Which of the configured endpoint URLs counts.

local support = require "spec.support.config"

local CONFIG, load, refusal = support.CONFIG, support.load, support.refusal

describe("rekognition.config", function()
  describe("an endpoint", function()
    local files = { [CONFIG] = [[
[default]
endpoint_url = http://global-key
services = mine
[services mine]
rekognition =
  endpoint_url = http://rekognition-key
sso_oidc =
  endpoint_url = http://oidc-key
]] }

    it("is looked for in the guide's order", function()
      local env = {}
      local function found(service, options)
        options = options or {}
        options.env = env
        return { load(options, files):endpoint_url(service) }
      end
      assert.same({ "http://rekognition-key", "services mine in " .. CONFIG }, found "rekognition")
      assert.same({ "http://oidc-key", "services mine in " .. CONFIG }, found "sso-oidc")
      assert.same({ "http://oidc-key", "services mine in " .. CONFIG }, found "sso_oidc")
      assert.same({ "http://global-key", "profile default in " .. CONFIG }, found "sts")
      env.AWS_ENDPOINT_URL = "http://global-variable"
      assert.same({ "http://global-variable", "environment AWS_ENDPOINT_URL" }, found "rekognition")
      env.AWS_ENDPOINT_URL_REKOGNITION = "http://variable"
      env.AWS_ENDPOINT_URL_SSO_OIDC = "http://oidc-variable"
      assert.same({ "http://variable", "environment AWS_ENDPOINT_URL_REKOGNITION" }, found "rekognition")
      assert.same({ "http://oidc-variable", "environment AWS_ENDPOINT_URL_SSO_OIDC" }, found "sso-oidc")
      assert.same({ "http://option", "client option" }, found("rekognition", { endpoint = "http://option" }))
      assert.equal("http://global-variable", found("sts", { endpoint = "http://option" })[1])
    end)

    it("is not looked for if that is switched off, except the option's", function()
      local env = { AWS_ENDPOINT_URL = "http://x", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "true" }
      assert.is_nil(load({ env = env }, files):get("endpoint_url"))
      assert.is_nil(load({ env = env }, files):endpoint_url("sts"))
      assert.equal("http://o", load({ env = env, endpoint = "http://o" }, files):get("endpoint_url"))
    end)

    it("in a services section that isn't there is an error", function()
      local message = refusal({}, { [CONFIG] = "[default]\nservices = none\n" })
      assert.truthy(message:find('services of profile default in ' .. CONFIG .. ' must be the name of a [services NAME]',
        1, true), message)
      assert.truthy(message:find('got "none"', 1, true), message)
      -- As with botocore, nobody looks where the environment answers.
      assert.equal("http://x", load({ env = { AWS_ENDPOINT_URL = "http://x" } },
        { [CONFIG] = "[default]\nservices = none\n" }):get("endpoint_url"))
    end)

    it("in a services section with a value instead of keys is an error", function()
      local message = refusal({}, { [CONFIG] = "[default]\nservices = s\n[services s]\nrekognition = http://x\n" })
      assert.truthy(message:find("rekognition of [services s] in " .. CONFIG, 1, true))
    end)

    it("is resolved with all that is configured", function()
      local loaded = load({ env = { AWS_REGION = "us-west-2", AWS_USE_FIPS_ENDPOINT = "true" } })
      assert.equal("https://rekognition-fips.us-west-2.amazonaws.com", loaded:endpoint("rekognition").url)
      assert.equal("https://sts-fips.eu-west-1.amazonaws.com", loaded:endpoint("sts", "eu-west-1").url)
      loaded = load({ env = { AWS_REGION = "us-west-2", AWS_USE_DUALSTACK_ENDPOINT = "true" } })
      assert.equal("https://portal.sso.us-west-2.api.aws", loaded:endpoint("sso").url)
      loaded = load({ env = { AWS_REGION = "us-west-2", AWS_STS_REGIONAL_ENDPOINTS = "legacy" } })
      assert.same({ url = "https://sts.amazonaws.com", signing_region = "us-east-1", partition = "aws" },
        loaded:endpoint("sts"))
      assert.equal("http://oidc-key", load({ region = "us-west-2" }, files):endpoint("sso-oidc").url)
    end)

    it("of STS is the global one where no region is known", function()
      assert.same({ url = "https://sts.amazonaws.com", signing_region = "us-east-1", partition = "aws" },
        load():endpoint("sts"))
      assert.same({ url = "http://x" }, load({ env = { AWS_ENDPOINT_URL_STS = "http://x" } }):endpoint("sts"))
    end)

    it("without a region is an error that says what to do", function()
      for _, options in ipairs { {}, { endpoint = "http://x" } } do
        local ok, why = pcall(function() return load(options):endpoint("rekognition") end)
        assert.is_false(ok)
        assert.equal("config", why.kind)
        assert.truthy(why.message:find("^Invalid Configuration: Missing Region; .*AWS_REGION"))
      end
    end)

    it("that is wrong is named with its source", function()
      local function message(options)
        return select(2, pcall(function() return load(options):endpoint("rekognition") end)).message
      end
      assert.truthy(message({ env = { AWS_REGION = "a.b" } }):find('"a.b" (environment AWS_REGION)', 1, true))
      assert.truthy(message({ region = "r", env = { AWS_ENDPOINT_URL = "ftp://x" } }):find(
        '"ftp://x" (environment AWS_ENDPOINT_URL)', 1, true))
    end)
  end)
end)
