local ascii = require "rekognition.text.ascii"
local httpd = require "rekognition.emulator.httpd"
local socket = require "socket"

-- The server and its clients live in this one process: the server is stepped until the client has what it wants.

local function header(request, wanted)
  for _, one in ipairs(request.headers) do
    if ascii.lower(one[1]) == wanted then return one[2] end
  end
end

local function echo(request)
  return 200, { { "X-Method", request.method }, { "X-Target", request.target } }, request.body
end

local function start(handler, options)
  options = options or {}
  options.handler = handler
  return httpd.new(options)
end

local function connect(server)
  local client = assert(socket.connect("127.0.0.1", server:port()))
  client:settimeout(0)
  return client
end

-- Steps the server and gathers what the client gets, until `done(text)` or the connection's end; bounded.
local function gather(server, client, done)
  local text = ""
  for _ = 1, 2000 do
    server:step(0.005)
    local whole, problem, part = client:receive(65536)
    text = text .. (whole or part or "")
    if problem == "closed" then return text, true end
    if done(text) then return text, false end
  end
  error("the server didn't answer; so far: " .. text)
end

local function send_all(server, client, text)
  local at = 1
  for _ = 1, 100000 do
    local sent, _, partial = client:send(text, at)
    at = (sent or partial) + 1
    if at > #text then return end
    server:step(0)
  end
  error "the server didn't read"
end

-- Whether a whole response with a Content-Length is there.
local function whole(text)
  local head, body = text:match("^(.-\r\n)\r\n(.*)$")
  local length = head and ascii.lower(head):match("content%-length: (%d+)")
  return length and #body >= tonumber(length)
end

local function exchange(server, text)
  local client = connect(server)
  send_all(server, client, text)
  local answer = gather(server, client, whole)
  client:close()
  return answer, answer:match("^HTTP/1.1 (%d+)"), answer:match("\r\n\r\n(.*)$")
end

