-- Claims a name for a new study and keeps its header. All checks come before the first write.
-- KEYS: names, deleting, version, header, the header of the name's supposed holder, owner, owner of the study
-- ARGV: name, study, header, the supposed holder if its header was found missing, token of the owner
if redis.call('HGET', KEYS[6], 'token') ~= ARGV[5] then
  return {'fenced', ''}
end
local holder = redis.call('HGET', KEYS[1], ARGV[1])
local deleting = redis.call('SISMEMBER', KEYS[2], ARGV[2])
local known = redis.call('EXISTS', KEYS[3], KEYS[4]) > 0
if holder == ARGV[2] then
  if known then
    return {'kept', ''}
  end
elseif holder then
  -- A name whose study is gone is free.
  if holder ~= ARGV[4] or redis.call('EXISTS', KEYS[5]) == 1 then
    return {'taken', holder}
  end
end
if known or deleting == 1 then
  return {'in_use', ''}
end
redis.call('SET', KEYS[3], '0')
redis.call('SET', KEYS[4], ARGV[3])
redis.call('SET', KEYS[7], ARGV[5])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return {'kept', ''}
