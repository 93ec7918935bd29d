local ascii = require "rekognition.text.ascii"
local credentials = require "rekognition.credentials"
local fake = require "spec.support.fake"
local support = require "spec.support.credentials"
local trace_id = require "rekognition.call.trace_id"

-- Expected values by Python's urllib.parse.quote(text, safe='-=;:+&[]{}"\','), which botocore uses.
describe("call.trace_id", function()
  local function of(text) return trace_id { AWS_LAMBDA_FUNCTION_NAME = "f", _X_AMZN_TRACE_ID = text } end

  for text, value in pairs {
    ["Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;lineage=25:2345"] =
      "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;lineage=25:2345",
    ["first\nsecond"] = "first%0Asecond",
    ["a\r\nX: y"] = "a%0D%0AX:%20y",
    ["\0\1\31\127"] = "%00%01%1F%7F",
    ["test123-=;:+&[]{}\"',~_."] = "test123-=;:+&[]{}\"',~_.",
    ["a/b?c#d%41<>\\^`|@!$*()"] = "a%2Fb%3Fc%23d%2541%3C%3E%5C%5E%60%7C%40%21%24%2A%28%29",
    ["\xC3\xA9\xFF"] = "%C3%A9%FF",
  } do
    it(("encodes %q"):format(text), function() assert.equal(value, of(text)) end)
  end

  it("is nothing outside Lambda, or without a trace id", function()
    assert.is_nil(trace_id {})
    assert.is_nil(trace_id { _X_AMZN_TRACE_ID = "x" })
    assert.is_nil(trace_id { AWS_LAMBDA_FUNCTION_NAME = "f" })
  end)

  it("is sent by a client in Lambda, read again for each call, and not signed", function()
    local env = { AWS_LAMBDA_FUNCTION_NAME = "f", _X_AMZN_TRACE_ID = "Root=1;\n" }
    local client, world = fake.client({ fake.answer(200, {}) }, { env = env })
    client:describe_projects()
    env._X_AMZN_TRACE_ID = "Root=2"
    client:describe_projects()
    env._X_AMZN_TRACE_ID = ""
    client:describe_projects()
    local sent = {}
    for index, request in ipairs(world.requests) do
      sent[index] = fake.header(request, "x-amzn-trace-id") or "none"
      assert.is_nil(fake.header(request, "authorization"):find("trace", 1, true))
    end
    assert.same({ "Root=1;%0A", "Root=2", "none" }, sent)
  end)

  it("goes to the other services too, not signed, and not to the metadata services", function()
    local world = support.world {
      env = { AWS_LAMBDA_FUNCTION_NAME = "f", _X_AMZN_TRACE_ID = "Root=1;\n", AWS_REGION = "eu-west-1" },
      answers = { support.sts_answer {} },
    }
    local options = { role_arn = "arn:aws:iam::123456789012:role/r",
      source = credentials.static { access_key_id = "AKID", secret_access_key = "SECRET" } }
    for name, value in pairs(world.options) do options[name] = value end
    credentials.assume_role(options):get()
    assert.equal("Root=1;%0A", fake.header(world.requests[1], "x-amzn-trace-id"))
    assert.is_nil(fake.header(world.requests[1], "authorization"):find("trace", 1, true))
    pcall(function() credentials.imds(world.options):get() end)
    assert.is_true(#world.requests > 1)
    for index = 2, #world.requests do assert.is_nil(fake.header(world.requests[index], "x-amzn-trace-id")) end
  end)

  it("gives way to one of the caller's", function()
    local client, world = fake.client({ fake.answer(200, {}) },
      { env = { AWS_LAMBDA_FUNCTION_NAME = "f", _X_AMZN_TRACE_ID = "Root=1" } })
    client:describe_projects({}, { headers = { ["X-Amzn-Trace-Id"] = "Root=mine" } })
    local sent = {}
    for _, header in ipairs(world.requests[1].headers) do
      if ascii.lower(header[1]) == "x-amzn-trace-id" then sent[#sent + 1] = header[2] end
    end
    assert.same({ "Root=mine" }, sent)
  end)
end)