describe("the emulator's HTTP server", function()
  it("gives the handler the request as it was sent", function()
    local seen
    local server <close> = start(function(request)
      seen = request
      return 201, { { "X-Answer", "yes" } }, "body\0with a NUL"
    end)
    local answer, status, body = exchange(server, "PUT /a%2Fb/../c?x=%20&y&&x=1 HTTP/1.1\r\nHost: h\r\nX-One: 1 \r\n"
      .. "x-two:a\r\nX-Two: b\r\nContent-Length: 5\r\n\r\na\0b\r\n")
    assert.equal("201", status)
    assert.equal("body\0with a NUL", body)
    assert.matches("\r\nX%-Answer: yes\r\n", answer)
    assert.matches("\r\nDate: %a%a%a, ", answer)
    assert.same({ "PUT", "/a%2Fb/../c?x=%20&y&&x=1", "a\0b\r\n" }, { seen.method, seen.target, seen.body })
    assert.same({ { "Host", "h" }, { "X-One", "1" }, { "x-two", "a" }, { "X-Two", "b" }, { "Content-Length", "5" } },
      seen.headers)
    assert.is_nil(seen.refused)
  end)

  it("keeps connections alive, and takes requests one behind the other", function()
    local count = 0
    local server <close> = start(function() count = count + 1 return 200, {}, tostring(count) end)
    local client = connect(server)
    local request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    client:send(request)
    assert.matches("1$", (gather(server, client, whole)))
    client:send(request .. request)
    local text = gather(server, client, function(text) return text:find("\r\n\r\n3$") end)
    assert.matches("\r\n\r\n2HTTP/1.1 200", text)
    client:close()
  end)

  it("takes chunked bodies and Expect: 100-continue", function()
    local server <close> = start(echo)
    local _, status, body = exchange(server, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert.same({ "200", "abcde" }, { status, body })
    local client = connect(server)
    client:send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert.matches("^HTTP/1.1 100", (gather(server, client, function(text) return text:find("\r\n\r\n") end)))
    client:send("abc")
    assert.matches("\r\n\r\nabc$", (gather(server, client, whole)))
    client:close()
  end)

  it("tells the handler of a body that is too long, and reads it to its end", function()
    local refused, length
    local server <close> = start(function(request)
      refused, length = request.refused, #request.body
      return refused or 200, {}, ""
    end, { max_body = 1000 })
    local head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n"
    local _, status = exchange(server, head:format(1000) .. ("x"):rep(1000))
    assert.same({ "200", 1000 }, { status, length })
    _, status = exchange(server, head:format(1000000) .. ("x"):rep(1000000))
    assert.same({ "413", 413, 0 }, { status, refused, length })
    _, status = exchange(server, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. ("100\r\n" .. ("x"):rep(256) .. "\r\n"):rep(100) .. "0\r\n\r\n")
    assert.equal("413", status)
  end)

  it("takes a body of 16 MiB where nothing else was said", function()
    local length
    local server <close> = start(function(request) length = #request.body return 200, {}, "" end)
    local size = 16 * 1024 * 1024
    local _, status = exchange(server, ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n"):format(size)
      .. ("x"):rep(size))
    assert.same({ "200", size }, { status, length })
  end)

  it("survives what isn't HTTP, and heads that are too long", function()
    local server <close> = start(echo)
    for _, bytes in ipairs {
      "\r\n\r\n", "x\r\n\r\n", "GET\r\n\r\n", ("\0"):rep(1000) .. "\r\n\r\n", "\x16\x03\x01\x02\0\1\0\1\xfc\3\3\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
      "GET /" .. ("x"):rep(100000) .. " HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX: " .. ("x"):rep(100000) .. "\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\n" .. ("X: y\r\n"):rep(20000) .. "\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    } do
      local client = connect(server)
      client:send(bytes)
      for _ = 1, 20 do server:step(0.001) end
      client:close()
      server:step(0)
    end
    local _, status = exchange(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert.equal("200", status)
  end)

  it("serves others while requests stand half-sent, and forgets those that were left", function()
    local calls = 0
    local server <close> = start(function() calls = calls + 1 return 200, {}, "" end)
    local slow = {}
    for i, bytes in ipairs { "", "P", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345" } do
      slow[i] = connect(server)
      slow[i]:send(bytes)
      server:step(0.01)
    end
    local _, status = exchange(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert.same({ "200", 1 }, { status, calls })
    slow[4]:send("67890")
    gather(server, slow[4], whole)
    assert.equal(2, calls)
    for _, client in ipairs(slow) do client:close() end
    for _ = 1, 10 do server:step(0.001) end
    assert.equal(2, calls)
  end)

  it("gives up a connection immediately if the client ended it in the middle", function()
    local server <close> = start(echo)
    for _ = 1, 1000 do -- more than it takes at a time
      local client = connect(server)
      client:send("POST / HTTP/1.1\r\nHost: h\r\n")
      client:close()
      for _ = 1, 3 do server:step(0) end
    end
    local _, status = exchange(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert.equal("200", status)
  end)

  it("serves hundreds of connections", function()
    local server <close> = start(echo)
    local clients = {}
    for i = 1, 400 do -- with the server's ends, below the usual limit of 1024 open files
      clients[i] = connect(server)
      if i % 50 == 0 then server:step(0.001) end
    end
    for _, client in ipairs(clients) do client:send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") end
    for _, client in ipairs(clients) do
      assert.matches("^HTTP/1.1 200", (gather(server, client, whole)))
      client:close()
    end
  end)

  it("answers 500 where the handler fails, with the error on stderr alone", function()
    local answers = {
      'error("oops")', 'error({})', 'error(nil)', 'return', 'return "x", {}, ""', 'return 200', 'return 200, {}, nil',
      'return 99, {}, ""', 'return 600, {}, ""', 'return 200.5, {}, ""', 'return 200, { "x" }, ""',
      'return 200, { { "a" } }, ""', 'return 200, { { "a", "b\\r\\nc: d" } }, ""', 'return 200, { { "a b", "c" } }, ""',
      'return 200, {}, {}', 'local function deep() return 1 + deep() end return deep()',
    }
    local source, errors = os.tmpname(), os.tmpname()
    local file = assert(io.open(source, "w"))
    file:write("package.cpath = ", ("%q"):format(package.cpath), "\nlocal calls, answers = 0, {}\n")
    for i, answer in ipairs(answers) do file:write(("answers[%d] = function() %s end\n"):format(i, answer)) end
    file:write [[
      local server = require("rekognition.emulator.httpd").new {
        handler = function() calls = calls + 1 return answers[calls]() end
      }
      print(server:port())
      io.stdout:flush()
      local deadline = os.time() + 30
      repeat server:step(0.1) until calls == #answers or os.time() > deadline
      for _ = 1, 5 do server:step(0.01) end
    ]]
    file:close()
    local process = assert(io.popen(("%s %s 2>%s"):format(require("spec.support.files").lua, source, errors)))
    local port = tonumber(process:read("l"))
    for _ = 1, #answers do
      local client = assert(socket.connect("127.0.0.1", port))
      client:settimeout(10)
      client:send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
      local answer = client:receive("*a")
      client:close()
      assert.equal("500", answer:match("^HTTP/1.1 (%d+)"))
      assert.equal("", answer:match("\r\n\r\n(.*)$"))
    end
    assert.is_true(process:close())
    local count = 0
    for line in io.lines(errors) do
      if line:find("the handler failed: ", 1, true) then count = count + 1 end
    end
    assert.equal(#answers, count)
    os.remove(source)
    os.remove(errors)
  end)

  it("can't be closed or stepped inside a handler, and can afterwards", function()
    local problems = {}
    local server
    server = start(function()
      for _, method in ipairs { "close", "step" } do
        problems[#problems + 1] = select(2, pcall(server[method], server, 0))
      end
      return 200, {}, ""
    end)
    local _, status = exchange(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert.equal("200", status)
    assert.matches("inside a handler", problems[1])
    assert.matches("inside a handler", problems[2])
    server:close()
    server:close()
    assert.has_error(function() server:step(0) end)
    assert.has_error(function() server:port() end)
  end)

  it("drops unanswered requests when it is closed or collected", function()
    for _, ending in ipairs { function(server) server:close() end, function() end } do
      local server = start(echo)
      local client = connect(server)
      client:send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345")
      for _ = 1, 5 do server:step(0.001) end
      ending(server)
      server = nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
      client:settimeout(5)
      local _, problem = client:receive(1)
      assert.equal("closed", problem)
      client:close()
    end
  end)

  it("says why it can't listen", function()
    local server <close> = start(echo)
    local ok, problem = pcall(httpd.new, { handler = echo, port = server:port() })
    assert.is_false(ok)
    assert.matches("can't listen on 127.0.0.1, port %d+: Address already in use", problem)
    ok, problem = pcall(httpd.new, { handler = echo, host = "no such host" })
    assert.is_false(ok)
    assert.matches("can't listen on no such host", problem)
    for _, options in ipairs { {}, { handler = 1 }, { handler = echo, port = -1 }, { handler = echo, port = 65536 },
                               { handler = echo, max_body = -1 }, { handler = echo, port = "x" } } do
      assert.has_error(function() httpd.new(options) end)
    end
  end)

  it("listens on the loopback where nothing else was said, and on IPv6 where asked", function()
    local server <close> = start(function(request) return 200, {}, header(request, "host") end)
    local _, _, body = exchange(server, "GET / HTTP/1.1\r\nHost: name\r\n\r\n")
    assert.equal("name", body)
    local ok, six = pcall(httpd.new, { handler = echo, host = "::1" })
    if ok then -- a machine may have no IPv6
      assert.is_true(six:port() > 0)
      six:close()
    end
  end)
end)
