-- Keeps an attachment, or refuses it. All but the last piece of its content was put beside it before, piece by piece, so
-- that no command is large; whatever the answer is but `kept`, nothing is left of it. All checks come before the first write.
-- KEYS: version, attachments, bytes of all attachments, uploads, content, owner
-- ARGV: field, record, size, most attachments, most bytes, length of what is there already, last piece,
--       what the names of contents begin with, upload, token of the owner
local function refuse(...)
  redis.call('UNLINK', KEYS[5])
  redis.call('SREM', KEYS[4], ARGV[9])
  return {...}
end

if redis.call('EXISTS', KEYS[1]) == 0 then
  return refuse('missing', '', '')
end
if redis.call('GET', KEYS[6]) ~= ARGV[10] then
  return refuse('fenced', '', '')
end
-- Another server that has just started took it for a rest of one that ended.
if redis.call('STRLEN', KEYS[5]) ~= tonumber(ARGV[6]) then
  return refuse('lost', '', '')
end
local replaced = redis.call('HGET', KEYS[2], ARGV[1])
local old = {size = 0}
if replaced then
  local readable, record = pcall(cjson.decode, replaced)
  if not readable or record.v ~= 1 or record.kind ~= 'attachment' then
    return refuse('odd', '', '')
  end
  old = record.doc
end
local count = redis.call('HLEN', KEYS[2]) + (replaced and 0 or 1)
local bytes = tonumber(redis.call('GET', KEYS[3]) or '0') - old.size + tonumber(ARGV[3])
if count > tonumber(ARGV[4]) or bytes > tonumber(ARGV[5]) then
  return refuse('full', string.format('%.0f', count), string.format('%.0f', bytes))
end

-- First a command that a Redis without memory refuses; what comes after it in the script is then let through.
redis.call('APPEND', KEYS[5], ARGV[7])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('SET', KEYS[3], string.format('%.0f', bytes))
redis.call('SREM', KEYS[4], ARGV[9])
if old.content then
  redis.call('UNLINK', ARGV[8] .. old.content)
end
return {'kept', '', ''}
