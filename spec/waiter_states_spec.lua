-- What every status means to every waiter, and how several subjects are waited for by one poller.

local fake = require "spec.support.fake"
local goals = require "rekognition.waiter.goals"
local model = require "rekognition.generated.model"

local PROJECT = "arn:aws:rekognition:us-east-1:555555555555:project/Birds/1656705098765"
local DATASET = "arn:aws:rekognition:us-east-1:555555555555:project/Birds/dataset/train/1656705098700"
local function version_arn(name) return PROJECT:gsub("/%d+$", "/version/" .. name .. "/1656705098777") end

local function versions(list, token)
  if #list == 0 then return fake.answer(200, '{"ProjectVersionDescriptions":[]}') end
  return fake.answer(200, { ProjectVersionDescriptions = list, NextToken = token })
end

local function version(name, status, more)
  local description = { ProjectVersionArn = version_arn(name), Status = status }
  for key, value in pairs(more or {}) do description[key] = value end
  return description
end

local function project(status)
  if not status then return fake.answer(200, '{"ProjectDescriptions":[]}') end
  return fake.answer(200, { ProjectDescriptions = { { ProjectArn = PROJECT, Status = status } } })
end

local function dataset(status)
  if not status then return fake.refusal "ResourceNotFoundException" end
  return fake.answer(200, { DatasetDescription = { Status = status, StatusMessage = "the reason" } })
end

-- How a description of each subject comes, and how it is asked for.
local SUBJECTS = {
  version = { enum = "ProjectVersionStatus", params = { ProjectArn = PROJECT, ProjectVersionArn = version_arn("m") },
              answer = function(status) return versions(status and { version("m", status) } or {}) end },
  dataset = { enum = "DatasetStatus", params = { DatasetArn = DATASET }, answer = dataset },
  project = { enum = "ProjectStatus", params = { ProjectArn = PROJECT }, answer = project },
}

local function wait(name, statuses, options)
  local subject, answers = SUBJECTS[goals.find(name).subject], {}
  for i, status in ipairs(statuses) do answers[i] = subject.answer(status ~= "gone" and status or nil) end
  local client, world = fake.client(answers)
  local ok, result = pcall(client.wait, client, name, subject.params, options or { delay = 1, timeout = 3 })
  return ok, result, world
end

-- By status and waiter: done, or failed; all others are waited through. Written down here from AWS's own words.
local DONE = {
  project_version_training_completed = "TRAINING_COMPLETED STARTING RUNNING STOPPING STOPPED",
  project_version_running = "RUNNING",
  project_version_copied = "COPYING_COMPLETED",
  project_version_stopped = "STOPPED",
  project_version_deleted = "gone",
  dataset_created = "CREATE_COMPLETE UPDATE_IN_PROGRESS UPDATE_COMPLETE UPDATE_FAILED",
  dataset_updated = "UPDATE_COMPLETE",
  dataset_deleted = "gone",
  project_created = "CREATED",
  project_deleted = "gone",
}
local PENDING = {
  project_version_training_completed = "TRAINING_IN_PROGRESS gone",
  project_version_running = "STARTING TRAINING_IN_PROGRESS TRAINING_COMPLETED COPYING_IN_PROGRESS COPYING_COMPLETED "
    .. "STOPPING STOPPED gone",
  project_version_copied = "COPYING_IN_PROGRESS gone",
  project_version_stopped = "STARTING RUNNING STOPPING gone",
  project_version_deleted = "*",
  dataset_created = "CREATE_IN_PROGRESS gone",
  dataset_updated = "CREATE_IN_PROGRESS CREATE_COMPLETE UPDATE_IN_PROGRESS gone",
  dataset_deleted = "*",
  project_created = "CREATING gone",
  project_deleted = "*",
}

local function has(list, word)
  for one in list:gmatch("[^ ]+") do
    if one == word then return true end
  end
  return false
end

