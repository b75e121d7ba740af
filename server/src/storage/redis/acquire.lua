-- Makes a server the owner of all studies, unless another one is. How often that happened, and whose it is now, never
-- expires; only the sign that the owner lives does, and nothing but the wait for another owner depends on it.
-- KEYS: owner, tenure
-- ARGV: what no other owner has, milliseconds of a tenure, place, which Redis this is if another one may become the primary,
--       whether this server was the last owner or has waited for it
-- Answers with the new owner's token or nothing; with the place and the token of the owner there was; and whether that one
-- may still be on its way to a Redis that became the primary after it took over: it has what a failover may have lost.
local owned = redis.call('HMGET', KEYS[1], 'epoch', 'place', 'token', 'redis')
local place, token = owned[2] or '', owned[3] or ''
if ARGV[3] == '' or place ~= ARGV[3] then
  if redis.call('EXISTS', KEYS[2]) == 1 and ARGV[5] ~= token then
    return {'', place, token, 0}
  end
  if owned[4] and owned[4] ~= ARGV[4] and ARGV[5] == '' then
    return {'', place, token, 1}
  end
end
local epoch = string.format('%.0f', (tonumber(owned[1]) or 0) + 1)
local mine = epoch .. '-' .. ARGV[1]
redis.call('HSET', KEYS[1], 'epoch', epoch, 'token', mine, 'place', ARGV[3])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], 'redis', ARGV[4])
end
redis.call('SET', KEYS[2], mine, 'PX', ARGV[2])
return {mine, place, token, 0}
