-- The trip of a call through the Lua files, a success and a refusal: how many calls of Lua functions, in which files.
-- The client has made calls before. Nothing is asserted: docs/performance.md has the figures.
--
--   script/lua bench/trip.lua [list]      list: each call, too

local ascii = require "rekognition.text.ascii"
local rekognition = require "rekognition"
local support = require "spec.support.http_server"

local PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/p/1690474772815"
local PARAMS = { SourceProjectArn = PROJECT, DestinationProjectArn = PROJECT, VersionName = "v",
  SourceProjectVersionArn = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1690474772815",
  OutputConfig = { S3Bucket = "bucket", S3KeyPrefix = "folder" } }

-- The Lua functions that are called meanwhile, "file:line" each. Not ours: what C calls so that a hook may run.
local function trace(f)
  local list = {}
  debug.sethook(function()
    local about = debug.getinfo(2, "S")
    local file = about.source:match "rekognition/([a-z_/]+%.lua)$"
    if about.what ~= "C" and file then list[#list + 1] = ("%s:%d"):format(file, about.linedefined) end
  end, "c")
  local ok = pcall(f)
  debug.sethook()
  return list, ok
end

local function show(what, list)
  local files, counts = {}, {}
  for _, call in ipairs(list) do
    local file = call:match "^[^:]+"
    if not counts[file] then files[#files + 1] = file end
    counts[file] = (counts[file] or 0) + 1
  end
  ascii.sort(files)
  for place, file in ipairs(files) do files[place] = ("%s %d"):format(file, counts[file]) end
  print(("%s: %d calls in %d files (%s)"):format(what, #list, #files, table.concat(files, ", ")))
  if arg[1] == "list" then print("  " .. table.concat(list, "\n  ")) end
end

support.start()
for _, case in ipairs { { "success", "/echo", true }, { "refusal", "/there-is-nothing", false } } do
  local client <close> = rekognition.client { region = "us-east-1", env = {}, endpoint = support.url(case[2]),
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" } }
  local function call() return client:copy_project_version(PARAMS) end
  for _ = 1, 3 do pcall(call) end
  local list, ok = trace(call)
  assert(ok == case[3])
  show(case[1], list)
end
support.stop()
