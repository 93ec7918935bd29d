--- What is on a machine or beside it: the instance's metadata service, a container's endpoint. Plain HTTP, asked
--- directly, by no proxy, with few attempts.

local core = require "rekognition.core"
local services = require "rekognition.services"

local M = {}

---@class rekognition.MetadataPolicy : rekognition.Retry  how often such a service is asked
local Policy = {}
Policy.__index = Policy

function Policy.before_attempt() return 0 end
function Policy.after_success() end

function Policy:after_failure(failure, attempt)
  if not self.worth_it(failure, attempt) then return nil, "fail_request" end
  return self.random() * self.base * 2.0 ^ (attempt - 1), 0
end

local function read_error(status)
  return { kind = "service", code = "HTTP" .. status, status = status, message = "HTTP status " .. status }
end

--- A channel to such a service.
---@param host rekognition.CredentialContext
---@param options { url: string, connect_timeout: number, timeout: number, base: number, max_attempts: integer,
---  worth_it: (fun(failure: rekognition.Failure, attempt: integer): boolean?), authorize?: (fun(): table?) }
---  base: seconds; the delay before retry n is random * base * 2^(n-1). authorize: the headers of an attempt
---@return rekognition.Channel
function M.channel(host, options)
  return services.channel_to(host, {
    url = options.url, connect_timeout = options.connect_timeout, timeout = options.timeout, direct = true,
    authorize = options.authorize, read_error = options.read_error or read_error,
    retry = setmetatable({ worth_it = options.worth_it, base = options.base, random = host.random,
      max_attempts = options.max_attempts }, Policy),
  })
end

--- One request.
---@param channel rekognition.Channel
---@param method string
---@param target? string   path and query below the channel's address
---@param headers {[1]: string, [2]: string}[]
---@param options? { read?: function, deadline?: number, secrets?: string[] }
---@return any body, table metadata
--- Raises as `rekognition.call` does; a status that is not a success is kind "service".
function M.ask(channel, method, target, headers, options)
  options = options or {}
  local name = method .. " " .. (target or channel.url)
  return services.run(channel, {
    operation = name, read = options.read, retries_protocol = true, deadline = options.deadline,
    secrets = options.secrets, quiet = true,
    request = core.plain_request { name = name, method = method, target = target, headers = headers },
  })
end

return M
