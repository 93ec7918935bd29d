--- `rekognition doctor`: why a copy is refused.

local copying = require "rekognition.cli.copying"
local doctor = require "rekognition.custom_labels.doctor"
local json = require "rekognition.cli.json"

local M = {
  summary = "Say why a copy is refused, and what to attach where",
  description = "Looks at all that a copy needs: both identities, the projects, the policies, the bucket, the key, the "
    .. "quotas. It changes nothing. It prints what is wrong, what can't be seen from here, and the documents that each "
    .. "side needs. Its options are those of `rekognition copy`.",
  options = copying.options { "profile", "region", "endpoint", "output", "quiet" },
  examples = {
    "rekognition doctor --source-project birds --destination-project birds --bucket results \\",
    "  --source-profile dev --destination-profile production",
  },
  exit = "0 nothing is wrong, 1 something is, 2 used wrongly.",
}

function M.run(context)
  local arguments = copying.arguments(context)
  context.progress:show("looking")
  local diagnosis = doctor.run(arguments)
  context.progress:clear()
  if context.output.format == "table" then
    context.output:line((context.in_flags(tostring(diagnosis)):gsub("[%z\1-\9\11-\31\127]", " ")))
  elseif context.output.format == "json" then
    context.output:json { ok = diagnosis.ok, findings = json.list(diagnosis.findings),
                          documents = json.list(diagnosis.documents) }
  else
    for _, finding in ipairs(diagnosis.findings) do context.output:json(finding) end
  end
  return diagnosis.ok and 0 or 1
end

return M
