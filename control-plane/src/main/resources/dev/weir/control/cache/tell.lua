-- Tells all replicas something, unless its tenant was purged after it was begun.
-- KEYS: news, when tenants were purged   ARGV: tenant, how far the teller had heard when it began, teller, item, items kept, 1 for a purge
local purge = ARGV[6] == '1'
local purged = redis.call('hget', KEYS[2], ARGV[1])
if purged and not purge then
  local at, within = string.match(purged, '^(%d+)-(%d+)$')
  local heardAt, heardWithin = string.match(ARGV[2], '^(%d+)-(%d+)$')
  if tonumber(at) > tonumber(heardAt) or (at == heardAt and tonumber(within) > tonumber(heardWithin)) then
    return {''}
  end
end
local id = redis.call('xadd', KEYS[1], 'maxlen', '~', ARGV[5], '*', 'by', ARGV[3], 'item', ARGV[4])
if purge then
  redis.call('hset', KEYS[2], ARGV[1], id)
end
return {id}
