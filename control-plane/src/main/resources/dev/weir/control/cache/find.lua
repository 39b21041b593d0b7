-- The tenant's epoch, and the answer if it is of that epoch.
-- KEYS: epoch, answer
local epoch = redis.call('get', KEYS[1]) or '0'
local kept = redis.call('get', KEYS[2])
if not kept then
  return {epoch, ''}
end
local stop = string.find(kept, ':', 1, true)
if string.sub(kept, 1, stop - 1) ~= epoch then
  return {epoch, ''}
end
return {epoch, string.sub(kept, stop + 1)}
