-- Removes a part of a deleted study, unless it is there again: a command of an owner that was succeeded may have been on its
-- way for long.
-- KEYS: owner, deleting, then what is to be removed...
-- ARGV: token of the owner, study, whether that is the last of it
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
if redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 0 then
  return 1
end
for i = 3, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
if ARGV[3] == '1' then
  redis.call('SREM', KEYS[2], ARGV[2])
end
return 1
