-- Keeps an access token.
-- KEYS: owner, tokens
-- ARGV: token of the owner, id, record
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
