-- Gives a study that was prepared its name and its version: from here on it is seen. All checks come before the first write.
-- KEYS: names, deleting, version, header, the header of the name's supposed holder, owner
-- ARGV: name, study, version, the supposed holder if its header was found missing, token of the owner
if redis.call('HGET', KEYS[6], 'token') ~= ARGV[5] then
  return {'fenced', ''}
end
local holder = redis.call('HGET', KEYS[1], ARGV[1])
local unfinished = redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 1
local known = redis.call('EXISTS', KEYS[3], KEYS[4]) == 2
if holder == ARGV[2] then
  if known and not unfinished then
    return {'kept', ''}
  end
elseif holder then
  -- A name whose study is gone is free.
  if holder ~= ARGV[4] or redis.call('EXISTS', KEYS[5]) == 1 then
    return {'taken', holder}
  end
end
if not known or not unfinished then
  return {'missing', ''}
end
redis.call('SET', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SREM', KEYS[2], ARGV[2])
return {'kept', ''}
