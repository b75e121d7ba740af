-- Begins a study that nobody sees until it is published: it has no name, and it is marked as one that is deleted, so that what a
-- restore leaves that is cut short is swept away at the next start. All checks come before the first write.
-- KEYS: deleting, version, header, owner, owner of the study
-- ARGV: study, header, token of the owner
if redis.call('HGET', KEYS[4], 'token') ~= ARGV[3] then
  return 'fenced'
end
if redis.call('EXISTS', KEYS[2], KEYS[3]) > 0 or redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then
  return 'in_use'
end
redis.call('SET', KEYS[2], '0')
redis.call('SET', KEYS[3], ARGV[2])
redis.call('SET', KEYS[5], ARGV[3])
redis.call('SADD', KEYS[1], ARGV[1])
return 'kept'
