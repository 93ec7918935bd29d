-- A name that nobody answers for: the system's resolver asks for minutes, in a thread of its own that can't be
-- stopped. Neither a deadline, nor a hook, nor the end of the transport waits for it.

local silent_dns = require "spec.support.silent_dns"

local function where_dns_is_silent(script)
  return silent_dns.run("local one = require('rekognition.http').new { env = {} }\n" .. script)
end

describe("a silent name server", function()
  it("is not waited for beyond a deadline, nor at the end", function()
    if not silent_dns.is_allowed then return pending(silent_dns.missing) end
    local text, status = where_dns_is_silent [[
      local _, failure = one { method = "GET", url = "http://silent.example/", timeout = 0.3 }
      print(failure.code, failure.sent)
      _, failure = one { method = "GET", url = "http://silent.example/", connect_timeout = 0.3, timeout = 100 }
      print(failure.code, failure.sent)
      one:close()
      os.exit(0, true)
    ]]
    if status == 77 then return end
    assert.equal("timeout\tfalse\ntimeout\tfalse\n", text)
    assert.equal(0, status)
  end)

  it("is not waited for by a hook that raises", function()
    if not silent_dns.is_allowed then return pending(silent_dns.missing) end
    local text, status = where_dns_is_silent [[
      debug.sethook(function()
        if debug.getinfo(2, "S").source ~= "return" then return end
        debug.sethook()
        error("stop", 0)
      end, "c")
      print(pcall(one, { method = "GET", url = "http://silent.example/", timeout = 100 }))
      os.exit(0, true)
    ]]
    if status == 77 then return end
    assert.equal("false\tstop\n", text)
    assert.equal(0, status)
  end)
end)
