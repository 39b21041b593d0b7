-- Keeps an answer, unless the tenant's answers were forgotten while it was being made.
-- KEYS: epoch, answer   ARGV: epoch when it was asked, time to live in milliseconds, answer
if (redis.call('get', KEYS[1]) or '0') ~= ARGV[1] then
  return {0}
end
redis.call('set', KEYS[2], ARGV[1] .. ':' .. ARGV[3], 'px', ARGV[2])
return {1}
