-- A presigned request, in the hands of somebody who knows nothing of this SDK: sent by Python's urllib to an
-- emulator, and signed again by botocore.

local cjson = require("cjson").new()
local emulator = require "spec.support.emulator"
local rekognition = require "rekognition"

local TOKEN = "FwoGZXIvYXdzEXAMPLE//token+/=="

local function with_file(content, use)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(content)
  file:close()
  local ok, result = pcall(use, path)
  os.remove(path)
  assert(ok, result)
  return result
end

local function read_command(command)
  local pipe = assert(io.popen(command))
  local output = pipe:read("a")
  assert(pipe:close(), output)
  return output
end

-- What comes of the request where it is sent and signed again with these credentials.
local function taken(signed, credentials, expires, region)
  local case = cjson.encode {
    method = signed.method, url = signed.url, headers = signed.headers, body = signed.body, expires = expires,
    key = credentials.access_key_id, secret = credentials.secret_access_key,
    token = credentials.session_token or cjson.null, region = region or "us-east-1",
  }
  return cjson.decode(with_file(case, function(path)
    return read_command("/usr/bin/python3 spec/peers/presigned.py <" .. path)
  end))
end

describe("a presigned request", function()
  local running, owner, temporary

  setup(function()
    owner = { access_key_id = "AKIAOWNER", secret_access_key = "owner/secret+key" }
    temporary = { access_key_id = "ASIAOWNER", secret_access_key = "temporary secret", session_token = TOKEN }
    running = emulator.start {
      "--account", "AKIAOWNER:owner/secret+key:111122223333",
      "--account", "ASIAOWNER:temporary secret:111122223333:" .. TOKEN,
    }
  end)
  teardown(function() running.stop() end)

  local function client(options)
    options.endpoint, options.env = running.url, {}
    options.region = options.region or "us-east-1"
    options.credentials = options.credentials or owner
    return rekognition.client(options)
  end

  it("is taken once and again, as the call itself is", function()
    local ours <close> = client {}
    local signed = ours:presign("CreateProject", { ProjectName = "presigned", Tags = { ["café"] = "a b+c" } })
    local first = taken(signed, owner, 900)
    assert.equal(200, first.status)
    assert.is_truthy(cjson.decode(first.body).ProjectArn:find("project/presigned/", 1, true))
    assert.same(first.expected, first.query)
    local second = taken(signed, owner, 900)
    assert.equal("ResourceInUseException", cjson.decode(second.body).__type)
  end)

  it("has the session token in it", function()
    local ours <close> = client { credentials = temporary }
    local result = taken(ours:presign("DescribeProjects", { MaxResults = 1 }, { expires = 604800 }), temporary, 604800)
    assert.equal(200, result.status, result.body)
    assert.equal(TOKEN, result.query["X-Amz-Security-Token"])
    assert.same(result.expected, result.query)
  end)

  it("is good for its region and path", function()
    local ours <close> = client { region = "eu-central-1" }
    local result = taken(ours:presign("DescribeProjects"), owner, 900, "eu-central-1")
    assert.equal(200, result.status)
    assert.same(result.expected, result.query)
  end)

  it("is refused when it has expired, and for what it was not signed for", function()
    local past <close> = client { clock = function() return os.time() - 61 end }
    local expired = taken(past:presign("DescribeProjects", {}, { expires = 60 }), owner, 60)
    assert.equal(400, expired.status)
    assert.is_truthy(expired.body:find("Signature expired", 1, true), expired.body)
    assert.same(expired.expected, expired.query)

    local ours <close> = client {}
    for _, change in ipairs {
      function(signed) signed.body = '{"MaxResults":2}' end,
      function(signed) signed.url = signed.url:gsub("X%-Amz%-Expires=60", "X-Amz-Expires=600") end,
      function(signed)
        for _, header in ipairs(signed.headers) do
          header[2] = header[2]:gsub("DescribeProjects", "DescribeProjectVersions")
        end
      end,
    } do
      local signed = ours:presign("DescribeProjects", { MaxResults = 1 }, { expires = 60 })
      change(signed)
      local refused = taken(signed, owner, 60)
      assert.equal(400, refused.status)
      assert.is_truthy(refused.body:find("InvalidSignatureException", 1, true), refused.body)
    end
  end)

  it("is never sent by making it", function()
    local sent = 0
    local ours <close> = client { http = function() sent = sent + 1 end }
    ours:presign("DescribeProjects")
    assert.equal(0, sent)
  end)
end)
