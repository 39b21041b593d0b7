-- Takes a name if it is free; else tells what is there.
-- KEYS: name   ARGV: who takes it and for what, time to live in milliseconds
if redis.call('set', KEYS[1], ARGV[1], 'nx', 'px', ARGV[2]) then
  return {''}
end
return {redis.call('get', KEYS[1])}
