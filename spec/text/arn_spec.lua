local arn = require "rekognition.text.arn"

local PROJECT = "arn:aws:rekognition:us-east-1:111122223333:project/my.birds_1/1656705098765"
local VERSION = "arn:aws-cn:rekognition:cn-north-1:111122223333:project/birds/version/v-1/1656705098766"
local DATASET = "arn:aws:rekognition:us-east-1:111122223333:project/birds/dataset/train/1656705098767"

describe("an ARN", function()
  it("of a project, a version and a dataset is taken apart", function()
    assert.same({ text = PROJECT, partition = "aws", region = "us-east-1", account = "111122223333", kind = "project",
                  project = "my.birds_1", number = "1656705098765" }, arn.parse(PROJECT))
    assert.same({ text = VERSION, partition = "aws-cn", region = "cn-north-1", account = "111122223333",
                  kind = "version", project = "birds", version = "v-1", number = "1656705098766" }, arn.parse(VERSION))
    assert.equal("train", arn.parse(DATASET).dataset)
    assert.is_truthy(arn.of_kind(VERSION, "version"))
    assert.is_nil(arn.of_kind(VERSION, "project"))
  end)

  it("of anything else is refused", function()
    for _, text in ipairs {
      "", "birds", "arn:aws:s3:::bucket", PROJECT .. "x", PROJECT .. "\n", " " .. PROJECT, PROJECT:gsub("/%d+$", ""),
      (PROJECT:gsub("111122223333", "1")), (VERSION:gsub("v%-1", "v/1")), (DATASET:gsub("train", "tr")),
      (PROJECT:gsub("my.birds_1", ("x"):rep(256))), (PROJECT:gsub("rekognition", "rekognitionx")),
    } do
      assert.is_nil(arn.parse(text), text)
    end
    for _, value in ipairs { 1, true, {}, print } do assert.is_nil(arn.parse(value)) end
    assert.is_nil(arn.parse(nil))
  end)
end)
