--- Text with `*` and `?` in it, as IAM policies have it.

local M = {}

--- Whether `*` (any characters, or none) and `?` (any one character) make `pattern` into `text`.
---@param pattern string
---@param text string
---@return boolean
function M.matches(pattern, text)
  local at, place, star, resume = 1, 1, nil, nil
  while at <= #text do
    local wanted = pattern:sub(place, place)
    if wanted == "*" then
      star, resume = place, at
      place = place + 1
    elseif wanted == "?" or wanted == text:sub(at, at) then
      at, place = at + 1, place + 1
    elseif star then
      resume = resume + 1
      at, place = resume, star + 1
    else
      return false
    end
  end
  return pattern:find("^%**$", place) ~= nil
end

return M
