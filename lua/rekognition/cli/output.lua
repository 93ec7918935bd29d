--- Results, on the output: a table for people, JSON for programs.

local json = require "rekognition.cli.json"
local streams = require "rekognition.cli.streams"
local text = require "rekognition.cli.text"

local M = {}

---@class rekognition.cli.Output
---@field format "table"|"json"|"jsonl"
local Output = {}
Output.__index = Output

---@param format "table"|"json"|"jsonl"
---@param color boolean  bold headings
---@return rekognition.cli.Output
function M.new(format, color)
  return setmetatable({ format = format, _color = color }, Output)
end

--- Writes a line.
---@param line string
function Output.line(_, line)
  streams.check(io.stdout:write(line, "\n"))
end

--- Writes what is not written yet.
function Output.flush()
  streams.check(io.stdout:flush())
end

local function cell_of(column, row)
  local value = row[column.key]
  if column.show then value = column.show(value, row) end
  return value == nil and "-" or text.clean(value)
end

local function pad(cell, width, is_right)
  local blanks = (" "):rep(width - text.width(cell))
  return is_right and blanks .. cell or cell .. blanks
end

-- The last column is not padded: nothing follows it.
local function table_line(columns, cells, widths)
  local parts = {}
  for i, column in ipairs(columns) do
    parts[i] = i == #columns and not column.right and cells[i] or pad(cells[i], widths[i], column.right)
  end
  return table.concat(parts, "  ")
end

---@class rekognition.cli.Column
---@field key string
---@field title string
---@field right? boolean  for numbers
---@field show? fun(value: any, row: table): any

--- Writes rows as a table, whatever the format.
---@param columns rekognition.cli.Column[]
---@param rows table[]
function Output:table(columns, rows)
  local widths, lines, titles = {}, {}, {}
  for i, column in ipairs(columns) do
    titles[i], widths[i] = column.title, text.width(column.title)
  end
  for i, row in ipairs(rows) do
    lines[i] = {}
    for j, column in ipairs(columns) do
      lines[i][j] = cell_of(column, row)
      widths[j] = math.max(widths[j], text.width(lines[i][j]))
    end
  end
  local heading = table_line(columns, titles, widths)
  self:line(self._color and "\27[1m" .. heading .. "\27[0m" or heading)
  for _, cells in ipairs(lines) do self:line(table_line(columns, cells, widths)) end
end

--- Writes one value: as JSON, indented or on one line.
---@param value any
function Output:json(value)
  self:line(json.encode(value, self.format ~= "jsonl"))
end

--- Writes one thing: as lines of names and values, or as JSON.
---@param fields { [1]: string, [2]: any }[]  as people read it
---@param value table                         as programs do
function Output:record(fields, value)
  if self.format ~= "table" then return self:json(value) end
  local width = 0
  for _, field in ipairs(fields) do width = math.max(width, text.width(field[1])) end
  for _, field in ipairs(fields) do
    if field[2] ~= nil then self:line(pad(field[1], width) .. "  " .. text.clean(field[2])) end
  end
end

--- Writes many things: a table, one JSON list, or a line of JSON for each.
---@param columns rekognition.cli.Column[]
---@param rows table[]
function Output:rows(columns, rows)
  if self.format == "table" then return self:table(columns, rows) end
  if self.format == "json" then return self:json(json.list(rows)) end
  for _, row in ipairs(rows) do self:json(row) end
end

return M
