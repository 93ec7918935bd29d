-- The stages of a call at which it can be ended: one table for every way of ending it, and a client that waits there.
-- (spec/async/cancellation_spec.lua, spec/async/ends_spec.lua)

local async = require "rekognition.async"
local fake = require "spec.support.fake"
local rekognition = require "rekognition"
local socket = require "socket"
local support = require "spec.support.http_server"

local M = {}

local server, folder, deaf

--- What the stages stand on.
---@param deaf_address? string  of a server that takes connections, and never reads; one is made without it
function M.use(server_, folder_, deaf_address)
  server, folder = server_, folder_
  if deaf_address then
    M.deaf_address = deaf_address
    return
  end
  deaf = assert(socket.bind("127.0.0.1", 0, 1))
  M.deaf_address = ("http://%s:%d"):format(deaf:getsockname())
end

--- Closes what `use` made.
function M.close() deaf:close() end

local function new_client(options)
  local all = { region = "us-east-1", env = {}, random = function() return 1 end }
  if not options.http then all.endpoint = support.url "/hang" end
  for name, value in pairs(options) do all[name] = value end
  return rekognition.client(all)
end

local PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/p/1690474772815"

local function create(client) return client:create_project { ProjectName = "x" } end

-- A call that occupies what the next one waits for.
local function behind_another(client)
  async.spawn(function() pcall(create, client) end)
  async.sleep(0.01)
  return create(client)
end

local function page(token)
  local more = token and (',"NextToken":"%s"'):format(token) or ""
  return function() return fake.answer(200, '{"ProjectVersionDescriptions":[]' .. more .. "}") end
end

-- What is done with the client, which waits at that stage; the client's options; whether an attempt may have had its
-- effect (nil where no call is under way).
local stages = {
  { "queued for a connection", { max_connections = 1 }, behind_another, maybe = false },
  { "queued by max_in_flight", { max_in_flight = 1 }, behind_another, maybe = false },
  { "kept back by a rate", { rate = { CreateProject = 0.01 } }, function(client)
    create(client) -- takes the place of this moment
    return create(client)
  end, maybe = false, endpoint = "/echo" },
  { "connecting", {}, create, host = "full", maybe = false },
  { "in the TLS handshake", {}, create, tls = "stay_silent", maybe = false },
  { "asking a proxy", {}, create, proxy = "stay_silent", maybe = false },
  { "sending", {}, function(client)
    return client:detect_custom_labels { ProjectVersionArn = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1690474772815",
      Image = { Bytes = ("x"):rep(15 << 20) } }
  end, deaf = true, maybe = true },
  { "waiting for the response", {}, create, endpoint = "/hang", maybe = true },
  { "receiving headers", {}, create, endpoint = "/hang-headers", maybe = true },
  { "receiving a body", {}, create, endpoint = "/hang-body", maybe = true },
  { "backing off", { random = function() return 1000 end, retry = { max_backoff = 100 } }, create, endpoint = "/502",
    maybe = true },
  { "renewing credentials", { credentials = { get = function() async.sleep(100) end } }, create, maybe = false },
  { "renewing credentials by STS, which is silent", { sts = true }, create, maybe = false },
  { "renewing credentials by a command", { command = true }, create, maybe = false },
  { "waiting for another's renewal", { credentials = function()
    async.sleep(100)
    return { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" }
  end }, behind_another, maybe = false },
  { "between pages", { http = page "more" }, function(client)
    for _ in client:pages("DescribeProjectVersions", { ProjectArn = PROJECT }) do async.sleep(100) end
  end },
  { "between polls", { http = page(nil) }, function(client)
    return client:wait("project_version_copied", { ProjectArn = PROJECT, VersionNames = { "v" } }, { delay = 100 })
  end },
}

local accounts = 0

local function client_of(stage)
  local options = {}
  accounts = accounts + 1 -- each has rates of its own
  options.credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE",
    account_id = ("%012d"):format(accounts) }
  for name, value in pairs(stage[2]) do options[name] = value end
  if options.sts then
    options.sts, options.credentials = nil, rekognition.credentials.assume_role { region = "us-east-1",
      role_arn = "arn:aws:iam::111122223333:role/r", env = { AWS_ENDPOINT_URL_STS = support.url "/hang" },
      source = rekognition.credentials.static(options.credentials) }
  elseif options.command then
    options.command, options.credentials = nil, rekognition.credentials.process { command = "sleep 600" }
  end
  if stage.endpoint then options.endpoint = support.url(stage.endpoint) end
  if stage.host then options.endpoint = "http://" .. server[stage.host] end
  if stage.tls then options.endpoint = "https://" .. server[stage.tls] end
  if stage.deaf then options.endpoint = M.deaf_address end
  if stage.proxy then options.endpoint, options.proxy = support.url("/echo", "tls"), "http://" .. server[stage.proxy] end
  options.ca_bundle = folder .. "/ca.pem"
  return new_client(options)
end

M.list, M.create, M.page, M.client, M.PROJECT = stages, create, page, client_of, PROJECT

return M
