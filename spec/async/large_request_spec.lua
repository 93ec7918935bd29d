-- A request with a large image is hashed in pieces, between which others go on.

local async = require "rekognition.async"
local core = require "rekognition.core"
local engine = require "rekognition.async.engine"
local rekognition = require "rekognition"
local support = require "spec.support.http_server"

setup(function() support.start() end)
teardown(support.stop)

local ARN = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1690474772815"
local function params(size) return { ProjectVersionArn = ARN, Image = { Bytes = ("\xff"):rep(size) } } end

describe("a body that is hashed ahead of its signing", function()
  local service = core.service

  local function signature(size, piece)
    local request = assert(service:request("DetectCustomLabels", params(size)))
    local target = core.target { url = "http://127.0.0.1:1", region = "us-east-1", service = "rekognition" }
    local pieces = 0
    while piece and not target:hash(request, piece) do pieces = pieces + 1 end
    local signed = assert(target:sign(request, "A", "S", nil, 0, 1, "agent"))
    request:close()
    for _, header in ipairs(signed.headers) do
      if header[1] == "Authorization" then return header[2], pieces end
    end
  end

  it("has the signature of one that is hashed in one go", function()
    for _, size in ipairs { 1, 1000, 300000 } do
      local expected = signature(size)
      assert.equal(expected, (signature(size, 1 << 30)))
      assert.equal(expected, (signature(size, 4096)))
      if size <= 1000 then assert.equal(expected, (signature(size, 1))) end
    end
    assert.is_true(select(2, signature(300000, 4096)) > 90)
  end)

  it("leaves nothing to the next request, when it is closed in the middle", function()
    local expected = signature(5000)
    local request = assert(service:request("DetectCustomLabels", params(70000)))
    local target = core.target { url = "http://127.0.0.1:1", region = "us-east-1", service = "rekognition" }
    assert.is_false(target:hash(request, 100))
    request:close()
    assert.equal(expected, (signature(5000)))
    assert.equal(expected, (signature(5000, 64)))
    assert.has_error(function() target:hash(request, 100) end)
  end)
end)

describe("an image of 15 MB", function()
  local function new_client()
    return rekognition.client { region = "us-east-1", env = {}, endpoint = support.url "/echo",
      credentials = { access_key_id = "AKID", secret_access_key = "SECRET" } }
  end

  it("lets others go on while its request is prepared", function()
    local client <close> = new_client()
    local large, turns = params(15 << 20), 0
    async.run(function()
      local future = async.spawn(function() return client:detect_custom_labels(large) end)
      while engine.network():under_way() == 0 and not future:ready() do
        turns = turns + 1
        coroutine.yield()
      end
      future:await()
    end)
    assert.is_true(turns > 15, turns) -- 80 pieces of 256 KiB, at most four of them a step
  end)

  it("may be cancelled meanwhile", function()
    local client <close> = new_client()
    async.run(function()
      local future = async.spawn(function() return client:detect_custom_labels(params(15 << 20)) end)
      for _ = 1, 3 do coroutine.yield() end
      assert.equal(0, engine.network():under_way())
      future:cancel()
      local ok, e = pcall(future.await, future)
      assert.same({ false, "cancelled", nil }, { ok, e.kind, e.maybe_succeeded })
    end)
    assert.equal(0, engine.network():under_way())
  end)
end)
