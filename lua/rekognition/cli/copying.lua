--- What `copy` and `doctor` have in common: the options of one copy, and what copy_model takes of them.

local options = require "rekognition.cli.options"
local values = require "rekognition.cli.values"

local M = {}

--- The options that say what is copied where.
M.OPTIONS = {
  { name = "--source-project", value = "PROJECT",
    help = "The project that has the model: its name, or its ARN. Required unless --source-version is an ARN." },
  { name = "--source-version", value = "VERSION",
    help = "The version to copy: its name, or its ARN. Default: the newest trained one." },
  { name = "--destination-project", required = true, value = "PROJECT",
    help = "The project that gets the copy: its name, or its ARN." },
  { name = "--create-project", help = "Create the destination project if there is none of that name." },
  { name = "--version-name", value = "NAME", help = "The copy's name. Default: the source version's." },
  { name = "--bucket", required = true, value = "BUCKET",
    help = "Bucket of the destination's account that gets the training results." },
  { name = "--prefix", value = "PREFIX", help = "Folder in the bucket. Default: none." },
  { name = "--kms-key", value = "KEY", help = "Key that encrypts the copy: its id, or its ARN." },
  { name = "--tag", value = "KEY=VALUE", many = true, convert = values.pair,
    help = "A tag of the copy. May be repeated." },
  { name = "--role", value = "ROLE",
    help = "Allow only this role of the destination's account to copy, not all of it." },
  { name = "--source-profile", value = "NAME", help = "Profile of the source's account. Default: --profile." },
  { name = "--destination-profile", value = "NAME",
    help = "Profile of the destination's account. Default: --profile." },
  { name = "--no-source", help = "Don't use the source's account: it attaches the policy itself. Needs ARNs." },
}

--- The options, followed by more.
---@param own (string|rekognition.cli.Option)[]
---@return rekognition.cli.Option[]
function M.options(own)
  local list = table.move(M.OPTIONS, 1, #M.OPTIONS, 1, {})
  return options.list(table.move(own, 1, #own, #list + 1, list))
end

local function tags_of(context)
  local given = context.args.tag or {}
  if #given == 0 then return nil end
  local tags = {}
  for _, pair in ipairs(given) do tags[pair[1]] = pair[2] end
  return tags
end

-- Whether one client does for both sides.
local function is_one_account(args)
  return not args.no_source and (args.source_profile or args.profile) == (args.destination_profile or args.profile)
end

--- The arguments of copy_model. What is missing is named before anything is sent.
---@param context rekognition.cli.Context
---@return table
function M.arguments(context)
  local args = context.args
  local destination_project, bucket = context:need "--destination-project", context:need "--bucket"
  if not args.source_project and not args.source_version then context:usage("option --source-project is missing") end
  local destination = context:client { profile = args.destination_profile }
  local source = destination
  if args.no_source then
    source = false
  elseif not is_one_account(args) then
    source = context:client { profile = args.source_profile }
  end
  return {
    source = source, destination = destination, source_project = args.source_project,
    source_version = args.source_version, destination_project = destination_project,
    create_project = args.create_project, version_name = args.version_name, role = args.role,
    output_config = { S3Bucket = bucket, S3KeyPrefix = args.prefix }, kms_key_id = args.kms_key,
    tags = tags_of(context),
  }
end

return M
