--- Whether a version that has the wanted name is the copy that is wanted.

local arns = require "rekognition.text.arn"
local places = require "rekognition.custom_labels.copy_model.places"

local M = {}

--- What a version of the destination is to a copy.
--
-- "ours": a copy of this source, under way, complete, or started since. "failed": such a copy, which failed.
-- "deleting": whatever it was, its name will be free. Everything else raises: a version that was trained
-- there, or is a copy of another source, is never adopted, replaced or deleted.
---@param description table
---@param source_version string  the source's ARN
---@return "ours"|"failed"|"deleting"
function M.judge(description, source_version)
  if description.Status == "DELETING" then return "deleting" end
  local source = description.SourceProjectVersionArn
  if source == source_version then return description.Status == "COPYING_FAILED" and "failed" or "ours" end
  local arn = arns.parse(description.ProjectVersionArn)
  return places.refuse("NameTaken", "choose another version_name, or another destination; nothing was changed",
    "the destination has a version named %s that is not a copy of %s: %s (%s)", arn and arn.version or "?",
    source_version, description.ProjectVersionArn, source and "a copy of " .. source or "trained there")
end

-- An alias isn't what the service describes, so nothing can be said of it.
local function is_same_key(asked, found)
  if asked == found or asked:find("alias/", 1, true) then return true end
  return found ~= nil and arns.last_part(asked) == arns.last_part(found)
end

local function add(differences, what, asked, found)
  differences[#differences + 1] = { what = what, asked = asked, found = found }
end

--- What of an adopted copy differs from what was asked. What wasn't asked for isn't compared.
---@param options rekognition.CopyOptions
---@param description table
---@param tags? table<string, string>  the copy's; nil if they weren't read
---@return { what: string, asked: string?, found: string? }[]
function M.differences(options, description, tags)
  local differences, output = {}, description.OutputConfig or {}
  for _, member in ipairs { "S3Bucket", "S3KeyPrefix" } do
    local asked, found = options.output_config[member], output[member]
    if (asked or "") ~= (found or "") then add(differences, "output_config." .. member, asked, found) end
  end
  local key, found_key = options.kms_key_id, description.KmsKeyId
  if key and not is_same_key(key, found_key) then add(differences, "kms_key_id", key, found_key) end
  if options.tags and tags then
    for name, value in pairs(options.tags) do
      if tags[name] ~= value then add(differences, "tags." .. name, value, tags[name]) end
    end
    for name, value in pairs(tags) do
      if options.tags[name] == nil then add(differences, "tags." .. name, nil, value) end
    end
  end
  return differences
end

--- A difference in words.
---@return string
function M.describe(difference)
  return ("%s: %s was asked for, the copy has %s"):format(difference.what, difference.asked or "nothing",
    difference.found or "none")
end

return M
