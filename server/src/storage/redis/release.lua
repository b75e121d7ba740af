-- Ends an owner's tenure, unless it is another's by now. Nobody need wait for one that has ended as it should.
-- KEYS: owner, tenure
-- ARGV: token
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'redis')
  redis.call('UNLINK', KEYS[2])
end
return 1
