-- script/conformance over suites made here in the published forms, from botocore's signatures.

local cjson = require("cjson").new()
local files = require "spec.support.files"

local write = files.write

local vectors = {}
for _, case in ipairs(cjson.decode(files.read("spec/vectors/sigv4.json"))) do
  vectors[case.name] = case
end

local function http_text(method, target, headers, body, line_end)
  local lines = { ("%s %s HTTP/1.1"):format(method, target) }
  for _, header in ipairs(headers) do lines[#lines + 1] = header[1] .. ":" .. header[2] end
  return table.concat(lines, line_end) .. (body ~= "" and line_end .. line_end .. body or "")
end

-- The headers that the signed request of a vector has.
local function signed_headers(case, token)
  local headers = { table.unpack(case.request.headers) }
  if case.options.mode == "query" then return headers end
  headers[#headers + 1] = { "X-Amz-Date", case.canonical_request:match("\nx%-amz%-date:(%w+)") }
  if token then headers[#headers + 1] = { "X-Amz-Security-Token", token } end
  if case.options.sign_body then
    headers[#headers + 1] = { "x-amz-content-sha256", case.canonical_request:match("[^\n]+$") }
  end
  headers[#headers + 1] = { "Authorization", case.authorization }
  return headers
end

local function context_of(case, changes)
  local options = case.options
  local context = {
    credentials = {
      access_key_id = options.credentials.access_key_id,
      secret_access_key = options.credentials.secret_access_key,
      token = options.credentials.session_token,
    },
    region = options.region, service = options.service, timestamp = os.date("!%Y-%m-%dT%H:%M:%SZ", options.time),
    normalize = options.normalize_path ~= false, sign_body = options.sign_body or false,
    expiration_in_seconds = options.expires or 3600,
  }
  for name, value in pairs(changes.context or {}) do context[name] = value end
  context.credentials.token = changes.token or context.credentials.token
  return context
end

-- Writes a vector as a case of the newer form. `changes`: line_end, request (its text), context (fields),
-- token, signature.
local function write_newer(dir, case, changes)
  changes = changes or {}
  assert(os.execute("mkdir -p " .. files.quoted(dir)))
  local request, options = case.request, case.options
  local context = context_of(case, changes)
  local prefix = dir .. "/" .. options.mode .. "-"
  write(dir .. "/context.json", cjson.encode(context))
  write(dir .. "/request.txt", changes.request
    or http_text(request.method, request.target, request.headers, request.body, changes.line_end or "\n"))
  write(prefix .. "canonical-request.txt", case.canonical_request)
  write(prefix .. "string-to-sign.txt", case.string_to_sign .. "\n")
  write(prefix .. "signature.txt", changes.signature or case.signature)
  write(prefix .. "signed-request.txt", http_text(request.method, case.target or request.target,
    signed_headers(case, context.credentials.token), request.body, "\n"))
end

local function conformance(dir)
  return files.run("script/conformance " .. files.quoted(dir))
end

local function with_folder(run)
  return files.with_folder(run)
end

describe("script/conformance", function()
  it("runs SigV4 cases of the newer form, at any depth", function()
    with_folder(function(folder)
      local suite = folder .. "/sigv4-newer/v4/"
      write_newer(suite .. "vanilla", vectors["nothing but a host"])
      write_newer(suite .. "carriage-returns", vectors["a call to Rekognition"], { line_end = "\r\n" })
      write_newer(suite .. "utf8", vectors["a path that isn't ASCII"])
      write_newer(suite .. "raw-query", vectors["spaces and pluses, raw"])
      write_newer(suite .. "slashes", vectors["dot segments and slashes"])
      write_newer(suite .. "token", vectors["a session token"])
      write_newer(suite .. "token-after", vectors["nothing but a host"],
        { token = "tok/en", context = { omit_session_token = true } })
      write_newer(suite .. "sign-body", vectors["S3: a body"])
      write_newer(suite .. "presigned", vectors["presigned, a token"])
      write_newer(suite .. "presigned-headers", vectors["presigned, headers"], { context = { sign_body = true } })
      write_newer(suite .. "folded", vectors["repeated and spaced headers"], { request = "GET / HTTP/1.1\n"
        .. "Host:example.amazonaws.com\nMy-Header: b\nmy-header:a\n   b\n\tc\nMY-HEADER:b\nOther:\nA-First:x,y\n\n" })
      local ok, output = conformance(folder)
      assert.equal("11 passed, 0 failed\n", output)
      assert.is_true(ok)
      assert.equal("11 passed, 0 failed\n", select(2, conformance(folder .. "/sigv4-newer/")))
    end)
  end)

  it("reads what published versions of the newer form leave open as any of them does", function()
    with_folder(function(folder)
      local suite = folder .. "/sigv4-newer/"
      write_newer(suite .. "folded-by-commas", vectors["repeated and spaced headers"], { request = "GET / HTTP/1.1\n"
        .. "Host:example.amazonaws.com\nMy-Header: b\n   a   b\t c\nMY-HEADER:b\nOther:\nA-First:x,y\n\n" })
      write_newer(suite .. "encoded-once", vectors["S3: a path as it is"])
      write_newer(suite .. "said-to-be-encoded-once", vectors["S3: a path as it is"],
        { context = { double_uri_encode = false } })
      write_newer(suite .. "presigned-body", vectors["presigned, the hash of no body"], { context = { sign_body = true },
        request = "POST / HTTP/1.1\r\nHost:example.amazonaws.com\r\n\r\n" })
      write_newer(suite .. "shown-date-and-tokens", vectors["presigned, a token"])
      local shown = suite .. "shown-date-and-tokens/query-signed-request.txt"
      write(shown, files.read(shown):gsub("(&X%-Amz%-Security%-Token=[^& ]+)(.-) HTTP", "%1%2%1 HTTP")
        .. "\nX-Amz-Date:20150830T123600Z\n")
      local ok, output = conformance(folder)
      assert.equal("5 passed, 0 failed\n", output)
      assert.is_true(ok)
    end)
  end)

  it("fails a case that no reading fits, and one whose context lacks what it must have", function()
    with_folder(function(folder)
      local suite = folder .. "/sigv4-newer/"
      write_newer(suite .. "folded", vectors["repeated and spaced headers"],
        { request = "GET / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header: b\n  c\n\n" })
      write_newer(suite .. "encoded-twice", vectors["S3: a path as it is"], { context = { double_uri_encode = true } })
      write_newer(suite .. "headless", vectors["nothing but a host"], { request = "GET / HTTP/1.1\n Host:x\n\n" })
      for name, context in pairs { keyless = "{}", timeless = '{"credentials":{}}', listed = "[1]", cut = '{"region":' } do
        write_newer(suite .. name, vectors["nothing but a host"])
        write(suite .. name .. "/context.json", context)
      end
      local ok, output = conformance(folder)
      assert.is_false(ok)
      for _, line in ipairs {
        "folded (header): canonical request differs", "encoded-twice (header): canonical request differs",
        'headless (header): the first header has no name: " Host:x"', "cut (header): ",
        "keyless (header): context.json has no credentials", "timeless (header): context.json has no timestamp",
        "listed (header): context.json has no credentials",
      } do
        assert.truthy(output:find("FAIL sigv4-newer/" .. line, 1, true), output)
      end
      assert.equal("0 passed, 7 failed", output:match("([^\n]*)\n$"))
    end)
  end)

  it("runs cases of the classic form", function()
    with_folder(function(folder)
      local case = vectors["a path that isn't ASCII"]
      local request = case.request
      local dir = folder .. "/sigv4-classic/deeper/get-utf8"
      assert(os.execute("mkdir -p " .. files.quoted(dir)))
      write(dir .. "/get-utf8.req", http_text("GET", request.target, request.headers, "", "\n"))
      write(dir .. "/get-utf8.creq", case.canonical_request)
      write(dir .. "/get-utf8.sts", case.string_to_sign)
      write(dir .. "/get-utf8.authz", case.authorization)
      write(dir .. "/get-utf8.sreq", http_text("GET", request.target, signed_headers(case), "", "\n"))
      assert.equal("1 passed, 0 failed\n", select(2, conformance(folder)))
    end)
  end)

  it("fails, and says where, for a wrong signature, a wrong request and a broken file", function()
    with_folder(function(folder)
      local suite = folder .. "/sigv4-x/"
      write_newer(suite .. "right", vectors["nothing but a host"])
      write_newer(suite .. "signature", vectors["nothing but a host"], { signature = ("0"):rep(64) })
      write_newer(suite .. "region", vectors["nothing but a host"], { context = { region = "eu-west-1" } })
      write_newer(suite .. "token", vectors["presigned"], { token = "unexpected" })
      write_newer(suite .. "garbled", vectors["nothing but a host"], { request = "not a request" })
      local ok, output = conformance(folder)
      assert.is_false(ok)
      for _, name in ipairs { "signature (header)", "region (header)", "token (query)", "garbled (header)" } do
        assert.truthy(output:find("FAIL sigv4-x/" .. name, 1, true), output)
      end
      assert.equal("1 passed, 4 failed", output:match("([^\n]*)\n$"))
    end)
  end)

  it("fails for a case that has no context, no request or no expectations", function()
    with_folder(function(folder)
      for _, case in ipairs { "requestless", "classic" } do
        assert(os.execute("mkdir -p " .. files.quoted(folder .. "/sigv4-y/" .. case)))
      end
      write(folder .. "/sigv4-y/requestless/context.json", "{}")
      write(folder .. "/sigv4-y/classic/get.creq", "GET")
      for _, case in ipairs { "contextless", "hopeless" } do
        assert(os.execute("mkdir -p " .. files.quoted(folder .. "/sigv4-y/" .. case)))
        write(folder .. "/sigv4-y/" .. case .. "/request.txt", "GET / HTTP/1.1\nHost:example.amazonaws.com\n\n")
      end
      write(folder .. "/sigv4-y/hopeless/context.json", "{}")
      local ok, output = conformance(folder)
      assert.is_false(ok)
      assert.truthy(output:find("FAIL sigv4-y/contextless: it has no context.json", 1, true), output)
      assert.truthy(output:find("FAIL sigv4-y/hopeless: it expects nothing", 1, true), output)
      assert.truthy(output:find("FAIL sigv4-y/requestless: it has no request.txt", 1, true), output)
      assert.truthy(output:find("FAIL sigv4-y/classic: it has get.creq, but no get.req", 1, true), output)
      assert.equal("0 passed, 4 failed", output:match("([^\n]*)\n$"))
    end)
  end)

  it("names folders that no suite knows, and fails a suite without a case", function()
    with_folder(function(folder)
      assert(os.execute("mkdir -p " .. files.quoted(folder .. "/it's new") .. " "
        .. files.quoted(folder .. "/sigv4-empty")))
      local ok, output = conformance(folder)
      assert.is_false(ok)
      assert.truthy(output:find("no suite knows the folder it's new; it was left out", 1, true), output)
      assert.truthy(output:find("FAIL sigv4-empty/*: no case found", 1, true), output)
    end)
  end)

  it("leaves SigV4a out", function()
    with_folder(function(folder)
      local dir = folder .. "/sigv4-a/case"
      write_newer(dir, vectors["nothing but a host"])
      write(dir .. "/header-string-to-sign.txt", "AWS4-ECDSA-P256-SHA256\n")
      local ok, output = conformance(folder)
      assert.is_true(ok)
      assert.equal("0 passed, 0 failed, 1 skipped", output:match("([^\n]*)\n$"))
    end)
  end)

  it("says how it is used", function()
    assert.is_false((files.run("script/conformance")))
    local ok, output = conformance("/nonexistent folder")
    assert.is_false(ok)
    assert.truthy(output:find("no folder /nonexistent folder", 1, true))
  end)
end)
