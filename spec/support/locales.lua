-- Locales that change what the C library's functions do: letters by tr_TR, whose "I" has another lower case, and
-- numbers by de_DE, whose decimal point is a comma. `script/test` makes them and names them in REK_SPEC_LOCALES, as
-- "<for letters>,<for numbers>"; LOCPATH says where they are.

local M = {}

--- Sets the locales that REK_SPEC_LOCALES names, at run time, as a host may do after it has loaded everything.
--- Raises an error if they aren't there: a run under them must not be one without.
function M.use_those_of_the_run()
  local names = os.getenv "REK_SPEC_LOCALES"
  if not names then return end
  local letters, numbers = names:match("^([^,]+),([^,]+)$")
  for _, category in ipairs { "ctype", "collate" } do
    assert(os.setlocale(letters, category), "there is no locale " .. letters)
  end
  for _, category in ipairs { "numeric", "monetary", "time" } do
    assert(os.setlocale(numbers, category), "there is no locale " .. numbers)
  end
  assert(("i"):upper() ~= "I" and tostring(0.5) == "0,5", "the locales don't change what they should")
end

return M
