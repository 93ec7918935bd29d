--- Medians and quartiles, as texts.

local M = {}

-- The value below which a share of the sorted list lies, between two of its values where need be.
local function quantile(sorted, share)
  local place = 1 + (#sorted - 1) * share
  local low = math.floor(place)
  local high = math.min(low + 1, #sorted)
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low)
end

local function sorted(values)
  local copy = table.move(values, 1, #values, 1, {})
  table.sort(copy)
  return copy
end

---@param values number[]
function M.median(values)
  return quantile(sorted(values), 0.5)
end

-- As many digits as mean something.
local function digits(value)
  return value < 10 and "%.2f" or value < 100 and "%.1f" or "%.0f"
end

--- "24.1 (23.5 .. 25.9)": the median and the quartiles.
---@param values number[]
function M.describe(values)
  local list = sorted(values)
  local form = digits(quantile(list, 0.5))
  return (form .. " (" .. form .. " .. " .. form .. ")"):format(
    quantile(list, 0.5), quantile(list, 0.25), quantile(list, 0.75))
end

--- The same for the ratios of two lists, value by value: what was measured in one round is compared.
---@param values number[]
---@param base number[]
function M.describe_ratio(values, base)
  local ratios = {}
  for i, value in ipairs(values) do ratios[i] = value / base[i] end
  return M.describe(ratios)
end

return M
