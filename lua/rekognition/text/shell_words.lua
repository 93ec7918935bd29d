--- The words of a line by the quoting rules of the POSIX shell, as Python's shlex.split reads them, and the other way.

local M = {}

-- How each kind of quoting reads: the text that it stands for and where it ends; nil if it has no end.
local QUOTES = {}

QUOTES["'"] = function(line, at)
  return line:match("^'([^']*)'()", at)
end

QUOTES["\\"] = function(line, at)
  return line:match("^\\(.)()", at)
end

-- Between double quotes a backslash escapes a quote and itself; elsewhere it stays.
QUOTES['"'] = function(line, at)
  local pieces = {}
  at = at + 1
  while true do
    local plain, stop = line:match('^([^"\\]*)()', at)
    pieces[#pieces + 1] = plain
    local byte = line:sub(stop, stop)
    if byte == '"' then return table.concat(pieces), stop + 1 end
    if byte == "" then return nil end
    local escaped = line:match('^["\\]', stop + 1)
    pieces[#pieces + 1] = escaped or "\\"
    at = stop + (escaped and 2 or 1)
  end
end

--- The word that begins at a place.
---@param line string
---@param at integer
---@param stops? string  bytes that end a word outside quotes, besides blanks, as they stand in a pattern's set
---@return string? word  nil if a quote has no end
---@return integer stop  the place behind it
---@return boolean needs_shell  it holds something outside quotes that only a shell can read
function M.read(line, at, stops)
  local plain = "^([^ \t\r\n'\"\\" .. (stops or "") .. "]+)()"
  local pieces, needs_shell = {}, false
  while true do
    local kind = line:sub(at, at)
    local text, stop
    if QUOTES[kind] then
      text, stop = QUOTES[kind](line, at)
      if not text then return nil, at, false end
      if kind == '"' and line:sub(at, stop - 1):find("[$`]") then needs_shell = true end
    else
      text, stop = line:match(plain, at)
      if not text then return table.concat(pieces), at, needs_shell end
      if text:find("[|&;<>()$`]") then needs_shell = true end
    end
    pieces[#pieces + 1], at = text, stop
  end
end

--- Where the blanks end that begin at a place.
---@return integer
function M.skip(line, at)
  return line:match("^[ \t\r\n]*()", at)
end

--- The words of a line.
---@param line string
---@return string[]? words  nil if a quote has no end, or if the line needs a shell
---@return boolean needs_shell
function M.split(line)
  local words, at = {}, M.skip(line, 1)
  while at <= #line do
    local word, stop, needs_shell = M.read(line, at)
    if needs_shell then return nil, true end
    if not word then return nil, false end
    words[#words + 1], at = word, M.skip(line, stop)
  end
  return words, false
end

--- A text as one word of a shell.
---@param text string
---@return string
function M.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

return M
