-- What a call, an error, a retry or a renewal needs is bound when the library is loaded: a host may take away its
-- files and its globals afterwards. Each row is a host, run as a process of its own.

local files = require "spec.support.files"
local host_helper = require "spec.support.host_helper"

local build = os.getenv "BUILD" or "build"
local quoted = files.quoted

-- What is done after the host did its worst: one line for each.
local ACTIONS = [=[
local function client(responses, more)
  local count = 0
  local options = { region = "us-east-1", env = {}, sleep = function() end,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" },
    http = function()
      count = count + 1
      local response = responses[count] or responses[#responses]
      return { status = response[1], headers = {}, body = response[2] }
    end }
  for name, value in next, more or {} do options[name] = value end
  return rekognition.client(options)
end
local function code(f, ...)
  local ok, e = pcall(f, ...)
  return ok and "no error" or rekognition.error.is_error(e) and e.kind .. "/" .. e.code .. "/" .. tostring(e.attempts)
    or tostring(e)
end
local project = "arn:aws:rekognition:us-east-1:111122223333:project/p/1"
local function show(name, value) write(name .. "=" .. tostring(value) .. "\n") end
show("refused", code(function() client({ { 400, '{"__type":"AccessDeniedException","message":"no"}' } }):describe_projects() end))
show("retried", code(function() client({ { 503, "" } }):describe_projects() end))
show("garbled", code(function() client({ { 200, "[" } }):describe_projects() end))
show("slip", code(function() client({}):describe_project() end))
show("invalid", code(function() client({}):describe_projects { Foo = 1 } end))
show("connect", code(function()
  rekognition.client { region = "us-east-1", env = {}, endpoint = "http://127.0.0.1:1", retry = { mode = "off" },
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }:describe_projects()
end))
local pages = 0
for _ in client({ { 200, '{"NextToken":"a"}' }, { 200, "{}" } }):pages("DescribeProjects") do pages = pages + 1 end
show("pages", pages)
local version = project:gsub("/1$", "/version/v/1")
show("waited", client({ { 200, '{"ProjectVersionDescriptions":[{"Status":"RUNNING","ProjectVersionArn":"' .. version .. '"}]}' } })
  :wait("project_version_running", { ProjectArn = project, ProjectVersionArn = version }).Status)
show("wait failed", code(function()
  client({ { 200, '{"ProjectVersionDescriptions":[{"Status":"FAILED","ProjectVersionArn":"' .. version .. '"}]}' } })
    :wait("project_version_running", { ProjectArn = project, ProjectVersionArn = version })
end))
local renewals = 0
local renewed = client({ { 400, '{"__type":"ExpiredTokenException"}' }, { 200, "{}" } }, { credentials = function()
  renewals = renewals + 1
  return { access_key_id = "AKID" .. renewals, secret_access_key = "SECRETEXAMPLE" }
end })
show("renewed", select(2, renewed:describe_projects()).attempts .. "/" .. renewals)
show("container", code(function()
  client({ { 400, '{"__type":"AccessDeniedException"}' } }, { credentials = container }):describe_projects()
end))
local async = rekognition.async
show("tasks", code(function()
  local failed = client { { 503, "" } }
  local found, errors = async.run(function()
    return async.map({ 1, 2 }, function() return failed:describe_projects() end)
  end)
  show("mapped", errors[1].code .. "/" .. errors[2].attempts .. "/" .. #found)
  local future = client({ { 400, '{"__type":"AccessDeniedException"}' } }):describe_projects_async()
  local waiting = async.spawn(function()
    return client({ { 200, '{"ProjectVersionDescriptions":[]}' } }, { sleep = async.sleep }):wait("project_version_running",
      { ProjectArn = project, ProjectVersionArn = version }, { delay = 3600 })
  end)
  show("timed out", code(async.timeout, 0.01, async.sleep, 3600))
  waiting:cancel()
  show("cancelled wait", code(waiting.await, waiting))
  show("expired wait", code(function()
    client({ { 200, '{"ProjectVersionDescriptions":[]}' } }, { sleep = async.sleep }):wait("project_version_running",
      { ProjectArn = project, ProjectVersionArn = version }, { delay = 1, timeout = 0.01 })
  end))
  show("any", async.any { function() error("no", 0) end, function() return "won" end })
  return future:await()
end))
show("started", code(function()
  rekognition.client({ region = "us-east-1", env = {}, endpoint = "http://127.0.0.1:1", retry = { mode = "off" },
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }):describe_projects_async():await()
end):match "^[^/]*/[^/]*") -- without a descriptor for the engine no attempt is made
local nobody = client({ { 200, '{"ProjectDescriptions":[]}' } })
show("workflow", code(rekognition.custom_labels.copy_model, { source = nobody, destination = nobody, source_project = "p",
  destination_project = "q", version_name = "v", output_config = { S3Bucket = "bucket" } }))
show("policy", #rekognition.custom_labels.policy.build { account = "111122223333", version = version } > 100)
show("presigned", #client({}):presign("DescribeProjects").headers > 0)
show("signed", #rekognition.sigv4.sign({ method = "GET", target = "/", headers = { { "Host", "x" } } }, { region = "a",
  service = "b", time = 0, credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }).signature)
]=]

local EXPECTED = [[
refused=service/AccessDeniedException/1
retried=service/ServiceUnavailable/3
garbled=protocol/InvalidResponse/1
slip=validation/UnknownMethod/nil
invalid=validation/ValidationError/nil
connect=transport/connect/1
pages=2
waited=RUNNING
wait failed=waiter/WaiterFailure/nil
renewed=2/2
container=service/AccessDeniedException/1
mapped=ServiceUnavailable/3/0
timed out=cancelled/Timeout/nil
cancelled wait=cancelled/Cancelled/nil
expired wait=waiter/WaiterTimeout/nil
any=won
tasks=service/AccessDeniedException/1
started=transport/connect
workflow=validation/ProjectNotFound/nil
policy=true
presigned=true
signed=64
]]

-- A host's last deeds before the actions. FOLDER has the library.
local HOSTS = {
  { "that does nothing", "" },
  { "that empties its paths", 'package.path, package.cpath = "", ""' },
  { "that empties package.loaded", "for name in next, package.loaded do package.loaded[name] = nil end" },
  { "that empties package.loaded and its paths", [[
    for name in next, package.loaded do package.loaded[name] = nil end
    package.path, package.cpath, package.searchers = "", "", {}]] },
  { "that forgets the library's modules", [[
    for name in next, package.loaded do
      if name:find "^rekognition%." then package.loaded[name] = nil end
    end]] },
  { "whose globals are strict", [[
    setmetatable(_G, { __index = function(_, name) error("undeclared " .. name, 2) end,
      __newindex = function(_, name) error("undeclared " .. name, 2) end })]] },
  { "that takes io, os and require away", "io, os, require = nil, nil, nil" },
  { "that takes its package table apart", "for name in next, package do package[name] = nil end package = nil" },
  { "that takes every global away but what it prints with", [[
    for name in next, _G do if name ~= "_G" then _G[name] = nil end end]], keep = true },
  { "that removes the library's files", 'os.execute("rm -rf FOLDER/rekognition")' },
  { "that lays another release over them", [[
    os.execute("for f in $(find FOLDER/rekognition -name '*.lua'); do echo 'error(\"another release\")' >$f; done")]] },
  { "that has used up its file descriptors", "helper.exhaust()" },
  { "that has gone into another root", 'helper.chroot("FOLDER/empty")', root = true },
}

describe("a host", function()
  for _, edited in ipairs { false, true } do
    for _, host in ipairs(HOSTS) do
      local name = host[1] .. (edited and ", with files that were edited," or "")
      it(name .. " gets the same answers", function()
        if host.root and not host_helper.is_root() then return pending "chroot is root's alone" end
        files.with_folder(function(folder)
          assert(files.run(("cp -R lua/rekognition %s && mkdir %s/empty"):format(quoted(folder), quoted(folder))))
          if edited then
            assert(files.run(("find %s/rekognition -name '*.lua' -exec sh -c 'echo >>{}' ';'"):format(quoted(folder))))
          end
          host_helper.make(folder)
          local deed = host[2]:gsub("FOLDER", (folder:gsub("%%", "%%%%")))
          files.write(folder .. "/script.lua", table.concat {
            ("package.path = %q; package.cpath = %q .. package.cpath\n"):format(
              folder .. "/?.lua;" .. folder .. "/?/init.lua", build .. "/lib/?.so;" .. folder .. "/?.so;"),
            "local rekognition, helper = require 'rekognition', require 'helper'\n",
            "local pcall, tostring, select, next, write = pcall, tostring, select, next, io.write\n",
            "local container = rekognition.credentials.container { env = {\n",
            "  AWS_CONTAINER_CREDENTIALS_FULL_URI = 'http://localhost/x' }, http = function() return { status = 200,\n",
            "  headers = {}, body = '{\"AccessKeyId\":\"AKIDBOX\",\"SecretAccessKey\":\"BOXSECRET\",\"Token\":\"T\",'\n",
            "  .. '\"Expiration\":\"2099-01-01T00:00:00Z\"}' } end }\n",
            deed, "\n", ACTIONS,
          })
          local _, output = files.run(files.lua .. " " .. quoted(folder .. "/script.lua"))
          assert.equal(EXPECTED, output)
        end)
      end)
    end
  end
end)

describe("a machine without lua-cjson and luaexpat", function()
  it("has everything but what AWS answers in XML, which is a clear error", function()
    files.with_folder(function(folder)
      files.write(folder .. "/script.lua", ([[
        package.path, package.cpath = "lua/?.lua;lua/?/init.lua", %q
        local rekognition = require "rekognition"
        assert(not pcall(require, "cjson") and not pcall(require, "lxp"))
        rekognition.preload()
        local function sent() return { status = 200, headers = {}, body = '{"ProjectDescriptions":[]}' } end
        local keys = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }
        local client = rekognition.client { region = "us-east-1", env = {}, credentials = keys, http = sent }
        local custom_labels = rekognition.custom_labels
        local plan = os.tmpname()
        local file = io.open(plan, "w")
        file:write('{"models":null}')
        file:close()
        for _, try in ipairs {
          { custom_labels.copy_model, { source = client, destination = client, source_project = "p",
            destination_project = "q", version_name = "v", output_config = { S3Bucket = "bucket" } } },
          { custom_labels.copy_models, { plan = plan, clients = function() return client end } },
          { custom_labels.policy.merge, nil, { Effect = "Allow", Principal = print } },
          { custom_labels.policy.merge, nil, { "a list" } },
          { function() rekognition.credentials.assume_role { role_arn = "arn:aws:iam::123456789012:role/r", env = {},
            region = "us-east-1", source = rekognition.credentials.static(keys), http = sent }:get() end },
        } do
          local _, e = pcall(table.unpack(try, 1, 3))
          print(rekognition.error.is_error(e) and e.code .. ": " .. e.message:sub(1, 71) or "not the class: " .. tostring(e))
        end
        os.remove(plan)
        print(#custom_labels.inventory { client })
      ]]):format(build .. "/lib/?.so"))
      local _, output = files.run(files.lua .. " " .. quoted(folder .. "/script.lua"))
      assert.equal([[
ProjectNotFound: the source account has no project named p in us-east-1. This was the st
ValidationError: the plan: models must be a list with at least one model; destinations m
ValidationError: statement 1 must be an object: JSON can't hold a function
ValidationError: statement 1 must be an object, got a list
MissingModule: STS, S3 and CloudWatch answer in XML, which needs luaexpat, and it coul
0
]], output)
    end)
  end)

  it("says of the command and the emulator what to install", function()
    for command, module in pairs { ["rekognition models"] = "argparse", ["rekognition-emulator"] = "cjson" } do
      local ok, output = files.run(("LUA_PATH='lua/?.lua;lua/?/init.lua' LUA_CPATH=%s %s bin/%s 2>&1 </dev/null"):format(
        quoted(build .. "/lib/?.so"), files.lua, command))
      assert.is_falsy(ok)
      local package = module == "cjson" and "lua-cjson" or module
      assert.equal(("%s: needs %s, which is not installed for %s: `apt-get install lua-%s`, or `luarocks install %s`\n")
        :format(command:match "^[^ ]+", package, _VERSION, module, package), output)
    end
  end)
end)
