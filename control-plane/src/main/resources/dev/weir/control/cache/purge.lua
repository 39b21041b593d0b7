-- A new epoch: no answer of the old one is found again. They go when their time is over.
-- KEYS: epoch
return {redis.call('incr', KEYS[1])}
