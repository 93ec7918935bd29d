local config = require "rekognition.config"
local errors = require "rekognition.error"
local settings = require "rekognition.config.settings"

-- Loads with files that are in memory: path -> content.
local function load(options, files)
  options = options or {}
  options.env = options.env or {}
  options.env.HOME = options.env.HOME or "/home/me"
  options.read_file = options.read_file or function(path) return (files or {})[path] end
  return config.load(options)
end

local CONFIG, CREDENTIALS = "/home/me/.aws/config", "/home/me/.aws/credentials"

local function refusal(options, files)
  local ok, why = pcall(load, options, files)
  assert.is_false(ok)
  assert.is_true(errors.is_error(why), tostring(why))
  assert.equal("config", why.kind)
  return why.message
end

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
          assert.truthy(message:find(("environment %s is %q, and is to be "):format(variable, bad), 1, true), message)
          if NO_KEY[name] then return end
          message = refusal({}, { [CONFIG] = ("[default]\n%s = %s"):format(name, bad) })
          assert.truthy(message:find(("%s of profile default in %s is %q"):format(name, CONFIG, bad), 1, true), message)
        end)
      end
    end

    it("is refused where the profile has indented keys in its place", function()
      local message = refusal({}, { [CONFIG] = "[default]\nregion =\n  a = b\n" })
      assert.truthy(message:find("region of profile default in " .. CONFIG .. " has indented keys", 1, true))
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

    it("that does not exist is a slip of the caller", function()
      assert.error_matches(function() load():get("regoin") end, 'there is no setting "regoin"')
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

    it("names the option that is wrong", function()
      assert.truthy(refusal({ retry = { mode = "never" } }):find(
        'client option retry.mode is "never", and is to be standard, adaptive, legacy', 1, true))
      assert.truthy(refusal({ use_fips = 1 }):find("client option use_fips is 1, and is to be true or false", 1, true))
      assert.truthy(refusal({ connect_timeout = 0 }):find("client option connect_timeout is 0", 1, true))
      assert.truthy(refusal({ profile = 7 }):find("client option profile is a number", 1, true))
      assert.truthy(refusal({ endpoint = {} }):find("client option endpoint is a table", 1, true))
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

  describe("the files", function()
    it("may both be missing", function()
      local loaded = load()
      assert.same({ {}, {}, {}, {} }, { loaded.profiles, loaded.profile, loaded.sso_sessions, loaded.services })
      assert.equal("default", loaded.profile_name)
      assert.same({ CONFIG, CREDENTIALS }, { loaded.config_path, loaded.credentials_path })
    end)

    it("are merged by profile, the credentials file's keys before the config file's", function()
      local loaded = load({}, {
        [CONFIG] = "[default]\nregion = config\na = config\n[profile x]\nb = config\n",
        [CREDENTIALS] = "[default]\nregion = credentials\nc = credentials\n[y]\nd = credentials\n",
      })
      assert.same({
        default = { region = "credentials", a = "config", c = "credentials" },
        x = { b = "config" }, y = { d = "credentials" },
      }, loaded.profiles)
      assert.same({ "credentials", "profile default in " .. CREDENTIALS }, { loaded:get("region") })
      assert.equal("profile default in " .. CONFIG, loaded:origin("default", "a"))
      assert.equal("profile x in " .. CONFIG, loaded:origin("x", "b"))
      assert.equal("profile y in " .. CREDENTIALS, loaded:origin("y", "d"))
    end)

    it("have secrets that can be asked for and don't show", function()
      local loaded = load({}, {
        [CONFIG] = "[profile a]\naws_session_token = hunter2\n",
        [CREDENTIALS] = "[a]\naws_access_key_id = AKID\naws_secret_access_key = hunter3\naws_security_token = hunter4\n",
      })
      local profile = loaded.profiles.a
      assert.same({ "AKID", "hunter3", "hunter2", "hunter4" }, { profile.aws_access_key_id,
        profile.aws_secret_access_key, profile.aws_session_token, profile.aws_security_token })
      assert.same({ aws_access_key_id = "AKID" }, profile)
      local seen = {}
      local function walk(value)
        if type(value) == "string" then assert.is_nil(value:find("hunter", 1, true)) end
        if type(value) ~= "table" or seen[value] then return end
        seen[value] = true
        for key, inner in pairs(value) do
          walk(key)
          walk(inner)
        end
      end
      walk(loaded)
      assert.is_true(seen[profile])
    end)

    for _, case in ipairs {
      { "HOME", { HOME = "/h", USERPROFILE = "/u" }, "/h/.aws/config" },
      { "USERPROFILE", { HOME = "", USERPROFILE = "C:\\Users\\u" }, "C:\\Users\\u/.aws/config" },
      { "HOMEDRIVE and HOMEPATH", { HOME = "", HOMEDRIVE = "D:", HOMEPATH = "\\u" }, "D:\\u/.aws/config" },
      { "no home with HOMEDRIVE alone", { HOME = "", HOMEDRIVE = "D:" }, nil },
      { "a path", { AWS_CONFIG_FILE = "/etc/aws" }, "/etc/aws" },
      { "~ in a path", { HOME = "/h", AWS_CONFIG_FILE = "~/x" }, "/h/x" },
      { "~ alone", { HOME = "/h", AWS_CONFIG_FILE = "~" }, "/h" },
      { "~ with a backslash", { HOME = "/h", AWS_CONFIG_FILE = "~\\x" }, "/h\\x" },
      { "~name as it is written", { HOME = "/h", AWS_CONFIG_FILE = "~name/x" }, "~name/x" },
      { "an empty variable", { HOME = "/h", AWS_CONFIG_FILE = "" }, "/h/.aws/config" },
    } do
      it("are found by " .. case[1], function()
        local asked = {}
        local loaded = load { env = case[2], read_file = function(path) asked[path] = true end }
        assert.equal(case[3], loaded.config_path)
        if case[3] then assert.is_true(asked[case[3]]) end
      end)
    end

    it("are found by AWS_SHARED_CREDENTIALS_FILE", function()
      local env = { AWS_SHARED_CREDENTIALS_FILE = "~/c" }
      local loaded = load({ env = env }, { ["/home/me/c"] = "[default]\nregion = r\n" })
      assert.equal("r", loaded:get("region"))
    end)

    it("make a clear error where they are malformed", function()
      assert.equal(CONFIG .. ", line 1: expected the section to end with ']'; write it as [profile NAME]",
        refusal({}, { [CONFIG] = "[default" }))
      assert.truthy(refusal({}, { [CREDENTIALS] = "\na = b" }):find(CREDENTIALS .. ", line 2: ", 1, true))
    end)

    it("tell the logger what was passed over", function()
      local seen = {}
      load({ logger = function(level, event, fields)
        seen[#seen + 1] = { level, event, fields.path, fields.line }
      end }, { [CREDENTIALS] = "[default]\n[a b]\n" })
      assert.same({ { "warn", "config.skipped", CREDENTIALS, 2 } }, seen)
    end)

    describe("on the disk", function()
      local folder

      before_each(function()
        folder = os.tmpname()
        os.remove(folder)
        assert(os.execute("mkdir " .. folder))
      end)
      after_each(function() os.execute("rm -rf " .. folder) end)

      local function write(name, text)
        local file = assert(io.open(folder .. "/" .. name, "wb"))
        file:write(text)
        file:close()
        return folder .. "/" .. name
      end

      it("are read", function()
        local path = write("c", "[default]\r\nregion = r\r\n")
        local loaded = config.load { env = { AWS_CONFIG_FILE = path } }
        assert.same({ "r", "profile default in " .. path }, { loaded:get("region") })
      end)

      it("may be missing, empty, or /dev/null", function()
        for _, path in ipairs { folder .. "/none", folder .. "/none/none", write("empty", ""), "/dev/null" } do
          assert.is_nil(config.load({ env = { AWS_CONFIG_FILE = path } }):get("region"))
        end
      end)

      it("may not lie below a file, which is as good as missing", function()
        local path = write("file", "") .. "/config"
        assert.is_nil(config.load({ env = { AWS_CONFIG_FILE = path } }):get("region"))
      end)

      for variable, kind in pairs { AWS_CONFIG_FILE = "config", AWS_SHARED_CREDENTIALS_FILE = "credentials" } do
        it(("may not be a folder (%s)"):format(kind), function()
          local ok, why = pcall(config.load, { env = { [variable] = folder } })
          assert.is_false(ok)
          assert.equal("config", why.kind)
          assert.truthy(why.message:find(("the %s file can't be read: %s"):format(kind, folder), 1, true))
          assert.truthy(why.message:find(variable, 1, true))
        end)
      end

      it("may not be without end", function()
        local ok, why = pcall(config.load, { env = { AWS_CONFIG_FILE = "/dev/zero" } })
        assert.is_false(ok)
        assert.truthy(why.message:find("larger than 16 MiB", 1, true))
      end)

      it("make a clear error where they may not be read", function()
        local path = write("locked", "[default]\n")
        assert(os.execute("chmod 000 " .. path))
        local file = io.open(path)
        if file then -- the superuser may read everything
          file:close()
          return
        end
        local ok, why = pcall(config.load, { env = { AWS_CONFIG_FILE = path } })
        assert.is_false(ok)
        assert.truthy(why.message:find("Permission denied", 1, true))
      end)
    end)
  end)

  describe("the profile", function()
    local files = {
      [CONFIG] = "[default]\nregion = d\n[profile a]\nregion = a\n", [CREDENTIALS] = "[b]\nregion = b\n",
    }

    it("is named by the option, AWS_DEFAULT_PROFILE, AWS_PROFILE", function()
      local env = {}
      assert.equal("d", load({ env = env }, files):get("region"))
      env.AWS_PROFILE = "a"
      assert.equal("a", load({ env = env }, files):get("region"))
      env.AWS_DEFAULT_PROFILE = "b"
      assert.equal("b", load({ env = env }, files):get("region"))
      local loaded = load({ env = env, profile = "a" }, files)
      assert.same({ "a", loaded.profiles.a }, { loaded.profile_name, loaded.profile })
    end)

    it("counts as unnamed where the variables are empty", function()
      local loaded = load({ env = { AWS_PROFILE = "", AWS_DEFAULT_PROFILE = "" } }, files)
      assert.equal("default", loaded.profile_name)
    end)

    for source, options in pairs {
      ["client option profile"] = { profile = "none" },
      ["environment AWS_PROFILE"] = { env = { AWS_PROFILE = "none" } },
      ["environment AWS_DEFAULT_PROFILE"] = { env = { AWS_DEFAULT_PROFILE = "none" } },
    } do
      it("has to exist where it is named: " .. source, function()
        local message = refusal(options, files)
        local expected = ('profile "none" (%s) is neither in %s nor in %s'):format(source, CONFIG, CREDENTIALS)
        assert.truthy(message:find(expected, 1, true), message)
      end)
    end

    it("has to exist where it is named, be it the default one", function()
      refusal { env = { AWS_PROFILE = "default" } }
    end)

    it("is shown on one line, whatever its name", function()
      assert.is_nil(refusal({ profile = "a\r\nb\27[31m" .. ("x"):rep(1000) }):find("%c"))
    end)
  end)

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

    it("is not looked for where that is switched off, but the option's", function()
      local env = { AWS_ENDPOINT_URL = "http://x", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "true" }
      assert.is_nil(load({ env = env }, files):get("endpoint_url"))
      assert.is_nil(load({ env = env }, files):endpoint_url("sts"))
      assert.equal("http://o", load({ env = env, endpoint = "http://o" }, files):get("endpoint_url"))
    end)

    it("in a services section that isn't there is an error", function()
      local message = refusal({}, { [CONFIG] = "[default]\nservices = none\n" })
      assert.truthy(message:find('services of profile default in ' .. CONFIG .. ' is "none"', 1, true), message)
      -- As with botocore, nobody looks where the environment answers.
      assert.equal("http://x", load({ env = { AWS_ENDPOINT_URL = "http://x" } },
        { [CONFIG] = "[default]\nservices = none\n" }):get("endpoint_url"))
    end)

    it("in a services section with a value in the place of keys is an error", function()
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
      if rule.default ~= nil then assert.truthy(row:find("`" .. tostring(rule.default) .. "`", 1, true), row) end
    end
  end)
end)
