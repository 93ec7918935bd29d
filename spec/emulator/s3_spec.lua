-- The emulator's S3: what boto3's run (life_spec) doesn't reach.

local client = require "spec.support.emulator_client"
local core = require "rekognition.core"
local emulator = require "rekognition.emulator"
local s3 = require "spec.support.emulator_s3"

local NOW = 1656611123.456
local OWNER = "111122223333"
local EMPTY_POLICIES = { { name = "none", policies = {}, access_key_id = "AKIANONE", secret_access_key = "secret-none" },
  { name = "reader", access_key_id = "AKIAREADER", secret_access_key = "secret-reader", policies = { {
    Version = "2012-10-17", Statement = { { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::bucket-1/a/*" },
      { Effect = "Deny", Action = "s3:*", Resource = "arn:aws:s3:::bucket-1/a/secret" } } } } } }
local READER = { access_key_id = "AKIAREADER", secret_access_key = "secret-reader" }
local NOBODY = { access_key_id = "AKIANONE", secret_access_key = "secret-none" }

describe("the emulator's S3", function()
  local service

  before_each(function()
    service = emulator.new { clock = function() return NOW end, accounts = emulator.DEFAULT_ACCOUNTS,
      identities = { [OWNER] = { users = EMPTY_POLICIES } } }
    s3.must(service, "PUT", "/bucket-1")
  end)

  it("keeps every byte, and keys with any characters", function()
    local bytes = {}
    for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
    bytes = table.concat(bytes)
    for _, path in ipairs { "/bucket-1/a", "/bucket-1/a%20b%2Bc", "/bucket-1/%C3%A9/../x//y", "/bucket-1/%00%3F" } do
      s3.must(service, "PUT", path, { body = bytes })
      assert.equal(bytes, (s3.must(service, "GET", path)))
    end
    local listed = s3.must(service, "GET", "/bucket-1?list-type=2&encoding-type=url")
    assert.is_truthy(listed:find("<Key>a%20b%2Bc</Key>", 1, true))
    assert.is_truthy(listed:find("<Key>%C3%A9/../x//y</Key>", 1, true))
  end)

  it("gives back the headers that came", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "x", headers = { ["Content-Type"] = "text/plain",
      ["x-amz-meta-team"] = "birds", ["Cache-Control"] = "no-cache", ["x-amz-checksum-crc32"] = "jNwWgw==" } })
    local _, headers = s3.must(service, "GET", "/bucket-1/a", { headers = { ["x-amz-checksum-mode"] = "ENABLED" } })
    assert.same({ "text/plain", "birds", "no-cache", "jNwWgw==", "bytes" }, { headers["content-type"],
      headers["x-amz-meta-team"], headers["cache-control"], headers["x-amz-checksum-crc32"], headers["accept-ranges"] })
    assert.equal("Thu, 30 Jun 2022 17:45:23 GMT", headers["last-modified"])
    assert.equal('"9dd4e461268c8034f5c8564e155c67a6"', headers.etag) -- MD5 of "x"
  end)

  it("serves parts of an object", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "0123456789" })
    for range, expected in pairs { ["bytes=0-3"] = "0123", ["bytes=8-"] = "89", ["bytes=-2"] = "89",
                                   ["bytes=5-100"] = "56789" } do
      local status, body, headers = s3.send(service, "GET", "/bucket-1/a", { headers = { Range = range } })
      assert.same({ 206, expected }, { status, body })
      assert.matches("^bytes %d+%-%d+/10$", headers["content-range"])
    end
    assert.same({ "InvalidRange", 416 },
      { s3.fails(service, "GET", "/bucket-1/a", { headers = { Range = "bytes=10-" } }) , 416 })
    assert.equal("0123456789", (s3.must(service, "GET", "/bucket-1/a", { headers = { Range = "lines=1-2" } })))
  end)

  it("knows conditions", function()
    local _, headers = s3.must(service, "PUT", "/bucket-1/a", { body = "x" })
    assert.equal(304, (s3.send(service, "GET", "/bucket-1/a", { headers = { ["If-None-Match"] = headers.etag } })))
    assert.equal("PreconditionFailed", (s3.fails(service, "GET", "/bucket-1/a", { headers = { ["If-Match"] = '"x"' } })))
    assert.equal("PreconditionFailed",
      (s3.fails(service, "PUT", "/bucket-1/a", { headers = { ["If-None-Match"] = "*" } })))
    s3.must(service, "PUT", "/bucket-1/a", { body = "y", headers = { ["If-Match"] = headers.etag } })
  end)

  it("knows dates as conditions", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "x" }) -- on Thu, 30 Jun 2022 17:45:23 GMT
    local before, same, after = "Thu, 30 Jun 2022 17:45:22 GMT", "Thu, 30 Jun 2022 17:45:23 GMT",
      "Thu, 30 Jun 2022 17:45:24 GMT"
    for _, row in ipairs {
      { 200, { ["If-Modified-Since"] = before } }, { 304, { ["If-Modified-Since"] = same } },
      { 200, { ["If-Modified-Since"] = after } }, -- a date to come counts for nothing (RFC 9110)
      { 412, { ["If-Unmodified-Since"] = before } }, { 200, { ["If-Unmodified-Since"] = same } },
      { 200, { ["If-Unmodified-Since"] = after } }, { 200, { ["If-Modified-Since"] = "yesterday" } },
      { 200, { ["If-Modified-Since"] = same, ["If-None-Match"] = '"x"' } },
      { 200, { ["If-Unmodified-Since"] = before, ["If-Match"] = '"9dd4e461268c8034f5c8564e155c67a6"' } },
      { 304, { ["If-None-Match"] = "*" } }, { 200, { ["If-Match"] = "*" } },
      { 304, { ["If-None-Match"] = '"x", "9dd4e461268c8034f5c8564e155c67a6"' } },
    } do
      assert.equal(row[1], (s3.send(service, "GET", "/bucket-1/a", { headers = row[2] })))
    end
  end)

  it("takes no request for another that it knows", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "x" })
    for _, row in ipairs {
      { "GET", "/bucket-1?policy=", "NoSuchBucketPolicy", 404 }, { "GET", "/bucket-1?tagging=", "NoSuchTagSet", 404 },
      { "GET", "/bucket-1?cors=", "NoSuchCORSConfiguration", 404 }, { "GET", "/nobodys?policy=", "NoSuchBucket", 404 },
      { "GET", "/bucket-1?uploads=", "NotImplemented", 501 }, { "GET", "/bucket-1?versions=", "NotImplemented", 501 },
      { "PUT", "/bucket-1?policy=", "NotImplemented", 501 }, { "PUT", "/bucket-1?versioning=", "NotImplemented", 501 },
      { "DELETE", "/bucket-1?policy=", "NotImplemented", 501 }, { "DELETE", "/bucket-1/a?tagging=", "NotImplemented", 501 },
      { "PUT", "/bucket-1/a?tagging=", "NotImplemented", 501 }, { "PUT", "/bucket-1/a?acl=", "NotImplemented", 501 },
      { "GET", "/bucket-1/a?attributes=", "NotImplemented", 501 }, { "GET", "/bucket-1/a?uploadId=x", "NotImplemented", 501 },
      { "POST", "/bucket-1/a?restore=", "NotImplemented", 501 }, { "GET", "/bucket-1/a?versionId=1", "InvalidArgument", 400 },
    } do
      local status, body = s3.send(service, row[1], row[2])
      assert.same({ row[3], row[4] }, { body:match("<Code>([^<]*)</Code>"), status }, row[1] .. " " .. row[2])
    end
    assert.equal("x", (s3.must(service, "GET", "/bucket-1/a?versionId=null")))
  end)

  it("takes bodies in pieces", function()
    local headers = { ["X-Amz-Content-Sha256"] = "STREAMING-UNSIGNED-PAYLOAD-TRAILER", ["Content-Encoding"] = "aws-chunked",
                      ["X-Amz-Decoded-Content-Length"] = "9", ["X-Amz-Trailer"] = "x-amz-checksum-crc32" }
    s3.must(service, "PUT", "/bucket-1/a", { headers = headers,
      body = "5\r\nhello\r\n4;chunk-signature=00\r\n, hi\r\n0\r\nx-amz-checksum-crc32:+hj+1A==\r\n\r\n" })
    assert.equal("hello, hi", (s3.must(service, "GET", "/bucket-1/a")))
    for _, body in ipairs { "", "5\r\nhel", "zz\r\n", "ffffffffffff\r\n", "5\r\nhello\r\n0\r\n\r\n", ("1"):rep(1000) } do
      assert.equal("IncompleteBody", (s3.fails(service, "PUT", "/bucket-1/a", { headers = headers, body = body })))
    end
  end)

  it("checks what a body's digest is said to be", function()
    local digest = core.base64_encode((core.sha256_hex("x"):gsub("..", function(pair)
      return string.char(tonumber(pair, 16))
    end)))
    s3.must(service, "PUT", "/bucket-1/a", { body = "x", headers = { ["x-amz-checksum-sha256"] = digest } })
    assert.equal("BadDigest", (s3.fails(service, "PUT", "/bucket-1/a", { body = "y",
      headers = { ["x-amz-checksum-sha256"] = digest } })))
  end)

  -- What AWS's libraries make of "hello, hi" (botocore, awscrt), and of another body.
  for name, value in pairs {
    ["Content-MD5"] = "INrbXCzYAcUq0ZFwMYqjdA==", ["x-amz-checksum-crc32"] = "+hj+1A==", ["x-amz-checksum-crc32c"] = "TFPCGw==",
    ["x-amz-checksum-crc64nvme"] = "hJs6naV7XC8=", ["x-amz-checksum-sha1"] = "JS5Z+7Z/kBym0kB5chnW0W2nPIk=", ["x-amz-checksum-sha256"] = "OWSax3nbj29ez6qmSrzVNhHVaSzngIXfG5Bm2IPnEHw=",
  } do
    it("checks " .. name .. ", of objects and of parts", function()
      local id = s3.must(service, "POST", "/bucket-1/parts?uploads="):match("<UploadId>([^<]+)<")
      local part = "/bucket-1/parts?partNumber=1&uploadId=" .. id
      for _, target in ipairs { "/bucket-1/a", part } do
        s3.must(service, "PUT", target, { body = "hello, hi", headers = { [name] = value } })
        assert.equal("BadDigest", (s3.fails(service, "PUT", target, { body = "hello, ho", headers = { [name] = value } })))
        for _, wrong in ipairs { "x", "====", "" } do
          assert.equal(name == "Content-MD5" and "InvalidDigest" or "InvalidRequest",
            (s3.fails(service, "PUT", target, { body = "hello, hi", headers = { [name] = wrong } })))
        end
      end
      assert.equal("hello, hi", (s3.must(service, "GET", "/bucket-1/a")))
    end)
  end

  it("makes the ETag of an upload from those of its parts", function()
    local id = s3.must(service, "POST", "/bucket-1/parts?uploads="):match("<UploadId>([^<]+)<")
    local parts = {}
    for i, body in ipairs { "a", "b" } do
      local _, headers = s3.must(service, "PUT", ("/bucket-1/parts?partNumber=%d&uploadId=%s"):format(i, id),
        { body = body })
      parts[i] = ("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"):format(i, headers.etag)
    end
    s3.must(service, "POST", "/bucket-1/parts?uploadId=" .. id,
      { body = "<CompleteMultipartUpload>" .. table.concat(parts) .. "</CompleteMultipartUpload>" })
    local _, headers = s3.must(service, "HEAD", "/bucket-1/parts")
    assert.equal('"96e024ba2074fe77e8e965ba43a704be-2"', headers.etag)
  end)

  it("keeps the coding of a body, and not that of its way", function()
    s3.must(service, "PUT", "/bucket-1/a", { headers = { ["X-Amz-Content-Sha256"] = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      ["Content-Encoding"] = "gzip,aws-chunked", ["X-Amz-Decoded-Content-Length"] = "1" }, body = "1\r\nx\r\n0\r\n\r\n" })
    assert.equal("gzip", select(2, s3.must(service, "GET", "/bucket-1/a"))["content-encoding"])
    s3.must(service, "PUT", "/bucket-1/a", { headers = { ["X-Amz-Content-Sha256"] = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      ["Content-Encoding"] = "aws-chunked", ["X-Amz-Decoded-Content-Length"] = "1" }, body = "1\r\nx\r\n0\r\n\r\n" })
    assert.is_nil(select(2, s3.must(service, "GET", "/bucket-1/a"))["content-encoding"])
  end)

  it("lets a reader ask for other headers", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "x", headers = { ["Content-Type"] = "text/plain" } })
    local _, headers = s3.must(service, "GET",
      "/bucket-1/a?response-content-disposition=attachment&response-content-type=image%2Fpng")
    assert.same({ "image/png", "attachment" }, { headers["content-type"], headers["content-disposition"] })
    _, headers = s3.must(service, "GET", "/bucket-1/a")
    assert.equal("text/plain", headers["content-type"])
  end)

  it("says nothing of what went well where a deletion is quiet", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "x" })
    local body = s3.must(service, "POST", "/bucket-1?delete=",
      { body = "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>" })
    assert.is_nil(body:find("Deleted", 1, true))
    assert.equal("NoSuchKey", (s3.fails(service, "GET", "/bucket-1/a")))
  end)

  it("takes the bucket from the host's name, too", function()
    for _, host in ipairs { "bucket-1.localhost:4566", "bucket-1.s3.us-east-1.amazonaws.com", "bucket-1.s3.localhost" } do
      s3.must(service, "PUT", "/folder/a", { body = host, host = host })
      assert.equal(host, (s3.must(service, "GET", "/bucket-1/folder/a")))
    end
    s3.must(service, "PUT", "/bucket-2", { host = "localhost:4566" })
    s3.must(service, "PUT", "/bucket-3", { host = "s3.amazonaws.com" })
  end)

  it("takes presigned requests", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "x" })
    assert.equal("x", (s3.must(service, "GET", "/bucket-1/a", { mode = "query", expires = 60 })))
    local code, status = s3.fails(service, "GET", "/bucket-1/a", { mode = "query", expires = 60, time = NOW - 100 })
    assert.same({ "RequestTimeTooSkewed", 403 }, { code, status })
    assert.equal("InvalidRequest", (s3.fails(service, "GET", "/bucket-1/a?AWSAccessKeyId=x&Signature=y&Expires=1")))
  end)

  it("copies objects", function()
    s3.must(service, "PUT", "/bucket-1/a", { body = "x", headers = { ["x-amz-meta-a"] = "1" } })
    local body = s3.must(service, "PUT", "/bucket-1/b", { headers = { ["x-amz-copy-source"] = "/bucket-1/a" } })
    assert.matches("<CopyObjectResult", body)
    local _, headers = s3.must(service, "GET", "/bucket-1/b")
    assert.equal("1", headers["x-amz-meta-a"])
    assert.equal("NoSuchKey",
      (s3.fails(service, "PUT", "/bucket-1/b", { headers = { ["x-amz-copy-source"] = "bucket-1/zzz" } })))
  end)

  it("puts parts together", function()
    local id = s3.must(service, "POST", "/bucket-1/big?uploads"):match("<UploadId>([^<]*)<")
    local etags = {}
    for i, part in ipairs { "one ", "two ", "three" } do
      local _, headers = s3.must(service, "PUT", ("/bucket-1/big?partNumber=%d&uploadId=%s"):format(i, id), { body = part })
      etags[i] = ("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"):format(i, headers.etag)
    end
    assert.equal("InvalidPart", (s3.fails(service, "POST", "/bucket-1/big?uploadId=" .. id,
      { body = "<PartNumber>9</PartNumber><ETag>x</ETag>" })))
    assert.equal("NoSuchKey", (s3.fails(service, "GET", "/bucket-1/big")))
    s3.must(service, "POST", "/bucket-1/big?uploadId=" .. id, { body = table.concat(etags) })
    assert.equal("one two three", (s3.must(service, "GET", "/bucket-1/big")))
    assert.equal("NoSuchUpload", (s3.fails(service, "DELETE", "/bucket-1/big?uploadId=" .. id)))
    assert.equal("NoSuchUpload", (s3.fails(service, "PUT", "/bucket-1/big?partNumber=1&uploadId=bytes")))
  end)

  it("keeps a thousand uploads that wait, and no more", function()
    local id
    for _ = 1, 1000 do id = s3.must(service, "POST", "/bucket-1/k?uploads"):match "<UploadId>([0-9a-f]+)<" end
    assert.equal("InvalidArgument", (s3.fails(service, "POST", "/bucket-1/k?uploads")))
    s3.must(service, "DELETE", "/bucket-1/k?uploadId=" .. id)
    s3.must(service, "POST", "/bucket-1/k?uploads")
  end)

  it("lists in pages, by prefix and delimiter, in both versions", function()
    for _, key in ipairs { "a/1", "a/2", "b", "c/1", "c/2", "c/d/3", "e" } do
      s3.must(service, "PUT", "/bucket-1/" .. key, { body = key })
    end
    for _, version in ipairs { "list-type=2&", "" } do
      for size = 1, 8 do
        local seen, token, pages = {}, nil, 0
        repeat
          local after = token and (version == "" and "&marker=" or "&continuation-token=") .. token or ""
          local body = s3.must(service, "GET", ("/bucket-1?%sdelimiter=%%2F&max-keys=%d%s"):format(version, size, after))
          for kind, name in body:gmatch("<(%a+)>([^<]*)</%a+>") do
            if kind == "Key" or kind == "Prefix" and name ~= "" then seen[#seen + 1] = name end
          end
          token = body:match("<IsTruncated>true") and body:match("<Next%a+>([^<]*)<")
          token = token and token:gsub("/", "%%2F")
          pages = pages + 1
        until not token or pages > 20
        table.sort(seen)
        assert.equal("a/ b c/ e", table.concat(seen, " "), version .. size)
      end
    end
    assert.equal("InvalidArgument", (s3.fails(service, "GET", "/bucket-1?list-type=2&max-keys=x")))
    assert.equal("InvalidArgument", (s3.fails(service, "GET", "/bucket-1?list-type=2&continuation-token=x")))
  end)

  it("asks the caller's policies, and says why not", function()
    s3.must(service, "PUT", "/bucket-1/a/b", { body = "x" })
    s3.must(service, "PUT", "/bucket-1/a/secret", { body = "x" })
    assert.equal("x", (s3.must(service, "GET", "/bucket-1/a/b", { credentials = READER })))
    local function denied(method, path, credentials)
      local code, status, message = s3.fails(service, method, path, { credentials = credentials })
      assert.same({ "AccessDenied", 403 }, { code, status })
      return message
    end
    assert.equal('User: arn:aws:iam::111122223333:user/reader is not authorized to perform: s3:GetObject on resource: '
      .. '&quot;arn:aws:s3:::bucket-1/a/secret&quot; with an explicit deny in an identity-based policy',
      denied("GET", "/bucket-1/a/secret", READER))
    -- Who may not list isn't told that a key isn't there.
    assert.matches("s3:ListBucket", denied("GET", "/bucket-1/a/none", READER) .. "s3:ListBucket")
    denied("PUT", "/bucket-1/a/b", READER)
    denied("DELETE", "/bucket-1/a/b", READER)
    for _, path in ipairs { "/bucket-1", "/bucket-1?location", "/bucket-1?acl", "/", "/bucket-1/a/b?acl" } do
      denied("GET", path, NOBODY)
    end
    denied("PUT", "/bucket-9", NOBODY)
    denied("GET", "/bucket-1/a/b", client.OTHER)
  end)

  it("makes buckets in regions", function()
    assert.equal("IllegalLocationConstraintException", (s3.fails(service, "PUT", "/bucket-2", { region = "eu-west-1" })))
    s3.must(service, "PUT", "/bucket-2", { region = "eu-west-1",
      body = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>" })
    assert.matches(">eu%-west%-1</LocationConstraint>", s3.must(service, "GET", "/bucket-2?location"))
    local _, headers = s3.must(service, "HEAD", "/bucket-2")
    assert.equal("eu-west-1", headers["x-amz-bucket-region"])
    s3.must(service, "PUT", "/bucket-1") -- us-east-1 takes one's own bucket again
  end)

  for what, case in pairs {
    ["a key that is too long"] = { "PUT", "/bucket-1/" .. ("x"):rep(1025), "KeyTooLongError", 400 },
    ["a request that it doesn't know"] = { "PUT", "/bucket-1?policy", "NotImplemented", 501 },
    ["a method that isn't S3's"] = { "PATCH", "/bucket-1/a", "MethodNotAllowed", 405 },
    ["a bucket that isn't there"] = { "GET", "/bucket-9/a", "NoSuchBucket", 404 },
    ["no keys to delete"] = { "POST", "/bucket-1?delete", "MalformedXML", 400 },
    ["a name of two letters"] = { "PUT", "/ab", "InvalidBucketName", 400 },
    ["a name like an address"] = { "PUT", "/192.0.2.1", "InvalidBucketName", 400 },
  } do
    it("refuses " .. what, function()
      local code, status = s3.fails(service, case[1], case[2])
      assert.same({ case[3], case[4] }, { code, status })
    end)
  end

  it("refuses signatures with S3's codes", function()
    for code, credentials in pairs {
      SignatureDoesNotMatch = { access_key_id = client.OWNER.access_key_id, secret_access_key = "x" },
      InvalidAccessKeyId = { access_key_id = "AKIAUNKNOWN", secret_access_key = "x" },
    } do
      assert.same({ code, 403 }, { (s3.fails(service, "GET", "/", { credentials = credentials })), 403 })
    end
  end)
end)
