--- `rekognition presign`: a signed request for someone else to send.

local ascii = require "rekognition.text.ascii"
local number = require "rekognition.text.number"
local options = require "rekognition.cli.options"
local params_of = require "rekognition.cli.params"
local shell_words = require "rekognition.text.shell_words"
local values = require "rekognition.cli.values"

local M = {
  summary = "Make a signed request that someone else can send",
  description = "Signs a request without sending it. Whoever has it can send it, once or often, until it expires: keep "
    .. "it as safe as a password. The body is signed too and must be sent as it is.",
  arguments = { { name = "operation", value = "OPERATION", help = "Such as CopyProjectVersion." } },
  options = options.list {
    "params", "blob",
    { name = "--expires", value = "TIME", convert = values.seconds,
      help = "How long it can be sent, such as 15m. Default: 15m. At most 7d." },
    "profile", "region", "endpoint", "output",
  },
  examples = { "rekognition presign DescribeProjects --expires 1h | sh" },
  exit = "0 done, 1 failed, 2 used wrongly.",
}

-- A command that sends it: a table of a request is of no use to anybody.
local function curl(request)
  local words = { "curl --fail-with-body -X", request.method }
  for _, header in ipairs(request.headers) do
    if ascii.lower(header[1]) ~= "host" then
      words[#words + 1] = "-H " .. shell_words.quote(header[1] .. ": " .. header[2])
    end
  end
  words[#words + 1] = "--data-binary " .. shell_words.quote(request.body)
  words[#words + 1] = shell_words.quote(request.url)
  return table.concat(words, " ")
end

function M.run(context)
  local client <close> = context:client()
  local operation = params_of.operation(context, client)
  local params = params_of.params(context, operation)
  local expires = math.tointeger(context.args.expires or 900)
  if not expires or expires > 604800 then
    context:usage("--expires must be whole seconds, at most 7d, got %s seconds", number.seconds(context.args.expires))
  end
  local request = client:presign(operation, params, { expires = expires })
  if context.output.format == "table" then
    context.output:line(curl(request))
  else
    context.output:json { method = request.method, url = request.url, headers = request.headers, body = request.body }
  end
  return 0
end

return M
