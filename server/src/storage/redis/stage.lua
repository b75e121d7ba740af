-- Puts a piece of a content where nobody looks yet.
-- KEYS: owner of the study, uploads, content
-- ARGV: token, upload, piece
local owner = redis.call('GET', KEYS[1])
-- That a study is not there is for the script that keeps the content to say.
if owner and owner ~= ARGV[1] then
  return 0
end
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('APPEND', KEYS[3], ARGV[3])
return 1
