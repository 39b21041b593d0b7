-- Takes an amount from each counter, or nothing from any.
-- KEYS: a counter for each claim, and last the reservation, under which is noted that it was taken.
-- ARGV: now, lease id, lease end; then for each claim its kind, limit, amount and end of period.
-- Answers {"taken", left...}, {"short", index, left, wait in ms} or {"unseeded", index...}; indices count from 0.
local now = tonumber(ARGV[1])
local counters = #KEYS - 1

local function debt(key, max)
  local kept = redis.call('HMGET', key, 'debt', 'at')
  if not kept[1] then return 0 end
  return math.max(0, tonumber(kept[1]) - math.max(0, now - tonumber(kept[2])) * max / 60000)
end

local function whole(number)
  return string.format('%.0f', number)
end

-- Nothing is written before all is known to be writable: what a script has written stays when it fails.
local unseeded, answer, owed, expiry = {'unseeded'}, {'taken'}, {}, {}
for i = 1, counters do
  local key, at = KEYS[i], 4 * i
  local kind, max, amount = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  if amount < 0 then return redis.error_reply('a request wants at least nothing: ' .. ARGV[at + 2]) end
  if kind == 'debt' then
    local before = debt(key, max)
    local left = max - before - amount
    if left < 0 then
      return {'short', whole(i - 1), whole(math.floor(left + amount)), whole(math.ceil(-left * 60000 / max))}
    end
    owed[i] = before + amount
    expiry[i] = math.ceil(owed[i] * 60000 / max) + 1000
    answer[i + 1] = whole(math.floor(left))
  elseif kind == 'sum' then
    local spent = redis.call('GET', key)
    if not spent then
      unseeded[#unseeded + 1] = whole(i - 1)
    else
      local left = max - tonumber(spent) - amount
      if left < 0 then
        return {'short', whole(i - 1), whole(left + amount), whole(tonumber(ARGV[at + 3]) - now)}
      end
      answer[i + 1] = whole(left)
    end
  else
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    local held = redis.call('ZCARD', key)
    if held >= max then return {'short', whole(i - 1), '0', '1000'} end
    answer[i + 1] = whole(max - held - 1)
  end
end
if #unseeded > 1 then return unseeded end

for i = 1, counters do
  local key, at = KEYS[i], 4 * i
  local kind = ARGV[at]
  if kind == 'debt' then
    redis.call('HSET', key, 'debt', string.format('%.6f', owed[i]), 'at', ARGV[1])
    redis.call('PEXPIRE', key, expiry[i])
  elseif kind == 'sum' then
    redis.call('INCRBY', key, ARGV[at + 2])
  else
    redis.call('ZADD', key, ARGV[3], ARGV[2])
    redis.call('PEXPIRE', key, 3600000)
  end
end
-- Until it is put right; a day, for one that never is.
redis.call('SET', KEYS[#KEYS], '', 'PX', 86400000)
return answer
