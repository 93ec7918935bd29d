--- Many calls at the same time, and what to do with those that fail. On the emulator:
--
--   script/lua bin/rekognition-emulator --port 4566        in one terminal
--   script/lua examples/async_fan_out.lua                   in another
--
-- On AWS leave out endpoint and credentials, and use images for names: detect_labels works the same way.

local rekognition = require "rekognition"
local async = rekognition.async

local client = rekognition.client {
  region = "us-east-1", endpoint = os.getenv "AWS_ENDPOINT_URL" or "http://127.0.0.1:4566",
  credentials = { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333" },
}

local names = {}
for i = 1, 20 do names[i] = ("fan-out-%d"):format(i) end
names[7] = "not a name!" -- so that one fails

-- Ten at the same time. One that fails doesn't end the others.
local arns, errors = async.run(function()
  return async.map(names, function(name)
    local project = client:create_project { ProjectName = name }
    return project.ProjectArn
  end, { concurrency = 10 })
end)

-- The place of one that failed is nil in the results: so loop over the items.
local created, failed = 0, 0
for i = 1, #names do
  local e = errors[i]
  if not e then
    created = created + 1
  elseif rekognition.error.is(e, "ResourceInUseException") then
    print(names[i], "is there already")
  else
    failed = failed + 1
    print(names[i], "failed", e.kind, e.code)
  end
end
print(created .. " created, " .. failed .. " failed; the first: " .. tostring(arns[1]))

-- Futures: start now, ask later. A failure is raised by await.
local futures = {}
for i = 1, #names do
  if arns[i] then futures[#futures + 1] = client:delete_project_async { ProjectArn = arns[i] } end
end
local deleted = 0
for _, future in ipairs(futures) do
  local ok, response = pcall(future.await, future)
  if ok then deleted = deleted + 1 else print("not deleted", tostring(response)) end
end
print(deleted .. " deleted")
