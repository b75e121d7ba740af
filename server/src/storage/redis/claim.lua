-- Has studies take writes of their new owner only. Whoever was paused and has missed that is refused from here on.
-- KEYS: owner, then (version, owner of the study)...
-- ARGV: token
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
for i = 2, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('SET', KEYS[i + 1], ARGV[1])
  end
end
return 1
