-- The shared files, and the profile that is read of them.

local catch = require("spec.support.fake").catch
local config = require "rekognition.config"
local support = require "spec.support.config"

local CONFIG, CREDENTIALS, load, refusal = support.CONFIG, support.CREDENTIALS, support.load, support.refusal

describe("rekognition.config", function()
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
      { "~root", { HOME = "/h", AWS_CONFIG_FILE = "~root/x" }, "/root/x" },
      { "the ~name of nobody as it is written", { HOME = "/h", AWS_CONFIG_FILE = "~no-such-user/x" }, "~no-such-user/x" },
      { "variables in a path", { HOME = "/h", A_1 = "a", AWS_CONFIG_FILE = "$HOME/${A_1}$A_1.x/$NONE/${NONE}/$/${" },
        "/h/aa.x/$NONE/${NONE}/$/${" },
      { "a variable that holds a variable", { HOME = "/h", A = "${HOME}$HOME", AWS_CONFIG_FILE = "$A/x" }, "${HOME}$HOME/x" },
      { "~ in a variable", { HOME = "/h", A = "~", AWS_CONFIG_FILE = "$A/x" }, "/h/x" },
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

    it("don't stop who needs nothing of a malformed line", function()
      local loaded = load({}, { [CONFIG] = "[default]\nregion = r\nbroken\n", [CREDENTIALS] = "\na = b" })
      assert.equal("r", loaded:get("region"))
      assert.same({ 3, 2 }, { loaded.malformed[1].line, loaded.malformed[2].line })
      local why = catch(loaded.require_readable_files, loaded)
      assert.same({ "config", "InvalidConfigFile", CONFIG, 3 }, { why.kind, why.code, why.path, why.line })
      assert.truthy(why.message:find(CONFIG .. ", line 3: line skipped: it must be 'name = value'", 1, true), why.message)
      load():require_readable_files()
    end)

    it("are named with the line that was skipped, where something of theirs is missing", function()
      local files = { [CONFIG] = "[default]\nregion\n[profile x\n" }
      for code, attempt in pairs {
        ProfileNotFound = function() load({ profile = "x" }, files) end,
        NoRegion = function() load({}, files):endpoint("rekognition") end,
      } do
        local why = catch(attempt)
        assert.equal(code, why.code)
        assert.truthy(why.message:find(CONFIG .. ", line 2: line skipped: ", 1, true), why.message)
      end
    end)

    it("have keys without a value, which are unset wherever they are read", function()
      local loaded = load({}, {
        [CONFIG] = "[default]\nregion = c\nweb_identity_token_file =\ns3 =\n  a =\n  b = c\n[services x]\nsts =\n"
          .. "[sso-session y]\nsso_region = # none\n",
        [CREDENTIALS] = "[default]\nregion =\n",
      })
      assert.same({ default = { region = "c", s3 = { b = "c" } } }, loaded.profiles)
      assert.same({ { x = {} }, { y = {} } }, { loaded.services, loaded.sso_sessions })
      assert.equal("profile default in " .. CONFIG, loaded:origin("default", "region"))
    end)

    it("tell the logger what was passed over", function()
      local seen = {}
      load({ logger = function(level, event, fields)
        seen[#seen + 1] = { level, event, fields.path, fields.line }
      end }, { [CREDENTIALS] = "[default]\n[ ]\n" })
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
          assert.same({ "UnreadableFile", folder }, { why.code, why.path })
          assert.truthy(why.message:find(("could not read the %s file, which %s names: %s"):format(kind, variable, folder),
            1, true), why.message)
        end)
      end

      it("may not be without end", function()
        local ok, why = pcall(config.load, { env = { AWS_CONFIG_FILE = "/dev/zero" } })
        assert.is_false(ok)
        assert.truthy(why.message:find("larger than 16 MiB", 1, true))
      end)

      it("are absent where they are the default ones and can't be read, and that is logged", function()
        assert(os.execute(("mkdir -p %s/.aws/config %s/.aws/credentials"):format(folder, folder)))
        local seen = {}
        local loaded = config.load { env = { HOME = folder }, logger = function(level, event, fields)
          seen[#seen + 1] = { level, event, fields.path }
        end }
        assert.same({}, loaded.profiles)
        assert.same({ { "warn", "config.unreadable", folder .. "/.aws/config" },
          { "warn", "config.unreadable", folder .. "/.aws/credentials" } }, seen)
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
      ["option profile"] = { profile = "none" },
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
end)
