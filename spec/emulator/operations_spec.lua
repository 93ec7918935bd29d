-- How the emulator answers any operation, and what it does about pages and tags.

local ascii = require "rekognition.text.ascii"
local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"

local OTHER, project, train, with_clock = calls.OTHER, calls.project, calls.train, calls.with_clock

describe("the emulator", function()
  it("answers as the developer guide shows a response", function()
    local service = with_clock()
    local _, status, headers, body = client.call(service, "DescribeProjects", {})
    assert.equal(200, status)
    assert.equal('{"ProjectDescriptions":[]}', body)
    assert.equal("application/x-amz-json-1.1", headers["content-type"])
    assert.equal("Thu, 30 Jun 2022 17:45:23 GMT", headers.date)
    assert.matches("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$", headers["x-amzn-requestid"])
  end)

  it("answers as the developer guide shows an error", function()
    local service = with_clock()
    local response, status, headers = client.call(service, "DeleteProject",
      { ProjectArn = "arn:aws:rekognition:us-east-1:111122223333:project/nothing/1656611123456" })
    assert.equal(400, status)
    assert.equal("ResourceNotFoundException", response.__type)
    assert.equal("ResourceNotFoundException", response.Code)
    assert.is_string(response.Message)
    assert.matches("^%x+%-%x+%-4", response.Logref)
    assert.not_equal(headers["x-amzn-requestid"], response.Logref)
  end)

  it("answers with an empty body where the response has no members", function()
    local service = with_clock()
    local arn = project(service, "p")
    local _, status, _, body = client.call(service, "TagResource", { ResourceArn = arn, Tags = { a = "b" } })
    assert.same({ 200, "" }, { status, body })
  end)

  it("tells what is not emulated from what does not exist", function()
    local service = with_clock()
    assert.same({ "NotImplementedException", 501 },
      (function(code, _, status) return { code, status } end)(client.fails(service, "ListCollections", {})))
    assert.equal("UnknownOperationException", (client.fails(service, "NoSuchThing", {})))
  end)

  describe("with pages", function()
    it("goes on where it was while items come and go", function()
      local service, time = with_clock()
      local arn = project(service, "p")
      for i = 1, 5 do train(service, time, arn, "v" .. i) end
      local params = { ProjectArn = arn, MaxResults = 2 }
      local page = client.must(service, "DescribeProjectVersions", params)
      client.must(service, "DeleteProjectVersion",
        { ProjectVersionArn = page.ProjectVersionDescriptions[2].ProjectVersionArn })
      train(service, time, arn, "v6")
      params.NextToken = page.NextToken
      page = client.must(service, "DescribeProjectVersions", params)
      assert.matches("version/v3/", page.ProjectVersionDescriptions[1].ProjectVersionArn)
      params.NextToken = page.NextToken
      page = client.must(service, "DescribeProjectVersions", params)
      assert.equal(1, #page.ProjectVersionDescriptions)
      assert.is_nil(page.NextToken)
    end)

    it("refuses tokens of another listing, and those that are none", function()
      local service = with_clock()
      local arn = project(service, "p")
      project(service, "q")
      local token = client.must(service, "DescribeProjects", { MaxResults = 1 }).NextToken
      assert.equal(1, #client.must(service, "DescribeProjects", { NextToken = token }).ProjectDescriptions)
      assert.equal("InvalidPaginationTokenException",
        (client.fails(service, "DescribeProjectVersions", { ProjectArn = arn, NextToken = token })))
      assert.equal("InvalidPaginationTokenException",
        (client.fails(service, "DescribeProjects", { NextToken = token }, OTHER)))
      for _, bad in ipairs { "x", "00", "zz", token .. "00", ascii.upper(token) .. "A", " " } do
        assert.equal("InvalidPaginationTokenException",
          (client.fails(service, "DescribeProjects", { NextToken = bad })))
      end
    end)
  end)

  describe("with tags", function()
    it("adds, replaces, removes and lists them", function()
      local service, time = with_clock()
      local arn = project(service, "p", nil, { Tags = { a = "1" } })
      local version = train(service, time, arn, "m")
      for _, resource in ipairs { arn, version } do
        client.must(service, "TagResource", { ResourceArn = resource, Tags = { a = "2", ["ключ"] = "" } })
        assert.same({ a = "2", ["ключ"] = "" },
          client.must(service, "ListTagsForResource", { ResourceArn = resource }).Tags)
        client.must(service, "UntagResource", { ResourceArn = resource, TagKeys = { "a", "ключ", "none" } })
        local _, _, _, body = client.call(service, "ListTagsForResource", { ResourceArn = resource })
        assert.equal('{"Tags":{}}', body)
      end
    end)

    it("keeps to their limits", function()
      local service = with_clock()
      local arn = project(service, "p")
      local many = {}
      for i = 1, 200 do many["key" .. i] = "value" end
      client.must(service, "TagResource", { ResourceArn = arn, Tags = many })
      client.must(service, "TagResource", { ResourceArn = arn, Tags = many })
      assert.equal("ServiceQuotaExceededException",
        (client.fails(service, "TagResource", { ResourceArn = arn, Tags = { more = "" } })))
      for _, tags in ipairs { { ["aws:x"] = "" }, { [""] = "" }, { [("x"):rep(129)] = "" }, { a = ("x"):rep(257) },
                              { a = "<" } } do
        assert.equal("ValidationException",
          (client.fails(service, "TagResource", { ResourceArn = arn, Tags = tags })))
      end
      assert.equal("ResourceNotFoundException",
        (client.fails(service, "ListTagsForResource", { ResourceArn = arn .. "0" })))
      assert.equal("InvalidParameterException", (client.fails(service, "ListTagsForResource",
        { ResourceArn = "arn:aws:rekognition:us-east-1:111122223333:collection/c" })))
    end)
  end)
end)
