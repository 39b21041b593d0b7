-- What was told since: for each item where it stands, who told it, what it is.
-- KEYS: news   ARGV: how far was heard, items at most
local flat = {}
local read = redis.call('xread', 'count', ARGV[2], 'streams', KEYS[1], ARGV[1])
if read then
  for _, entry in ipairs(read[1][2]) do
    table.insert(flat, entry[1])
    table.insert(flat, entry[2][2])
    table.insert(flat, entry[2][4])
  end
end
return flat
