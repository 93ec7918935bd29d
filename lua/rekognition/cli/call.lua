--- `rekognition call`: any operation.

local ascii = require "rekognition.text.ascii"
local json = require "rekognition.cli.json"
local options = require "rekognition.cli.options"
local params_of = require "rekognition.cli.params"

local M = {
  summary = "Call any operation of Amazon Rekognition",
  description = "Calls an operation and prints its response as JSON: bytes as base64, times as ISO 8601 in UTC. "
    .. "Parameters are checked before anything is sent.",
  default_format = "json",
  usage = { "OPERATION [OPTION]...", "OPERATION --describe", "--list" },
  arguments = { { name = "operation", value = "OPERATION", args = "?",
                  help = "Such as DescribeProjects or describe-projects. --describe lists its parameters." } },
  options = options.list {
    { name = "--list", help = "Print the names of all operations instead." },
    { name = "--describe", help = "Print the operation's parameters instead." },
    "params", "blob",
    { name = "--page", help = "Follow the response's token through all pages. With jsonl each item is a line." },
    "profile", "region", "endpoint", "output", "quiet", "yes",
  },
  examples = {
    "rekognition call DescribeProjects --page",
    "rekognition call DetectLabels --blob Image.Bytes=photo.jpg --params '{\"MaxLabels\": 5}'",
    "rekognition call create-project --params @project.json --endpoint-url http://127.0.0.1:4566",
    "rekognition call --list",
  },
  exit = "0 done, 1 refused or failed, 2 used wrongly (unknown operation, bad parameters).",
}

-- What is asked before it is done: it deletes, or is billed by the hour from then on.
local COSTS = { StartProjectVersion = "starts a model, which is billed until it is stopped",
                CreateProjectVersion = "trains a model, which is billed by the hour" }

-- What is meant, by the parameters that say it: "birds", or an ARN.
local function subject_of(params)
  local names = {}
  for name, value in pairs(params) do
    if type(value) == "string" and (name:find("Arn$") or name:find("Id$") or name:find("Name$")) then
      names[#names + 1] = name
    end
  end
  ascii.sort(names)
  for i, name in ipairs(names) do names[i] = ("%s %s"):format(name, params[name]) end
  return table.concat(names, ", ")
end

local function confirm(context, client, operation, params)
  local what = COSTS[operation] or operation:find("^Delete") and "deletes something"
  local subject = what and subject_of(params) or ""
  return not what
    or context:confirm(("%s %s%s."):format(operation, what, subject ~= "" and ": " .. subject or ""), client)
end

-- How the operation's pages are put together; nil where it has none, which the client says.
local function paging_of(operation)
  return require("rekognition.generated.paginators")[operation] or {}
end

-- All pages as one response: their lists one after the other, the rest as the first page has it.
local function merged(client, operation, params)
  local whole
  local member, token = paging_of(operation).items, paging_of(operation).output_token
  for page in client:pages(operation, params) do
    page[token] = nil
    if whole then
      whole[member] = whole[member] or {}
      table.move(page[member] or {}, 1, #(page[member] or {}), #whole[member] + 1, whole[member])
    end
    whole = whole or page
  end
  return whole
end

local function print_items(context, client, operation, params)
  local member = paging_of(operation).items
  for page in client:pages(operation, params) do
    for _, item in ipairs(json.from_response(operation, page)[member] or {}) do context.output:json(item) end
  end
end

-- The response's first list of structures, for a table.
local function find_list(response)
  local names = {}
  for name, value in pairs(response) do
    if type(value) == "table" and type(value[1]) == "table" then names[#names + 1] = name end
  end
  ascii.sort(names)
  return response[names[1]]
end

local function columns_of(list)
  local seen, columns = {}, {}
  for _, item in ipairs(list) do
    for name, value in pairs(item) do
      if type(value) ~= "table" and not seen[name] then
        seen[name] = true
        columns[#columns + 1] = { key = name, title = name, right = type(value) == "number" }
      end
    end
  end
  ascii.sort(columns, "key")
  return columns
end

local function print_fields(context, response)
  local fields = {}
  for name, value in pairs(response) do
    fields[#fields + 1] = { name, type(value) == "table" and json.encode(value) or value }
  end
  ascii.sort(fields, 1)
  context.output:record(fields, response)
end

local function print(context, operation, response)
  local value = json.from_response(operation, response)
  if context.output.format ~= "table" then return context.output:json(value) end
  local token = paging_of(operation).output_token
  if token and response[token] and response[token] ~= "" then
    context:say("there are more pages than this one; --page prints them all")
  end
  local list = find_list(value)
  local columns = list and columns_of(list) or {}
  if #columns > 0 then return context.output:table(columns, list) end
  print_fields(context, value)
end

-- The names of all operations.
local function print_names(context)
  local names = params_of.names()
  if context.args.output == "json" then return context.output:json(json.list(names)) end
  for _, name in ipairs(names) do
    if context.args.output == "jsonl" then context.output:json(name) else context.output:line(name) end
  end
end

function M.run(context)
  if context.args.list then
    print_names(context)
    return 0
  end
  if not context.args.operation then context:usage("OPERATION is missing; `rekognition call --list` prints them") end
  local known = context.args.describe and params_of.find(context.args.operation)
  if known then
    require("rekognition.cli.describe").print(context, known)
    return 0
  end
  local client <close> = context:client()
  local operation = params_of.operation(context, client)
  local params = params_of.params(context, operation)
  if not confirm(context, client, operation, params) then return 1 end
  if not context.args.page then
    print(context, operation, (client:call(operation, params)))
  elseif context.output.format == "jsonl" then
    print_items(context, client, operation, params)
  else
    print(context, operation, merged(client, operation, params))
  end
  return 0
end

return M
