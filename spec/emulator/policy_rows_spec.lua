-- The rows of policies and identities, met as calls: a project policy is put, and each identity tries to copy.

local calls = require "spec.support.emulator_calls"
local client = require "spec.support.emulator_client"
local emulator = require "rekognition.emulator"
local policy = require "rekognition.custom_labels.policy"
local rows = require "spec.support.policy_rows"

local NOW = 1627045542.080 -- so that the version's ARN is the one of the rows

-- The access key of each identity of the rows.
local function key(name) return { access_key_id = "AKIA" .. name, secret_access_key = "secret-of-" .. name } end

local function accounts()
  local list = { { access_key_id = client.OWNER.access_key_id, secret_access_key = client.OWNER.secret_access_key,
                   account_id = "111122223333" } }
  for name, fields in pairs {
    root = {}, alice = { user = "alice" }, bob = { user = "bob" }, copy1 = { role = "Copy", session = "one" },
    copy2 = { role = "Copy", session = "two" }, admin = { role = "Admin", session = "one" },
    other = { account_id = "999999999999" },
  } do
    fields.access_key_id, fields.secret_access_key = key(name).access_key_id, key(name).secret_access_key
    fields.account_id = fields.account_id or rows.ACCOUNT
    if fields.role then fields.session_token = "token" end
    list[#list + 1] = fields
  end
  return list
end

describe("the emulator decides copies across accounts as IAM's documents do:", function()
  local service, source, destinations, count

  setup(function()
    local time = { now = NOW - 1 }
    service = emulator.new { clock = function() return time.now end, accounts = accounts(), train_seconds = 0,
      identities = { [rows.ACCOUNT] = { users = { { name = "bob", path = "/team/" } },
                                        roles = { { name = "Copy" }, { name = "Admin", path = "/path/" } } } } }
    source = client.must(service, "CreateProject", { ProjectName = "birds" }).ProjectArn
    time.now = NOW
    local version = calls.train(service, { now = 0 }, source, "v1")
    assert.equal(rows.VERSION, version)
    destinations, count = {}, 0
    for account, name in pairs { [rows.ACCOUNT] = "root", ["999999999999"] = "other" } do
      destinations[account] = client.must(service, "CreateProject", { ProjectName = "copies" },
        { credentials = key(name) }).ProjectArn
    end
  end)

  -- Whether an identity can copy.
  local function try(name)
    local credentials = key(name)
    if rows.WHO[name].arn:find("assumed-role", 1, true) then credentials.session_token = "token" end
    count = count + 1
    local params = calls.copy_params(source, rows.VERSION, destinations[rows.WHO[name].account], "c" .. count)
    local response, status = client.call(service, "CopyProjectVersion", params, { credentials = credentials })
    if status == 200 then return "A" end
    assert.equal("AccessDeniedException", response.__type)
    return response.Message:find("with an explicit deny in a resource-based policy", 1, true) and "D" or "-"
  end

  local tested = 0
  for _, row in ipairs(rows.ROWS) do
    if policy.check(row[2]) then
      tested = tested + 1
      it(row[1], function()
        client.call(service, "DeleteProjectPolicy", { ProjectArn = source, PolicyName = "row" }) -- of a row that failed
        client.must(service, "PutProjectPolicy", { ProjectArn = source, PolicyName = "row", PolicyDocument = row[2] })
        for i, name in ipairs(rows.NAMES) do
          local expected = row[3]:sub(i, i)
          -- What the module can't see the emulator knows, and it has no one who is just somebody.
          if expected ~= "?" and name ~= "somebody" then assert.equal(expected, try(name), name) end
        end
        client.must(service, "DeleteProjectPolicy", { ProjectArn = source, PolicyName = "row" })
      end)
    end
  end

  it("at least 70 documents", function() assert.is_true(tested >= 70) end)
end)
