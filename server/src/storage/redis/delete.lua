-- Makes a study disappear at once. What is left of it then, its trials' documents, is swept away after that, and
-- the study is marked until it is, so that a server that ends in between leaves nothing behind for ever.
-- KEYS: names, deleting, version, header, owner, owner of the study
-- ARGV: study, token of the owner
if redis.call('HGET', KEYS[5], 'token') ~= ARGV[2] then
  return -1
end
local names = redis.call('HGETALL', KEYS[1])
local marked = redis.call('SISMEMBER', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[3], KEYS[4]) == 0 and marked == 0 then
  return 0
end
redis.call('SADD', KEYS[2], ARGV[1])
for i = 1, #names, 2 do
  if names[i + 1] == ARGV[1] then
    redis.call('HDEL', KEYS[1], names[i])
  end
end
redis.call('UNLINK', KEYS[3], KEYS[4], KEYS[6])
return 1
