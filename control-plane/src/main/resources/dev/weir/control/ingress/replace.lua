-- What a name stands for from now on, if it is still its taker's; nothing for no time to live.
-- KEYS: name   ARGV: who took it and for what, what it stands for now, time to live in milliseconds
if redis.call('get', KEYS[1]) ~= ARGV[1] then
  return {0}
end
if ARGV[3] == '0' then
  redis.call('del', KEYS[1])
else
  redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
end
return {1}
