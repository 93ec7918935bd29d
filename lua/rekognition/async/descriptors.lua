--- What waits for descriptors that are nothing of the network's: each token until its descriptor is readable once.

local M = {}
M.__index = M

---@param wake fun(token: table)
function M.new(wake) return setmetatable({ watched = {}, count = 0, wake = wake, readable = nil }, M) end

--- Wakes the token once the descriptor is readable.
function M:watch(network, descriptor, token)
  self.watched[descriptor] = token
  network:watch(descriptor)
  self.count = self.count + 1
end

--- Ends that; does nothing where the descriptor is not watched (any more).
function M:unwatch(network, descriptor)
  if not self.watched[descriptor] then return end
  self.watched[descriptor], self.count = nil, self.count - 1
  network:unwatch(descriptor)
end

--- After a step of the network. Where memory ends in between (the stack can't grow), the same one has its turn again in
--- the next step.
function M:drain(network)
  while self.count > 0 do
    self.readable = self.readable or network:readable()
    local readable = self.readable
    if not readable then return end
    if self.watched[readable] then
      self.wake(self.watched[readable])
      self.watched[readable], self.count = nil, self.count - 1
    end
    self.readable = nil
  end
end

return M
