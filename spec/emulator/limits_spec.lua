-- Each quota, rate and fault of the emulator, met over HTTP by our client and by Debian's boto3; and that there is a row
-- for each one that the emulator has.

local cjson = require("cjson").new()
local core = require "rekognition.core"
local emulator = require "spec.support.emulator"
local faults = require "rekognition.emulator.faults"
local files = require "spec.support.files"
local quotas = require "rekognition.emulator.quotas"
local rekognition = require "rekognition"
local rows = require "spec.support.limit_rows"
local s3 = require "spec.support.emulator_s3"
local settings = require "rekognition.emulator.settings"

local KEYS = {
  owner = { "AKIAEMULATOR00000001", "emulator-secret-of-111122223333" },
  token = { "AKIATOKEN00000000001", "secret-of-the-token", "the-token" },
}
local ACCOUNTS = { "--account", "AKIAEMULATOR00000001:emulator-secret-of-111122223333:111122223333",
                   "--account", "AKIATOKEN00000000001:secret-of-the-token:111122223333:the-token" }
local SECONDS = { "train_seconds", "copy_seconds", "delete_seconds", "start_seconds", "stop_seconds",
                  "dataset_seconds" }

-- All settings, so that none of an earlier row is left.
local function settings_of(row)
  local all = { quotas = {}, rates = {}, fail = {}, fail_start = {} }
  for _, name in ipairs(SECONDS) do all[name] = 0 end
  for name, value in pairs(row.settings or {}) do all[name] = value end
  return all
end

describe("the emulator's limits and faults", function()
  local running

  setup(function() running = emulator.start(ACCOUNTS) end)
  teardown(function() running.stop() end)

  describe("have a row in the table:", function()
    for name in pairs(quotas.AWS) do
      it("the quota " .. name, function() assert.is_table(rows.ROWS["quota " .. name]) end)
    end
    for _, kind in ipairs(faults.KINDS) do
      it("the fault " .. kind, function() assert.is_table(rows.ROWS["fault " .. kind]) end)
    end
    for _, name in ipairs { "error", "drop" } do -- which may come after the effect as well
      it("the fault " .. name .. ", after the effect", function()
        assert.is_table(rows.ROWS["fault " .. name .. ", after the effect"])
      end)
    end

    it("each setting that makes calls or models fail", function()
      local known = {}
      for _, name in ipairs(settings.NAMES) do
        if not name:find "_seconds$" and name ~= "quotas" then known[#known + 1] = name end
      end
      assert.is_true(#known >= 3)
      for _, name in ipairs(known) do assert.is_table(rows.ROWS["setting " .. name], name) end
    end)
  end)

  describe("met by our client:", function()
    local clients, http

    setup(function() http = require "socket.http" end)

    before_each(function() -- a client that has met a wrong clock remembers it
      clients = {}
      for who, keys in pairs(KEYS) do
        clients[who] = rekognition.client { region = "us-east-1", endpoint = running.url, env = {}, timeout = 1,
          credentials = { access_key_id = keys[1], secret_access_key = keys[2], session_token = keys[3] },
          retry = { mode = "off" } }
      end
    end)

    after_each(function()
      for _, client in pairs(clients) do client:close() end
    end)

    local function admin(path, value)
      local text, status = http.request(running.url .. "/_emulator/" .. path, cjson.encode(value))
      assert.equal(200, status, text)
    end

    -- Our client has no PutObject.
    local function put(target, body)
      local ltn12 = require "ltn12"
      local service = { clock = core.now }
      function service.handle(_, request)
        local headers, sink = { ["content-length"] = #request.body }, {}
        for _, header in ipairs(request.headers) do headers[header[1]:lower()] = header[2] end
        local _, status = http.request { url = running.url .. request.target, method = request.method, headers = headers,
          source = ltn12.source.string(request.body), sink = ltn12.sink.table(sink) }
        return status, {}, table.concat(sink)
      end
      s3.must(service, "PUT", target, { body = body, host = running.url:match "//(.*)",
        credentials = { access_key_id = KEYS.owner[1], secret_access_key = KEYS.owner[2] } })
    end

    local function filled(value, saved)
      if type(value) == "string" then return (value:gsub("%${([^}]+)}", saved)) end
      if type(value) ~= "table" then return value end
      if value["$bytes"] then return value["$bytes"] end
      local result = {}
      for key, item in pairs(value) do result[key] = filled(item, saved) end
      return result
    end

    local function value_at(response, path)
      for name in path:gmatch "[^.]+" do response = response[tonumber(name) or name] end
      return response
    end

    local LOST = { drop = "transport", delay = "transport", truncate = "transport protocol" }

    local function call(one, saved)
      local client = clients[one.as or "owner"]
      local ok, result = pcall(client.call, client, one.call, filled(one.params, saved))
      if one.lost then
        assert.is_false(ok)
        assert.is_truthy(LOST[one.lost]:find(result.kind, 1, true), tostring(result))
        if one.lost == "delay" then assert.matches("[Tt]imeout", result.code) end
      elseif one.error then
        assert.is_false(ok, one.call .. " succeeded")
        assert.same({ "service", one.error }, { result.kind, result.code }, tostring(result))
        if one.message then assert.equal(one.message, result.message) end
      else
        assert.is_true(ok, tostring(result))
        for name, path in pairs(one.save or {}) do saved[name] = value_at(result, path) end
        for path, value in pairs(one.is or {}) do assert.equal(value, value_at(result, path)) end
      end
    end

    for _, name in ipairs(rows.NAMES) do
      it(name, function()
        local saved, has_bucket = {}, false
        admin("reset", {})
        admin("settings", settings_of(rows.ROWS[name]))
        for _, one in ipairs(rows.ROWS[name].steps) do
          if one.admin then
            admin(one.admin, one.body)
          elseif one.put then
            if not has_bucket then put("/" .. rows.BUCKET, "") end
            has_bucket = true
            put(("/%s/%s"):format(rows.BUCKET, one.put), one.body)
          else
            call(one, saved)
          end
        end
      end)
    end
  end)

  describe("met by boto3:", function()
    local results, path, other

    setup(function()
      other = emulator.start(ACCOUNTS) -- whose tokens haven't expired
      path = os.tmpname()
      local list = {}
      for i, name in ipairs(rows.NAMES) do
        list[i] = { name = name, steps = rows.ROWS[name].steps, settings = settings_of(rows.ROWS[name]) }
      end
      files.write(path, cjson.encode { keys = KEYS, bucket = rows.BUCKET, rows = list })
      local process <close> = assert(io.popen(("/usr/bin/python3 -W ignore spec/peers/boto3_limits.py %s %s 2>&1"):format(
        other.url, path)))
      local text = process:read("a")
      results = text:sub(1, 1) == "{" and cjson.decode(text) or error("the peer failed: " .. text)
    end)

    teardown(function()
      os.remove(path)
      other.stop()
    end)

    for _, name in ipairs(rows.NAMES) do
      it(name, function() assert.equal("", results[name]) end)
    end
  end)
end)
