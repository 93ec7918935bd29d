--- Dates and times as text: `rekognition.text.time.calendar`, loaded when the first one is read or written. Most
-- processes never do.

---@type rekognition.Calendar
return require "rekognition.lazy" "rekognition.text.time.calendar"
