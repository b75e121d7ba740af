-- Removes an attachment with its content.
-- KEYS: attachments, bytes of all attachments, owner
-- ARGV: field, what the names of contents begin with, token of the owner
local found = redis.call('HGET', KEYS[1], ARGV[1])
if not found then
  return 0
end
if redis.call('GET', KEYS[3]) ~= ARGV[3] then
  return -2
end
local readable, record = pcall(cjson.decode, found)
local doc = readable and record.v == 1 and record.kind == 'attachment' and record.doc
if not doc then
  return -1
end
local bytes = tonumber(redis.call('GET', KEYS[2]) or '0') - doc.size
-- First what is let through without memory too, and with it all that comes after it in the script.
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], string.format('%.0f', bytes))
redis.call('UNLINK', ARGV[2] .. doc.content)
return 1
