-- All operations with their errors, each quota and each rate, by the calls of spec/interop/coverage_steps.py: through our
-- client and through Debian's boto3, against real emulator processes. script/interop makes them by newer SDKs as well.

local core = require "rekognition.core"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local rekognition = require "rekognition"
local cjson = require("cjson").new()

local KEYS = {
  owner = { "AKIAEMULATOR00000001", "emulator-secret-of-111122223333" },
  other = { "AKIAEMULATOR00000002", "emulator-secret-of-555555555555" },
  nobody = { "AKIANOBODY0000000001", "secret-of-nobody" },
}
local IDENTITIES = {
  ["111122223333"] = { root = { access_key_id = KEYS.owner[1], secret_access_key = KEYS.owner[2] }, users = {
    { name = "nobody", access_key_id = KEYS.nobody[1], secret_access_key = KEYS.nobody[2], policies = {} } } },
  ["555555555555"] = { root = { access_key_id = KEYS.other[1], secret_access_key = KEYS.other[2] } },
}

local function python(code, input)
  local pipe = assert(io.popen(("PYTHONPATH=spec/interop /usr/bin/python3 -W ignore %s %s 2>&1"):format(code, input or "")))
  local text = pipe:read("a")
  pipe:close()
  return text
end

local PLAN = "-c 'import base64, json, coverage_steps as c; print(json.dumps([c.WORLDS, c.steps, c.BUCKET, "
  .. "{key: base64.b64encode(body).decode() for key, body in c.OBJECTS.items()}]))'"

-- A parameter with what earlier steps saved.
local function filled(value, saved)
  if type(value) == "string" then
    return (value:gsub("%${([^}]+)}", function(name) return saved[name] or error("missing " .. name, 0) end))
  elseif type(value) ~= "table" then
    return value
  elseif value["$bytes"] then
    return core.base64_decode(value["$bytes"])
  end
  local result = {}
  for key, item in pairs(value) do result[key] = filled(item, saved) end
  return result
end

-- cjson reads whole numbers as floats, which are integers for our client; a member may be a float all the same.
local function value_at(response, path)
  for name in path:gmatch("[^.]+") do response = response[tonumber(name) or name] end
  return response
end

describe("the calls of the coverage", function()
  local folder, worlds, steps, bucket, objects, running, urls

  setup(function()
    worlds, steps, bucket, objects = table.unpack(cjson.decode(python(PLAN)))
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    files.write(folder .. "/identities.json", (cjson.encode(IDENTITIES):gsub('"policies":{}', '"policies":[]')))
  end)

  teardown(function() os.execute("rm -rf " .. folder) end)

  -- The bucket of the world "stored", by boto3, since our client knows no S3.
  local function fill(url)
    files.write(folder .. "/objects.json", cjson.encode(objects))
    files.write(folder .. "/fill.py", ([[
import base64, boto3, json
from botocore.config import Config
s3 = boto3.client("s3", endpoint_url="%s", region_name="us-east-1", aws_access_key_id="%s", aws_secret_access_key="%s",
                  config=Config(s3={"addressing_style": "path"}))
s3.create_bucket(Bucket="%s")
for key, body in json.load(open("%s/objects.json")).items():
    s3.put_object(Bucket="%s", Key=key, Body=base64.b64decode(body))
]]):format(url, KEYS.owner[1], KEYS.owner[2], bucket, folder, bucket))
    assert.equal("", python(folder .. "/fill.py"))
  end

  before_each(function()
    running, urls = {}, {}
    for name, options in pairs(worlds) do
      local arguments = { "--identities", folder .. "/identities.json", table.unpack(options) }
      running[#running + 1] = emulator.start(arguments)
      urls[name] = running[#running].url
    end
    fill(urls.stored)
  end)

  after_each(function()
    for _, one in ipairs(running) do
      local code, stderr = one.stop()
      assert.same({ 0, "" }, { code, stderr })
    end
  end)

  it("come out as they must through our client", function()
    local clients, all, count = {}, {}, 0
    for i, step in ipairs(steps) do
      local name = step.world .. step.as
      clients[name] = clients[name] or rekognition.client { region = "us-east-1", endpoint = urls[step.world], env = {},
        credentials = { access_key_id = KEYS[step.as][1], secret_access_key = KEYS[step.as][2] }, retry = { mode = "off" } }
      local saved = all[step.world] or {}
      all[step.world] = saved
      local ok, result = pcall(function() return clients[name]:call(step.operation, filled(step.params, saved)) end)
      local told = ("step %d, %s, %s: %s"):format(i, step.world, step.operation, tostring(result))
      if step.error == cjson.null then
        assert.is_true(ok, told)
        for key, path in pairs(step.save) do saved[key] = value_at(result, path) end
      elseif step.error == "ValidationException" and not ok and result.kind == "validation" then
        assert.is_true(#result.problems > 0, told) -- our client finds out itself
      else
        assert.is_false(ok, told)
        assert.equal(step.error, result.code, told)
        assert.equal("service", result.kind, told)
        assert.is_string(result.request_id, told)
        count = count + 1
      end
    end
    for _, client in pairs(clients) do client:close() end
    assert.is_true(count > 100)
  end)

  it("come out as they must through boto3", function()
    -- What Debian's boto3 is too old for.
    local function is_newer(step)
      local text = cjson.encode(step)
      for _, member in ipairs { '"Feature', '"AutoUpdate"', '"VersionDescription"', "${adapter}", "${lamp}" } do
        if text:find(member, 1, true) then return true end
      end
    end
    local asked = {}
    for _, step in ipairs(steps) do
      if step.save.model_1 and step.params.VersionDescription then step.params.VersionDescription = nil end
      if not is_newer(step) then asked[#asked + 1] = step end
    end
    assert.is_true(#asked > 200)
    for _, step in ipairs(asked) do
      if next(step.save) == nil then step.save = nil end
    end
    local work = cjson.encode { urls = urls, keys = KEYS, steps = asked }
    files.write(folder .. "/work.json", work)
    local text = python("spec/interop/coverage_boto3.py boto3", "<" .. folder .. "/work.json")
    local results = text:sub(1, 1) == "[" and cjson.decode(text) or error("the peer failed: " .. text)
    assert.equal(#asked, #results)
    for i, step in ipairs(asked) do
      local told = ("step %d, %s, %s: %s"):format(i, step.world, step.operation, cjson.encode(results[i]))
      if step.error == cjson.null then
        assert.is_table(results[i].response, told)
      else
        assert.equal(step.error, results[i].error, told)
        assert.is_true(#results[i].message > 0, told)
      end
    end
  end)
end)
