--- A module that is loaded when something of it is first used: for what most programs never need, so that the first
-- call of a process needn't wait for it.

--- Stands for a module: reading its fields, and calling it, load it.
---@param name string  as for `require`
---@return any
return function(name)
  return setmetatable({}, {
    __index = function(_, key) return require(name)[key] end,
    __call = function(_, ...) return require(name)(...) end,
  })
end
