-- Takes an amount from each counter, or nothing from any.
-- KEYS: a counter for each claim. ARGV: now, lease id, lease end; then for each claim its kind, limit, amount and end of period.
-- Answers {"taken", left...}, {"short", index, left, wait in ms} or {"unseeded", index...}; indices count from 0.
local now = tonumber(ARGV[1])

local function debt(key, max)
  local kept = redis.call('HMGET', key, 'debt', 'at')
  if not kept[1] then return 0 end
  return math.max(0, tonumber(kept[1]) - math.max(0, now - tonumber(kept[2])) * max / 60000)
end

local function whole(number)
  return string.format('%.0f', number)
end

local unseeded, answer = {'unseeded'}, {'taken'}
for i, key in ipairs(KEYS) do
  local at = 4 * i
  local kind, max, amount = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  if kind == 'debt' then
    local left = max - debt(key, max) - amount
    if left < 0 then
      return {'short', whole(i - 1), whole(math.floor(left + amount)), whole(math.ceil(-left * 60000 / max))}
    end
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

for i, key in ipairs(KEYS) do
  local at = 4 * i
  local kind, max = ARGV[at], tonumber(ARGV[at + 1])
  if kind == 'debt' then
    local owed = debt(key, max) + tonumber(ARGV[at + 2])
    redis.call('HSET', key, 'debt', string.format('%.6f', owed), 'at', ARGV[1])
    redis.call('PEXPIRE', key, math.ceil(owed * 60000 / max) + 1000)
  elseif kind == 'sum' then
    redis.call('INCRBY', key, ARGV[at + 2])
  else
    redis.call('ZADD', key, ARGV[3], ARGV[2])
    redis.call('PEXPIRE', key, 3600000)
  end
end
return answer
