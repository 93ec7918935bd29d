--- The name that a misspelled one was meant to be: `rekognition.text.nearest.names`, loaded when a name is misspelled.

---@type rekognition.NearestNames
return require "rekognition.lazy" "rekognition.text.nearest.names"
