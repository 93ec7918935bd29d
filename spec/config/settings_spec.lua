-- Each setting: where it is read, which source counts, what it is by default.

local catch = require("spec.support.fake").catch
local config = require "rekognition.config"
local settings = require "rekognition.config.settings"
local support = require "spec.support.config"

local CONFIG, load, refusal = support.CONFIG, support.load, support.refusal

-- name, variable, text, value as read, a text that is refused
local READ = {
  { "region", "AWS_REGION", "eu-west-1", "eu-west-1" },
  { "region", "AWS_DEFAULT_REGION", "eu-west-1", "eu-west-1" },
  { "use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT", "True", true, "1" },
  { "use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT", "FALSE", false, "no" },
  { "ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", true, "ture" },
  { "sts_regional_endpoints", "AWS_STS_REGIONAL_ENDPOINTS", "Legacy", "legacy", "global" },
  { "retry_mode", "AWS_RETRY_MODE", "Adaptive", "adaptive", "off" },
  { "retry_mode", "AWS_RETRY_MODE", "legacy", "standard", "none" },
  { "max_attempts", "AWS_MAX_ATTEMPTS", " 7 ", 7, "0" },
  { "max_attempts", "AWS_MAX_ATTEMPTS", "1", 1, "-1" },
  { "max_attempts", "AWS_MAX_ATTEMPTS", "+2", 2, "2.5" },
  { "max_attempts", "AWS_MAX_ATTEMPTS", "03", 3, "0x10" },
  { "max_attempts", "AWS_MAX_ATTEMPTS", "5", 5, "99999999999999999999" },
  { "defaults_mode", "AWS_DEFAULTS_MODE", "In-Region", "in-region", "fast" },
  { "ca_bundle", "AWS_CA_BUNDLE", "/etc/ca.pem", "/etc/ca.pem" },
  { "sdk_ua_app_id", "AWS_SDK_UA_APP_ID", "my-app", "my-app" },
  { "ec2_metadata_disabled", "AWS_EC2_METADATA_DISABLED", "true", true, "yes" },
  { "ec2_metadata_v1_disabled", "AWS_EC2_METADATA_V1_DISABLED", "true", true, "2" },
  { "ec2_metadata_service_endpoint", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[::1]", "http://[::1]" },
  { "ec2_metadata_service_endpoint_mode", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6", "ipv6", "ipv5" },
  { "metadata_service_timeout", "AWS_METADATA_SERVICE_TIMEOUT", "5", 5, "soon" },
  { "metadata_service_num_attempts", "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "4", 4, "four" },
  { "endpoint_url", "AWS_ENDPOINT_URL", "http://a", "http://a" },
  { "endpoint_url", "AWS_ENDPOINT_URL_REKOGNITION", "http://a", "http://a" },
}

-- The profile's keys that the guide has, by setting; the rest are variables alone.
local NO_KEY = { ec2_metadata_disabled = true }

describe("rekognition.config", function()
  describe("a setting", function()
    for _, case in ipairs(READ) do
      local name, variable, text, value, bad = table.unpack(case)

      it(("%s is read from %s=%s"):format(name, variable, text), function()
        local loaded = load { env = { [variable] = text } }
        assert.same({ value, "environment " .. variable }, { loaded:get(name) })
        assert.same({ value = value, source = "environment " .. variable }, loaded.settings[name])
      end)

      it(("%s counts as unset where %s is empty"):format(name, variable), function()
        assert.same(load().settings[name], load({ env = { [variable] = "" } }).settings[name])
      end)

      if not NO_KEY[name] then
        it(("%s is read from a profile's key, %s"):format(name, text), function()
          local loaded = load({}, { [CONFIG] = ("[default]\n%s = %s\n"):format(name, text) })
          assert.same({ value, "profile default in " .. CONFIG }, { loaded:get(name) })
        end)

        it(("%s counts as unset where its key is empty"):format(name), function()
          assert.same(load().settings[name], load({}, { [CONFIG] = ("[default]\n%s ="):format(name) }).settings[name])
        end)
      end

      if bad then
        it(("%s refuses %s"):format(name, bad), function()
          local message = refusal { env = { [variable] = bad } }
          assert.truthy(message:find(("environment variable %s must be "):format(variable), 1, true), message)
          assert.truthy(message:find((", got %q"):format(bad), 1, true), message)
          if NO_KEY[name] then return end
          message = refusal({}, { [CONFIG] = ("[default]\n%s = %s"):format(name, bad) })
          assert.truthy(message:find(("%s of profile default in %s must be "):format(name, CONFIG), 1, true), message)
        end)
      end
    end

    it("is refused where the profile has indented keys in its place", function()
      local message = refusal({}, { [CONFIG] = "[default]\nregion =\n  a = b\n" })
      assert.truthy(message:find("region of profile default in " .. CONFIG .. " must be a single value, got indented lines", 1, true))
    end)

    it("has the documented default", function()
      local loaded = load()
      local defaults = { profile = "default",
        use_fips_endpoint = false, use_dualstack_endpoint = false, ignore_configured_endpoint_urls = false,
        sts_regional_endpoints = "regional", retry_mode = "standard", max_attempts = 3, defaults_mode = "legacy",
        connect_timeout = 3.1, ec2_metadata_disabled = false, ec2_metadata_v1_disabled = false,
        ec2_metadata_service_endpoint_mode = "ipv4", metadata_service_timeout = 1, metadata_service_num_attempts = 1,
      }
      for name, setting in pairs(loaded.settings) do
        assert.same({ name, defaults[name], "default" }, { name, setting.value, setting.source })
      end
    end)

    it("that does not exist is named, and those that exist are listed", function()
      local why = catch(function() load():get("regoin") end)
      assert.same({ "config", "UnknownSetting" }, { why.kind, why.code })
      assert.truthy(why.message:find('there is no setting "regoin", did you mean region%?; there are: .*region', 1), why.message)
    end)

    it("has an error with a code of its own", function()
      for code, options in pairs {
        InvalidSetting = { env = { AWS_MAX_ATTEMPTS = "x" } }, InvalidOption = { use_fips = "true" },
        ProfileNotFound = { profile = "none" },
      } do
        assert.equal(code, catch(load, options).code)
      end
      assert.equal("NoRegion", catch(function() load():endpoint("rekognition") end).code)
    end)
  end)

  describe("precedence", function()
    local files = { [CONFIG] = "[default]\nregion = from-profile\nretry_mode = standard\nmax_attempts = 2\n" }

    it("is profile, environment, client option", function()
      assert.equal("from-profile", load({}, files):get("region"))
      local env = { AWS_DEFAULT_REGION = "from-default" }
      assert.equal("from-default", load({ env = env }, files):get("region"))
      env.AWS_REGION = "from-region"
      assert.equal("from-region", load({ env = env }, files):get("region"))
      local loaded = load({ env = env, region = "from-option" }, files)
      assert.same({ "from-option", "client option" }, { loaded:get("region") })
    end)

    it("holds for every option with another name than its setting's", function()
      local loaded = load({
        env = { AWS_RETRY_MODE = "adaptive", AWS_MAX_ATTEMPTS = "9", AWS_USE_FIPS_ENDPOINT = "true",
          AWS_USE_DUALSTACK_ENDPOINT = "true", AWS_SDK_UA_APP_ID = "env", AWS_ENDPOINT_URL_REKOGNITION = "http://env" },
        retry = { mode = "off", max_attempts = 4 }, use_fips = false, use_dualstack = false, app_id = "option",
        endpoint = "http://option",
      }, files)
      assert.same({ "off", "client option" }, { loaded:get("retry_mode") })
      assert.same({ 4, "client option" }, { loaded:get("max_attempts") })
      assert.same({ false, "client option" }, { loaded:get("use_fips_endpoint") })
      assert.same({ false, "client option" }, { loaded:get("use_dualstack_endpoint") })
      assert.same({ "option", "client option" }, { loaded:get("sdk_ua_app_id") })
      assert.same({ "http://option", "client option" }, { loaded:get("endpoint_url") })
    end)

    for name, case in pairs {
      ["retry.mode"] = { { retry = { mode = "standart" } }, 'off, standard, adaptive or legacy, got "standart", did you mean standard?' },
      ["retry.max_attempts"] = { { retry = { max_attempts = 0.5 } }, "a whole number of at least 1, got 0.5" },
      retry = { { retry = "off" }, 'a table, got "off"' },
      use_fips = { { use_fips = 1 }, "true or false, got 1" },
      use_dualstack = { { use_dualstack = "true" }, 'true or false, got "true"' },
      connect_timeout = { { connect_timeout = 0 }, "a number of seconds above 0 and at most 2147483, got 0" },
      profile = { { profile = 7 }, "a profile's name, got 7" },
      endpoint = { { endpoint = {} }, "a URL, got a table" },
      region = { { region = "" }, 'a non-empty string without NUL bytes, got ""' },
      ca_bundle = { { ca_bundle = "/ca\0.pem" }, 'a non-empty string without NUL bytes, got "/ca\\x00.pem"' },
      app_id = { { app_id = false }, "a non-empty string without NUL bytes, got false" },
      metadata_service_timeout = { { metadata_service_timeout = 2147484 }, "a whole number from 1 to 2147483, got 2147484" },
      defaults_mode = { { defaults_mode = {} }, "legacy, standard, in-region, cross-region, mobile or auto, got a table" },
      env = { { env = "x" }, 'a table of variables, got "x"' },
      read_file = { { read_file = 1 }, "a function, got 1" },
      logger = { { logger = "print" }, 'a function, got "print"' },
    } do
      it("names the option that is wrong: " .. name, function()
        local why = catch(config.load, case[1])
        assert.same({ "config", "InvalidOption", ("option %s must be %s"):format(name, case[2]) },
          { why.kind, why.code, why.message })
      end)
    end

    for _, seconds in ipairs { 2147484, math.huge, 0 / 0, -1, "5" } do
      it("refuses a timeout of " .. tostring(seconds), function()
        assert.equal("InvalidOption", catch(load, { connect_timeout = seconds }).code)
      end)
    end

    it("shows numbers with a point and no secret of any length", function()
      assert.equal('option region must be a non-empty string without NUL bytes, got a table',
        refusal { region = setmetatable({}, { __tostring = function() return "secret" end }) })
    end)

    it("leaves what does not concern this service alone", function()
      local env = { AWS_DISABLE_REQUEST_COMPRESSION = "nonsense", AWS_ACCOUNT_ID_ENDPOINT_MODE = "x" }
      local loaded = load({ env = env }, {
        [CONFIG] = "[default]\nrequest_min_compression_size_bytes = -5\nsigv4a_signing_region_set = *\n"
          .. "account_id_endpoint_mode = nonsense\ns3 =\n  addressing_style = path\n",
      })
      assert.same({ addressing_style = "path" }, loaded.profile.s3)
    end)
  end)

  describe("defaults_mode", function()
    local modes = { standard = 3.1, ["in-region"] = 1.1, ["cross-region"] = 3.1, mobile = 30, legacy = 3.1 }
    for mode, seconds in pairs(modes) do
      it(("%s gives connections %g s"):format(mode, seconds), function()
        local loaded = load { env = { AWS_DEFAULTS_MODE = mode } }
        assert.equal(seconds, (loaded:get("connect_timeout")))
        assert.equal(2, (load({ connect_timeout = 2, env = { AWS_DEFAULTS_MODE = mode } }):get("connect_timeout")))
      end)
    end

    for _, case in ipairs {
      { {}, 3.1 },
      { { AWS_EXECUTION_ENV = "AWS_Lambda_x", AWS_REGION = "r" }, 1.1 },
      { { AWS_EXECUTION_ENV = "AWS_Lambda_x", AWS_DEFAULT_REGION = "r" }, 1.1 },
      { { AWS_EXECUTION_ENV = "AWS_Lambda_x", AWS_REGION = "q" }, 3.1 },
      { { AWS_EXECUTION_ENV = "AWS_Lambda_x" }, 3.1 },
      { { AWS_REGION = "r" }, 3.1 },
    } do
      it(("auto gives %g s by the environment"):format(case[2]), function()
        case[1].AWS_DEFAULTS_MODE = "auto"
        assert.equal(case[2], (load({ env = case[1], region = "r" }):get("connect_timeout")))
      end)
    end
  end)

  it("tells the proxies that the transport uses, without their passwords", function()
    local env = { HTTP_PROXY = "http://u:pa@ss@p:1", https_proxy = "u:word@q:2", NO_PROXY = "a,b" }
    local loaded = load { env = env }
    assert.same({ "http://***@p:1", "environment HTTP_PROXY" }, { loaded:get("http_proxy") })
    assert.same({ "***@q:2", "environment https_proxy" }, { loaded:get("https_proxy") })
    assert.same({ "a,b", "environment NO_PROXY" }, { loaded:get("no_proxy") })
    env.REQUEST_METHOD, env.ALL_PROXY = "GET", "socks5://r:3"
    assert.same({ "socks5://r:3", "environment ALL_PROXY" }, { load({ env = env }):get("http_proxy") })
    loaded = load { proxy = "http://u:word@s:4", env = env }
    for _, name in ipairs { "http_proxy", "https_proxy" } do
      assert.same({ "http://***@s:4", "client option" }, { loaded:get(name) })
    end
    assert.same({ nil, "default" }, { loaded:get("no_proxy") })
    assert.same({ nil, "default" }, { load({ proxy = "", env = env }):get("http_proxy") })
  end)

  it("reports options of the built-in transport that a transport of the host's own makes useless", function()
    local function reported(options)
      local seen = {}
      options.logger = function(level, event, fields)
        seen[#seen + 1] = { level, event, fields.option, (fields.message:find("no effect", 1, true)) ~= nil }
      end
      load(options)
      return seen
    end
    local function http() end
    assert.same({ { "warn", "config.no_effect", "proxy", true }, { "warn", "config.no_effect", "ca_bundle", true } },
      reported { http = http, proxy = "http://p", ca_bundle = "/ca" })
    assert.same({}, reported { http = http, env = { HTTP_PROXY = "http://p", AWS_CA_BUNDLE = "/ca" } })
    assert.same({}, reported { proxy = "http://p", ca_bundle = "/ca" })
  end)

  it("tells which profile is used, and what named it", function()
    local files = { ["/h/.aws/config"] = "[profile a]\n[profile b]\n" }
    local function named(profile, variable)
      return config.load { profile = profile, env = { HOME = "/h", AWS_PROFILE = variable },
        read_file = function(path) return files[path] end }.settings.profile
    end
    assert.same({ value = "default", source = "default" }, named())
    assert.same({ value = "b", source = "environment AWS_PROFILE" }, named(nil, "b"))
    assert.same({ value = "a", source = "client option" }, named("a", "b"))
  end)

  it("is documented: every setting, option, variable, key and default", function()
    local file = assert(io.open((os.getenv("REK_ROOT") or ".") .. "/docs/configuration.md"))
    local document = file:read("a")
    file:close()
    local rows = {}
    for row in document:gmatch("\n(|[^\n]+)") do
      local name = row:match("^| `([%w_]+)`")
      if name then rows[name] = row end
    end
    for _, rule in ipairs(settings.rules) do
      local row = assert(rows[rule.name], "no row for " .. rule.name)
      for _, cell in ipairs { rule.option or rule.name, rule.key or rule.name, table.unpack(rule.env or {}) } do
        assert.truthy(row:find("`" .. cell .. "`", 1, true), row .. " lacks " .. cell)
      end
      if rule.default ~= nil then assert.truthy(row:find("`" .. tostring(rule.default):gsub(",", ".") .. "`", 1, true), row) end
    end
  end)
end)
