-- Adds to each counter what its amount says, and ends the lease. KEYS and ARGV as in take.lua.
local now = tonumber(ARGV[1])
-- Once: whoever does not know whether it was done asks again, and whoever does not know whether anything was taken asks, too.
if redis.call('DEL', KEYS[#KEYS]) == 0 then return {'done'} end
for i = 1, #KEYS - 1 do
  local key, at = KEYS[i], 4 * i
  local kind, max, amount = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]
  if kind == 'debt' then
    local kept = redis.call('HMGET', key, 'debt', 'at')
    local owed = 0
    if kept[1] then
      owed = math.max(0, tonumber(kept[1]) - math.max(0, now - tonumber(kept[2])) * max / 60000)
    end
    owed = math.max(0, owed + tonumber(amount))
    redis.call('HSET', key, 'debt', string.format('%.6f', owed), 'at', ARGV[1])
    redis.call('PEXPIRE', key, math.ceil(owed * 60000 / max) + 1000)
  elseif kind == 'sum' then
    -- One that is gone will begin with what the ledger says, which has this in it.
    if redis.call('EXISTS', key) == 1 then redis.call('INCRBY', key, amount) end
  else
    redis.call('ZREM', key, ARGV[2])
  end
end
return {'done'}