describe("a waiter", function()
  for _, name in ipairs(goals.names()) do
    local subject = SUBJECTS[goals.find(name).subject]
    local statuses = { "gone" }
    for _, status in ipairs(model.shapes[subject.enum].enum) do statuses[#statuses + 1] = status end

    it(name .. " knows every status of the model", function()
      assert.is_true(#statuses > 3)
      for _, status in ipairs(statuses) do
        local ok, result = wait(name, { status })
        if has(DONE[name], status) then
          assert.is_true(ok, status)
        elseif PENDING[name] == "*" or has(PENDING[name], status) then
          assert.equal("WaiterTimeout", not ok and result.code, status)
        else
          assert.equal("WaiterFailure", not ok and result.code, status)
          assert.is_truthy(result.message:find(status, 1, true))
        end
      end
    end)

    it(name .. " waits through a status that nobody knows, and through none", function()
      local goal = DONE[name]:match("^[^ ]+")
      local ok, result, world = wait(name, { "SOMETHING_NEW", goal })
      assert.is_true(ok, tostring(result))
      assert.equal(2, #world.requests)
      local answers = { subject.answer("SOMETHING_NEW"), subject.answer(goal ~= "gone" and goal or nil) }
      answers[1].body = answers[1].body:gsub('"Status":"SOMETHING_NEW",?', ""):gsub(",}", "}")
      local client = fake.client(answers)
      assert.is_true((pcall(client.wait, client, name, subject.params, { delay = 1, timeout = 3 })))
    end)
  end

  -- botocore's waiters find nothing in such a response, and go on.
  for _, name in ipairs { "project_version_deleted", "dataset_deleted", "project_deleted", "project_version_copied" } do
    local subject = SUBJECTS[goals.find(name).subject]
    for _, body in ipairs { "", "{}", "null", '{"__type":"x"}', '{"ProjectVersionDescriptions":null}', '{"NextToken":""}' } do
      it(name .. " waits through a response that has nothing of it: " .. body, function()
        local nothing, goal = fake.answer(200, body), DONE[name]
        local client, world = fake.client { subject.answer "CREATING", nothing, nothing, subject.answer(goal ~= "gone" and goal or nil) }
        client:wait(name, subject.params, { delay = 1, timeout = 10 })
        assert.equal(4, #world.requests)
        client = fake.client { nothing }
        local e = fake.catch(client.wait, client, name, subject.params, { delay = 1, timeout = 3 })
        assert.same({ "WaiterTimeout", "InvalidResponse" }, { e.code, e.cause.code })
        assert.matches("it has no [A-Z][A-Za-z]+", e.cause.message)
      end)
    end
  end

  it("says what a status is that is empty, or none", function()
    local _, e = wait("project_created", { "" })
    assert.matches('its status is ""', e.message, 1, true)
    local client = fake.client { versions { version("m") } }
    e = fake.catch(client.wait, client, "project_version_copied", SUBJECTS.version.params, { delay = 1, timeout = 3 })
    assert.matches("it has no status", e.message, 1, true)
  end)

  it("bounds the StatusMessage in its message, and has all of it in the field", function()
    local long = ("why "):rep(30000)
    local client = fake.client { versions { version("m", "COPYING_FAILED", { StatusMessage = long }) } }
    local e = fake.catch(client.wait, client, "project_version_copied", SUBJECTS.version.params)
    assert.is_true(#e.message < 3000)
    assert.equal(long, e.status_message)
  end)

  for what, case in pairs {
    ["a hole"] = { { ProjectArn = PROJECT, VersionNames = { "a", nil, "b" } }, "VersionNames[2] must be a string, got nil" },
    ["a place far out"] = { { ProjectArn = PROJECT, VersionNames = { [math.maxinteger] = "a" } }, "VersionNames[1] must be a string, got nil" },
    ["a name among the places"] = { { ProjectArn = PROJECT, VersionNames = { "a", n = 1 } }, 'got a table with the key "n"' },
    ["place 0"] = { { ProjectArn = PROJECT, VersionNames = { [0] = "a", "b" } }, "got a table with the key 0" },
    ["a float as a place"] = { { ProjectArn = PROJECT, VersionNames = { [1.5] = "a" } }, "got a table with the key 1.5" },
    ["a misspelled list"] = { { ProjectArn = PROJECT, VersionName = "a" }, "wait: unknown name VersionName, did you mean VersionNames?" },
    ["a list in snake case"] = { { ProjectArn = PROJECT, version_names = { "a" } }, "unknown name version_names, did you mean VersionNames?" },
  } do
    it("refuses a list with " .. what, function()
      local client, world = fake.client {}
      for _, name in ipairs { "project_version_copied", "project_version_running" } do
        local e = fake.catch(client.wait, client, name, case[1])
        assert.equal("ValidationError", e.code)
        assert.matches(case[2], e.message, 1, true)
      end
      assert.equal(0, #world.requests)
    end)
  end

  it("has the StatusMessage of a dataset in its error", function()
    local _, e = wait("dataset_created", { "CREATE_FAILED" })
    assert.equal("CREATE_FAILED", e.dataset_status)
    assert.equal("the reason", e.status_message)
    assert.is_truthy(tostring(e):find("the reason", 1, true))
  end)

  it("for a start fails when the model stops again before it ran", function()
    local ok, e = wait("project_version_running", { "STOPPED", "STARTING", "STOPPING" }, { delay = 1, timeout = 60 })
    assert.is_false(ok)
    assert.equal("WaiterFailure", e.code)
    assert.equal("STOPPING", e.project_version_status)
  end)

  it("for a deletion returns what it saw last", function()
    local ok, last = wait("project_version_deleted", { "DELETING", "gone" })
    assert.is_true(ok)
    assert.equal("DELETING", last.Status)
  end)

  it("for a version's deletion ends when its project is gone", function()
    local client = fake.client { fake.refusal "ResourceNotFoundException" }
    client:wait("project_version_deleted", SUBJECTS.version.params)
    local e = fake.catch(client.wait, client, "project_version_copied", SUBJECTS.version.params)
    assert.equal("ResourceNotFoundException", e.code)
  end)

  it("looks for projects of every feature", function()
    local client, world = fake.client { project("CREATED") }
    client:wait("project_created", { ProjectNames = { "Birds" } })
    assert.is_truthy(world.requests[1].body:find("CONTENT_MODERATION", 1, true))
    assert.is_truthy(world.requests[1].body:find('"ProjectNames":["Birds"]', 1, true))
    assert.is_nil(world.requests[1].body:find("ProjectArn", 1, true))
  end)
end)

describe("one poller", function()
  local function names(count)
    local list = {}
    for i = 1, count do list[i] = "m" .. i end
    return list
  end

  it("waits for many versions with one call a poll", function()
    for _, case in ipairs { { 10, true }, { 11, false } } do
      local count, is_filtered = table.unpack(case)
      local under_way, done = {}, {}
      for i, name in ipairs(names(count)) do
        under_way[i], done[i] = version(name, "COPYING_IN_PROGRESS"), version(name, "COPYING_COMPLETED")
      end
      done[#done + 1] = version("other", "COPYING_FAILED")
      local client, world = fake.client { versions(under_way), versions(done) }
      local arns = {}
      for i, name in ipairs(names(count)) do arns[i] = version_arn(name) end
      local first, all = client:wait("project_version_copied", { ProjectArn = PROJECT, ProjectVersionArns = arns })
      assert.equal(2, #world.requests)
      assert.equal(is_filtered, world.requests[1].body:find("VersionNames", 1, true) ~= nil)
      assert.equal(arns[1], first.ProjectVersionArn)
      assert.equal(count, #all)
      for i, description in ipairs(all) do assert.equal(arns[i], description.ProjectVersionArn) end
    end
  end)

  it("fails when one of many vanishes, and names it", function()
    local client = fake.client {
      versions { version("a", "COPYING_IN_PROGRESS"), version("b", "COPYING_IN_PROGRESS") },
      versions { version("a", "COPYING_IN_PROGRESS") },
    }
    local e = fake.catch(client.wait, client, "project_version_copied", { ProjectArn = PROJECT, VersionNames = { "a", "b" } })
    assert.equal("WaiterFailure", e.code)
    assert.is_truthy(e.message:find("/version/b/", 1, true))
    assert.is_truthy(e.message:find("no longer listed", 1, true))
  end)

  it("says how many more are not there at the deadline", function()
    local client = fake.client { versions { version("a", "COPYING_IN_PROGRESS") } }
    local e = fake.catch(client.wait, client, "project_version_copied",
      { ProjectArn = PROJECT, VersionNames = { "a", "b", "c" } }, { timeout = 10 })
    assert.is_truthy(e.message:find("2 more are not either", 1, true))
  end)

  it("refuses what names nothing that it can look for", function()
    local client, world = fake.client { versions {} }
    for _, case in ipairs {
      { "dataset_created", {}, "DatasetArn" },
      { "dataset_created", { DatasetArn = PROJECT }, "must be the ARN of a dataset" },
      { "dataset_created", { DatasetArns = { DATASET, 1 } }, "DatasetArns[2] must be a string" },
      { "dataset_created", { DatasetArns = {} }, "at least one" },
      { "dataset_created", { DatasetArns = "x" }, "must be a list" },
      { "dataset_created", { DatasetArn = DATASET, DatasetArns = { DATASET } }, "together" },
      { "project_deleted", {}, "ProjectArn, or ProjectNames" },
      { "project_deleted", { ProjectArn = DATASET }, "must be the ARN of a project" },
    } do
      local e = fake.catch(client.wait, client, case[1], case[2])
      assert.equal("validation", e.kind)
      assert.is_truthy(#e.problems >= 1)
      assert.is_truthy(tostring(e):find(case[3], 1, true), tostring(e))
    end
    assert.equal(0, #world.requests)
  end)
end)

describe("a waiter's deadline", function()
  -- Pages without end, each of which takes half a second.
  local function endless(_, world)
    world.now = world.now + 0.5
    return versions({ version("other" .. #world.requests, "COPYING_FAILED") }, "t" .. #world.requests)
  end

  it("holds while the pages have no end", function()
    local client, world = fake.client { endless }
    local e = fake.catch(client.wait, client, "project_version_copied", SUBJECTS.version.params, { timeout = 2 })
    assert.equal("WaiterTimeout", e.code)
    assert.equal(4, #world.requests)
  end)

  it("holds while datasets are described", function()
    local arns = {}
    for i = 1, 50 do arns[i] = DATASET .. i end
    local client, world = fake.client { function(_, w)
      w.now = w.now + 0.5
      return dataset("CREATE_IN_PROGRESS")
    end }
    local e = fake.catch(client.wait, client, "dataset_created", { DatasetArns = arns }, { timeout = 2 })
    assert.equal("WaiterTimeout", e.code)
    assert.equal(4, #world.requests)
  end)

  it("is not moved by a wall clock that is set forward or back", function()
    local shift = 0
    local client
    client = fake.client({ function()
      shift = shift + 100000
      client._seams.clock = function() return 1440938160 + shift end
      return versions { version("m", shift > 300000 and "COPYING_COMPLETED" or "COPYING_IN_PROGRESS") }
    end })
    assert.equal("COPYING_COMPLETED", client:wait("project_version_copied", SUBJECTS.version.params, { timeout = 100 }).Status)
  end)

  it("outlives polls that can't be read, and has the last as its cause", function()
    local unreadable = fake.answer(200, "<html>")
    local client = fake.client { unreadable, unreadable, versions { version("m", "COPYING_COMPLETED") } }
    assert.equal("COPYING_COMPLETED", client:wait("project_version_copied", SUBJECTS.version.params).Status)
    client = fake.client { unreadable }
    local e = fake.catch(client.wait, client, "project_version_copied", SUBJECTS.version.params, { timeout = 30 })
    assert.equal("WaiterTimeout", e.code)
    assert.equal("protocol", e.cause.kind)
  end)
end)
