-- A client of the emulator that is killed again and again: makes projects and deletes nine of ten, and writes down
-- what was acknowledged. usage: state_writer.lua URL NAME LOG STOP_FILE

local rekognition = require "rekognition"

local url, name, log_path, stop_path = table.unpack(arg)
local log = assert(io.open(log_path, "a"))
log:setvbuf "line"

local client = rekognition.client {
  region = "us-east-1", endpoint = url, retry = { mode = "off" }, timeout = 5,
  credentials = { access_key_id = "AKIAEMULATOR00000001", secret_access_key = "emulator-secret-of-111122223333" },
}

local function stopped()
  local file = io.open(stop_path)
  if file then file:close() end
  return file ~= nil
end

local number, failures = 0, 0
while not stopped() and failures < 2000 do -- nobody is there any more
  number = number + 1
  local project = ("%s-%d"):format(name, number)
  log:write("try ", project, "\n")
  local made, response = pcall(client.create_project, client, { ProjectName = project })
  failures = made and 0 or failures + 1
  if made then
    log:write("made ", project, "\n")
    if number % 10 ~= 0 then
      log:write("try-delete ", project, "\n")
      if pcall(client.delete_project, client, { ProjectArn = response.ProjectArn }) then
        log:write("deleted ", project, "\n")
      end
    end
  else
    require("rekognition.core").sleep(0.02)
  end
end
