-- Lets leases live on that are still there. KEYS: a counter for each lease. ARGV: the new end, then a lease id for each.
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, 'XX', ARGV[1], ARGV[i + 1])
  redis.call('PEXPIRE', key, 3600000)
end
return {'done'}
