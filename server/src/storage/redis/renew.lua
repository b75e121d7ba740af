-- Shows that the owner lives, also after it was thought dead, if nobody has taken over.
-- KEYS: owner, tenure
-- ARGV: token, milliseconds of a tenure
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
-- What is there is kept there by a Redis without memory too.
if redis.call('PEXPIRE', KEYS[2], ARGV[2]) == 0 then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
end
return 1
