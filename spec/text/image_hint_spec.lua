-- What is said of an image that Rekognition refused.

local image_hint = require "rekognition.text.image_hint"
local rekognition = require "rekognition"

local REFUSAL = '{"__type":"InvalidImageFormatException","Message":"Request has invalid image format"}'

local function client_of(status, body)
  return rekognition.client {
    region = "us-east-1", env = {}, credentials = { access_key_id = "A", secret_access_key = "S" },
    http = function() return { status = status, headers = {}, body = body } end,
  }
end

local function message(image, operation)
  local client = client_of(400, REFUSAL)
  local ok, e = pcall(client[operation or "detect_labels"], client, image)
  assert.is_false(ok)
  assert.equal("InvalidImageFormatException", e.code)
  return e.message
end

local function said(bytes) return message { Image = { Bytes = bytes } } end

describe("an image that Rekognition refuses", function()
  for _, path in ipairs { "cat.jpg", "/home/me/photos/cat", "photos/my cat.PNG", "C:\\photos\\cat.jpeg", "../é/ñ.jpg" } do
    it("is told to be the name of a file: " .. path, function()
      assert.equal('Request has invalid image format (Image.Bytes looks like the name of a file; pass what the file holds: '
        .. 'io.open(path, "rb"):read "a")', said(path))
      assert.is_nil(said(path):find(path, 1, true)) -- what was passed is not shown
    end)
  end

  it("is told to be base64 text", function()
    for _, text in ipairs { "/9j/4AAQSkZJRg==", "iVBORw0KGgoAAAANSUhEUg==", "/9j/" .. ("A"):rep(100000) } do
      assert.matches("(Image.Bytes is base64 text already; pass the bytes themselves", said(text), 1, true)
    end
  end)

  it("is told to be neither a JPEG nor a PNG", function()
    for _, bytes in ipairs { "GIF89a\1\0\1\0\128", ("x"):rep(5000000), "a word", "\0" } do
      assert.matches("(Image.Bytes begins like neither a JPEG nor a PNG)", said(bytes), 1, true)
    end
  end)

  it("is not spoken of where its first bytes are an image's", function()
    for _, bytes in ipairs { "\255\216\255\224cat.jpg", "\137PNG\r\n\26\nphotos/cat.png", "\255\216\255" .. ("/9j/"):rep(2000) } do
      assert.equal("Request has invalid image format", said(bytes))
    end
    assert.equal("Request has invalid image format", message { Image = { S3Object = { Bucket = "bucket", Name = "cat.jpg" } } })
  end)

  it("is named, of two", function()
    local jpeg = "\255\216\255\224"
    assert.matches("(TargetImage.Bytes looks like the name of a file", message({
      SourceImage = { Bytes = jpeg }, TargetImage = { Bytes = "b.jpg" },
    }, "compare_faces"), 1, true)
  end)
end)

describe("an image whose place is wrong", function()
  local function refused(operation, params)
    local client = client_of(400, '{"__type":"InvalidParameterException","Message":"Request has invalid parameters"}')
    local ok, e = pcall(client[operation], client, params)
    assert.is_false(ok)
    assert.equal("InvalidParameterException", e.code)
    return e.message
  end
  local object = { Bucket = "bucket", Name = "cat.jpg" }

  it("has neither bytes nor an object", function()
    assert.equal("Request has invalid parameters (Image has neither Bytes nor S3Object)",
      refused("detect_labels", { Image = {} }))
    assert.equal("Request has invalid parameters (TargetImage has neither Bytes nor S3Object)",
      refused("compare_faces", { SourceImage = { S3Object = object }, TargetImage = { Bytes = nil } }))
  end)

  it("has both", function()
    assert.equal("Request has invalid parameters (an image has both Bytes and S3Object)",
      refused("detect_labels", { Image = { Bytes = ("x"):rep(100000), S3Object = object } }))
  end)

  it("is not spoken of if it has one", function()
    for _, image in ipairs { { Bytes = "x" }, { S3Object = object }, { Bytes = '","S3Object":{' } } do
      assert.equal("Request has invalid parameters", refused("detect_labels", { Image = image }))
    end
    assert.equal("Request has invalid parameters", refused("describe_projects", { ProjectNames = { 'Image":{}' } }))
  end)
end)

describe("bytes that the service takes", function()
  it("are sent whatever they look like", function()
    local client = client_of(200, '{"Labels":[]}')
    for _, bytes in ipairs { "cat.jpg", "/9j/4AAQ", "\0" } do
      assert.same({}, client:detect_labels({ Image = { Bytes = bytes } }).Labels)
    end
  end)
end)

describe("the hint", function()
  it("is empty for a body without images, or broken", function()
    for _, body in ipairs { "", "{}", '{"Image":{"S3Object":{}}}' } do assert.equal("", image_hint(body)) end
    assert.equal(" (Image.Bytes begins like neither a JPEG nor a PNG)", image_hint '{"Image":{"Bytes":"')
  end)
end)
