-- Begins a sum, unless it has begun. KEYS: the counter. ARGV: what was spent, how long to keep it in ms.
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
return {'done'}
