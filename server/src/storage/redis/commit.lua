-- Writes all of a commit or nothing. Scripts are not rolled back, so all that can fail is tried before the first write.
-- KEYS: version, header, trials, outputs, owner, lists of reports...
-- ARGV: expected version, next version, header or '', token of the owner,
--       number of trials, then (number, trial)...; number of outputs, then (number, output)...;
--       then (which list of reports, report)...
local function is(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == kind or found == 'none'
end

local kinds = {'string', 'string', 'hash', 'hash', 'string'}
for i, key in ipairs(KEYS) do
  if not is(key, kinds[i] or 'list') then
    return {'odd', key}
  end
end
local found = redis.call('GET', KEYS[1])
if not found then
  return {'missing', ''}
end
if redis.call('GET', KEYS[5]) ~= ARGV[4] then
  return {'fenced', ''}
end
if found ~= ARGV[1] then
  return {'conflict', found}
end

-- First a command that a Redis without memory refuses; what comes after it in the script is then let through.
redis.call('SET', KEYS[1], ARGV[2])
if ARGV[3] ~= '' then
  redis.call('SET', KEYS[2], ARGV[3])
end
local at = 5
for _, key in ipairs({KEYS[3], KEYS[4]}) do
  local count = tonumber(ARGV[at])
  for i = at + 1, at + 2 * count, 2 do
    redis.call('HSET', key, ARGV[i], ARGV[i + 1])
  end
  at = at + 2 * count + 1
end
for i = at, #ARGV, 2 do
  redis.call('RPUSH', KEYS[5 + tonumber(ARGV[i])], ARGV[i + 1])
end
return {'ok', ''}
