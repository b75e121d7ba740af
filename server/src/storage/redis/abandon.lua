-- Removes what was put of a content that is in no record. One that was kept meanwhile is no upload any more.
-- KEYS: uploads, content
-- ARGV: upload
if redis.call('SREM', KEYS[1], ARGV[1]) == 1 then
  redis.call('UNLINK', KEYS[2])
end
return 1
