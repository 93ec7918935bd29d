--- Dovecot, auth-lua: a face instead of a password. The password that a mail program sends is a photo, in base64; it is
-- compared with the user's own, PHOTOS/USER.jpg.
--
--   passdb {
--     driver = lua
--     args = file=/etc/dovecot/dovecot.lua blocking=yes
--   }
--   import_environment = $import_environment PHOTOS=/var/lib/photos AWS_REGION=us-east-1 AWS_PROFILE=mail
--
-- Dovecot passes on only the environment that import_environment names. With blocking=yes, the default, it runs the
-- script in auth workers: a call makes one worker wait, not the server.
-- Rekognition says how alike two faces are; it does not say that a photo is of a living person. Combine it with more.

local rekognition = require "rekognition"

local client ---@type rekognition.Client

-- luacheck: globals dovecot script_init auth_passdb_lookup auth_password_verify

function script_init()
  client = rekognition.guard(rekognition.client) { connect_timeout = 2, timeout = 5 }
  return 0
end

local DIGITS = {}
for at, digit in ipairs { ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(1, -1) } do
  DIGITS[digit] = at - 1
end

local function decoded(text)
  local bytes, value, bits = {}, 0, 0
  for at = 1, #text do
    local digit = DIGITS[text:byte(at)]
    if not digit then break end
    value, bits = (value << 6 | digit) & 0xFFFF, bits + 6
    if bits >= 8 then
      bits = bits - 8
      bytes[#bytes + 1] = string.char(value >> bits & 0xFF)
    end
  end
  return table.concat(bytes)
end

local function photo_of(user)
  if not user:find "^[A-Za-z0-9_-]+$" then return nil end
  local file <close> = io.open(("%s/%s.jpg"):format(os.getenv "PHOTOS", user), "rb")
  return file and file:read "a"
end

function auth_password_verify(request, password)
  local own = photo_of(request.user)
  if not own then return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, "no photo" end
  local ok, result = pcall(client.compare_faces, client, {
    SourceImage = { Bytes = own }, TargetImage = { Bytes = decoded(password) }, SimilarityThreshold = 95,
  })
  if not ok then
    request:log_error(tostring(result)) -- Dovecot can't show an error that isn't a string
    return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, "the photos could not be compared"
  end
  if #result.FaceMatches == 0 then return dovecot.auth.PASSDB_RESULT_PASSWORD_MISMATCH, "another face" end
  return dovecot.auth.PASSDB_RESULT_OK, {}
end

-- What Dovecot asks where it has no password to verify.
function auth_passdb_lookup()
  return dovecot.auth.PASSDB_RESULT_SCHEME_NOT_AVAILABLE, "photos are compared, not stored"
end
