-- The process's locale belongs to the host, which may set it after it has loaded us. Each part runs in an interpreter
-- of its own that loads everything first and then sets tr_TR for letters and de_DE for numbers.

local files = require "spec.support.files"

local _, variables = files.run "script/locales"
variables = variables:gsub("\n", "")

-- What every part begins with: `here` is the locale's effect, `check` compares.
local PRELUDE = [==[
local cjson = require "cjson"
local rekognition = require "rekognition"
local credentials = rekognition.credentials
local fake = require "spec.support.fake"
rekognition.client { region = "us-east-1", env = {}, credentials = { access_key_id = "A", secret_access_key = "S" } }:close()
require("spec.support.locales").use_those_of_the_run()
assert(("I"):lower() ~= "i" and tostring(0.5) == "0,5")
local function check(expected, got)
  if expected ~= got then error(("expected %s, got %s"):format(tostring(expected), tostring(got)), 2) end
end
]==]

local PARTS = {
  ["endpoints of the environment"] = [==[
    local client, world = fake.client({ fake.answer(200, {}) },
      { env = { AWS_ENDPOINT_URL_REKOGNITION = "HTTPS://h.example", AWS_RETRY_MODE = "STANDARD" } })
    client:describe_projects()
    check("https://h.example/", world.requests[1].url)
    check("http://i.example", rekognition.config.load {
      env = { AWS_ENDPOINT_URL_SIGNIN = "http://i.example" } }:endpoint_url "signin")
  ]==],
  ["keys in upper case, and numbers, of the files"] = [==[
    local text = "[default]\nAWS_ACCESS_KEY_ID = AKID\nAWS_SECRET_ACCESS_KEY = SECRET\nREGION = eu-west-1\n"
      .. "USE_FIPS_ENDPOINT = FALSE\nMAX_ATTEMPTS = 5\n"
    local options = { env = { HOME = "/h" }, read_file = function(path)
      return path == "/h/.aws/credentials" and text or nil
    end }
    check("AKID", credentials.default(options):get().access_key_id)
    local config = rekognition.config.load(options)
    check(5, (config:get "max_attempts"))
    check(3.1, (config:get "connect_timeout"))
    check(false, (config:get "use_fips_endpoint"))
  ]==],
  ["request ids, whatever the case of the header"] = [==[
    local client = fake.client { { status = 200, body = "{}", headers = { { "X-AMZN-REQUESTID", "id-1" } } } }
    local _, metadata = client:describe_projects()
    check("id-1", metadata.request_id)
  ]==],
  ["errors whose bodies have numbers"] = [==[
    local client = fake.client { { status = 400, headers = {},
      body = '{"__type":"InvalidParameterException","message":"no","Seconds":1.5}' } }
    local e = fake.catch(client.describe_projects, client)
    check("InvalidParameterException", e.code)
    check(1.5, e.details.Seconds)
  ]==],
  ["responses and requests with numbers"] = [==[
    local client, world = fake.client { { status = 200, headers = {}, body = '{"Labels":[{"Confidence":99.5}]}' } }
    local response = client:detect_labels { Image = { Bytes = "\xFF\xD8\xFF" }, MinConfidence = 50.5 }
    check(99.5, response.Labels[1].Confidence)
    check("50.5", world.requests[1].body:match('"MinConfidence":([^,}]*)'))
  ]==],
  ["the renewal of credential_process"] = [==[
    local now = 1440938160
    local provider = credentials.process { env = {}, clock = function() return now end,
      command = [[printf '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2015-08-30T%s:00:00.5Z","X":0.5}' 13]] }
    check("A", provider:get().access_key_id)
    now = now + 1400
    local renewed = provider:refresh(provider:get())
    check(1440939600.5, renewed.expiration)
  ]==],
  ["token files, read and written"] = [==[
    local now, files = 1440938160, {}
    local path = "/h/.aws/sso/cache/" .. require("rekognition.core").sha1_hex("corp") .. ".json"
    files["/h/.aws/config"] = "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r\n"
      .. "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://start\n"
    files[path] = '{"accessToken":"old","expiresAt":"2015-08-30T12:36:00Z","refreshToken":"refresh-me","clientId":"c",'
      .. '"clientSecret":"cs","registrationExpiresAt":"2099-01-01T00:00:00Z","x":0.5}'
    local provider = credentials.default { env = { HOME = "/h" }, clock = function() return now end,
      read_file = function(name) return files[name] end,
      write_file = function(name, text) files[name] = text return true end,
      http = function(request)
        if request.url:find("/token", 1, true) then
          return { status = 200, headers = {}, body = '{"accessToken":"new","expiresIn":3600,"x":1.25}' }
        end
        return { status = 200, headers = {}, body = '{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S",'
          .. '"sessionToken":"T","expiration":1440948160500.0}}' }
      end }
    check("A", provider:get().access_key_id)
    check("0.5", files[path]:match('"x":([^,}]*)'))
    check("2015-08-30T13:36:00Z", files[path]:match('"expiresAt":"([^"]*)"'))
  ]==],
  ["what the User-Agent says, and numbers in messages"] = [==[
    local client, world = fake.client { fake.answer(200, {}) }
    client:describe_projects()
    assert(fake.header(world.requests[1], "User-Agent"):find(" os/linux ", 1, true))
    local e = fake.catch(fake.client, {}, { timeout = -1.5 })
    assert(e.message:find("got -1.5", 1, true), e.message)
    local ok, problem = pcall(client.detect_labels, client, { MinConfidence = -0.5, [1.5] = 1 })
    assert(not ok and not tostring(problem):find("[0-9],[0-9]"), tostring(problem))
  ]==],
  ["the order of names: in a listing, a journal's place, a signed form"] = [==[
    assert("a" < "B", "the locale's order is that of bytes")
    local emulator, s3 = require "rekognition.emulator", require "spec.support.emulator_s3"
    local service = emulator.new { accounts = emulator.DEFAULT_ACCOUNTS }
    s3.must(service, "PUT", "/bucket-1")
    for _, key in ipairs { "a", "B", "c" } do s3.must(service, "PUT", "/bucket-1/" .. key, { body = "x" }) end
    local listed = s3.must(service, "GET", "/bucket-1?list-type=2")
    check("B a c", listed:match "<Key>(.-)</Key>.*" .. " " .. listed:match "</Key>.-<Key>(.-)</Key>.*<Key>" .. " c")
    check(nil, (s3.must(service, "GET", "/bucket-1?list-type=2&start-after=a")):match "<Key>B</Key>")
    local journal = require "rekognition.custom_labels.fleet.journal"
    local function item(key) return { key = key, job = { destination = { endpoint = "https://h" } } } end
    local path = journal.new({ item "a", item "B" }, { HOME = "/h" }).path
    os.setlocale("C", "collate")
    check(journal.new({ item "a", item "B" }, { HOME = "/h" }).path, path)
  ]==],
  ["dates"] = [==[
    local time = require "rekognition.text.time"
    check(784111777, time.parse_http "Sun, 06 Nov 1994 08:49:37 GMT")
    check(1234567890.25, time.parse "2009-02-13T23:31:30.25Z")
    check("2009-02-13T23:31:30Z", time.format(1234567890.25))
  ]==],
}

-- ps_AF's decimal point has two bytes (U+066B): under it `tonumber "0.5"` is nil.
local WIDE_POINT = [==[
local rekognition = require "rekognition"
local number = require "rekognition.text.number"
local policy = rekognition.custom_labels.policy
local half, condition = 0.5, "NumericLessThan"
local command = [[sh -c 'echo "{\"Version\":1,\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"S\",]]
  .. [[\"Expiration\":\"2099-01-01T00:00:00.5Z\"}"']]
rekognition.preload()
if not os.setlocale("ps_AF.UTF-8", "numeric") then os.exit(0) end
assert(tonumber "0.5" == nil)
assert(number.exact(half) == "0.5" and number.decimal "00.5" == half and number.decimal "2." == 2 and number.read "-5e-1" == -half)
local process = rekognition.credentials.process { command = command, env = { PATH = os.getenv "PATH" } }
assert(process:get().expiration == 4070908800 + half)
local text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},'
  .. '"Action":"rekognition:CopyProjectVersion","Resource":"*","Condition":{"' .. condition .. '":{"aws:MultiFactorAuthAge":"1.5"}}}]}'
assert(policy.check(text))
assert(policy.check((text:gsub('"1%.5"', "1.5"))))
]==]

PARTS["fractions in policies, and in what is known of a request"] = [==[
    local text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},'
      .. '"Action":"rekognition:CopyProjectVersion","Resource":"*",'
      .. '"Condition":{"NumericEquals":{"aws:MultiFactorAuthAge":1.5}}}]}'
    local policy = rekognition.custom_labels.policy
    check(true, (policy.check(text)))
    for age, decision in pairs { [1.5] = "Allow", [2.5] = "nil" } do
      check(decision, tostring((policy.decide(text, { account = "111122223333", keys = { ["aws:MultiFactorAuthAge"] = age } },
        "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1656611123000"))))
    end
]==]

describe("under a locale that the host sets at run time", function()
  if variables == "" then
    pending "there is no localedef, or it has no sources: install the package locales"
    return
  end
  it("hold fractions where the decimal point has two bytes", function()
    files.with_folder(function(folder)
      files.write(folder .. "/part.lua", WIDE_POINT)
      local ok, output = files.run(("env %s script/lua %s/part.lua"):format(variables, folder))
      assert(ok, output)
    end)
  end)
  for name, part in pairs(PARTS) do
    it("hold " .. name, function()
      files.with_folder(function(folder)
        files.write(folder .. "/part.lua", PRELUDE .. part)
        local ok, output = files.run(("env %s REK_ROOT=%s script/lua %s/part.lua"):format(variables,
          os.getenv "REK_ROOT" or ".", folder))
        assert(ok, output)
      end)
    end)
  end
end)
