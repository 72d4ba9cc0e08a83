-- The operations of the job queue, each whole or not at all: Redis runs a script without anything in between.
-- ARGV: the prefix of all keys (P), the operation, then its own arguments. There are no KEYS, as which ones are touched
-- shows on the way; an access control list is asked about each of those. Instants are microseconds since 1970 and come
-- from the caller; they go through as text, as a number of Lua would lose digits when it is written.
--
--   P:queue:job:ID   hash: body, target, priority, created_at, not_before, attempt, measurement_id, error
--   P:queue:due:N    waiting jobs of priority N by when they are due
--   P:queue:age      all waiting jobs by when they were made
--   P:queue:leases   leased jobs by when their lease ends
--   P:queue:dead     dead jobs by when they died
--   P:queue:queued   target and kind -> the job that waits or is leased for them
--   P:queue:given    how many leases were given, for the one in ten that goes to the oldest
--   P:targets        list: tasks that others push
--   P:rejected       list: those that were refused, with the reason

local prefix = table.remove(ARGV, 1)
local age, leases, dead = prefix .. ':queue:age', prefix .. ':queue:leases', prefix .. ':queue:dead'
local queued, given = prefix .. ':queue:queued', prefix .. ':queue:given'
local targets, rejected = prefix .. ':targets', prefix .. ':rejected'
local highest = 9

local function job_key(id) return prefix .. ':queue:job:' .. id end
local function due_key(priority) return prefix .. ':queue:due:' .. priority end

local function fields_of(id)
  local job = redis.call('HMGET', job_key(id), 'body', 'priority', 'not_before', 'attempt', 'measurement_id')
  return {id, job[1] or '', job[2] or '', job[3] or '', job[4] or '', job[5] or ''}
end

-- Puts a job that exists among the waiting ones.
local function wait(id, not_before)
  local job = redis.call('HMGET', job_key(id), 'priority', 'created_at')
  redis.call('HSET', job_key(id), 'not_before', not_before)
  redis.call('ZADD', due_key(job[1]), not_before, id)
  redis.call('ZADD', age, job[2], id)
end

local function no_longer_wait(id, priority)
  redis.call('ZREM', due_key(priority), id)
  redis.call('ZREM', age, id)
end

local function forget(id) redis.call('DEL', job_key(id)) end

local function trim_dead(most)
  local surplus = redis.call('ZCARD', dead) - tonumber(most)
  if surplus <= 0 then return end
  local oldest = redis.call('ZPOPMIN', dead, math.min(surplus, 1000))
  for i = 1, #oldest, 2 do forget(oldest[i]) end
end

local function no_longer_queued(id)
  local target = redis.call('HGET', job_key(id), 'target')
  if target then redis.call('HDEL', queued, target) end
end

-- Of a leased job.
local function bury(id, now, reason, most)
  redis.call('ZREM', leases, id)
  no_longer_queued(id)
  redis.call('HSET', job_key(id), 'error', reason)
  redis.call('ZADD', dead, now, id)
  trim_dead(most)
end

-- A lease is known by its job and the attempt, which every lease counts up.
local function holds(id, attempt)
  return redis.call('ZSCORE', leases, id) and redis.call('HGET', job_key(id), 'attempt') == attempt
end

local function raise_priority(id, priority)
  local before = redis.call('HGET', job_key(id), 'priority')
  if tonumber(priority) <= tonumber(before) then return end
  redis.call('HSET', job_key(id), 'priority', priority)
  local due = redis.call('ZSCORE', due_key(before), id)
  if not due then return end
  redis.call('ZREM', due_key(before), id)
  redis.call('ZADD', due_key(priority), redis.call('HGET', job_key(id), 'not_before'), id)
end

local function is_full(most) return redis.call('ZCARD', age) >= tonumber(most) end

local function enqueue(id, target, priority, not_before, created_at, body, most_waiting)
  local known = redis.call('HGET', queued, target)
  if known and redis.call('EXISTS', job_key(known)) == 1 then
    raise_priority(known, priority)
    return 'repeated'
  end
  if redis.call('EXISTS', job_key(id)) == 1 then return 'known' end
  if is_full(most_waiting) then return 'full' end
  redis.call('HSET', job_key(id), 'body', body, 'target', target, 'priority', priority, 'created_at', created_at,
             'attempt', 0)
  redis.call('HSET', queued, target, id)
  wait(id, not_before)
  return 'added'
end

-- The due jobs of each priority, read when they are first wanted: nothing is added while a script runs.
local function due_jobs(now, most)
  local lists = {}
  local function list_of(priority)
    if not lists[priority] then
      local found = redis.call('ZRANGEBYSCORE', due_key(priority), '-inf', now, 'WITHSCORES', 'LIMIT', 0, most)
      lists[priority] = {found = found, at = 1}
    end
    return lists[priority]
  end
  local function take(list)
    local id = list.found[list.at]
    list.at = list.at + 2
    return id
  end
  local function take_highest()
    for priority = highest, 0, -1 do
      local list = list_of(priority)
      if list.found[list.at] then return take(list), priority end
    end
  end
  -- Equal instants go by the id, as they do within a priority.
  local function take_oldest()
    local oldest, its_priority
    for priority = highest, 0, -1 do
      local list = list_of(priority)
      local id, due = list.found[list.at], tonumber(list.found[list.at + 1])
      if id and (not oldest or due < oldest.due or (due == oldest.due and id < oldest.id)) then
        oldest, its_priority = {id = id, due = due}, priority
      end
    end
    if oldest then return take(list_of(its_priority)), its_priority end
  end
  return take_highest, take_oldest
end

local operations = {}

operations.enqueue = enqueue

-- 1. Every tenth job leased is the one that has been due the longest, whatever its priority.
-- 2. The others are those of the highest priority, the longest due first among equals.
-- Each of the ids is the measurement of one job that has none yet.
function operations.lease(now, ends, most, ...)
  local fresh, taken = {...}, {}
  local count = tonumber(redis.call('GET', given) or 0)
  local take_highest, take_oldest = due_jobs(now, most)
  while #taken < tonumber(most) do
    local take = (count + #taken + 1) % 10 == 0 and take_oldest or take_highest
    local id, priority = take()
    if not id then break end
    no_longer_wait(id, priority)
    local job = fields_of(id)
    if job[5] ~= '' then
      job[5] = tostring(tonumber(job[5]) + 1)
      if job[6] == '' then job[6] = fresh[#taken + 1] end
      redis.call('HSET', job_key(id), 'attempt', job[5], 'measurement_id', job[6])
      redis.call('ZADD', leases, ends, id)
      taken[#taken + 1] = job
    end
  end
  if #taken > 0 then redis.call('INCRBY', given, #taken) end
  return {redis.call('LLEN', targets), taken}
end

function operations.acknowledge(id, attempt)
  if not holds(id, attempt) then return 0 end
  redis.call('ZREM', leases, id)
  no_longer_queued(id)
  forget(id)
  return 1
end

function operations.back_off(id, attempt, not_before)
  if not holds(id, attempt) then return 0 end
  redis.call('ZREM', leases, id)
  wait(id, not_before)
  return 1
end

function operations.bury(id, attempt, now, reason, most_dead)
  if not holds(id, attempt) then return 0 end
  bury(id, now, reason, most_dead)
  return 1
end

-- As if the lease had not been taken.
function operations.give_back(id, attempt, not_before)
  if not holds(id, attempt) then return 0 end
  redis.call('ZREM', leases, id)
  redis.call('HINCRBY', job_key(id), 'attempt', -1)
  wait(id, not_before)
  return 1
end

function operations.reap(now, most_attempts, reason, most_dead, most)
  local ended = redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, most)
  for _, id in ipairs(ended) do
    local attempt = redis.call('HGET', job_key(id), 'attempt')
    if not attempt then
      redis.call('ZREM', leases, id)
    elseif tonumber(attempt) >= tonumber(most_attempts) then
      bury(id, now, reason, most_dead)
    else
      redis.call('ZREM', leases, id)
      wait(id, now)
    end
  end
  return #ended
end

function operations.next_due()
  local least
  for priority = 0, highest do
    local first = redis.call('ZRANGE', due_key(priority), 0, 0, 'WITHSCORES')
    if first[2] and (not least or tonumber(first[2]) < tonumber(least)) then least = first[2] end
  end
  return least
end

function operations.status()
  local oldest = redis.call('ZRANGE', age, 0, 0, 'WITHSCORES')
  return {redis.call('ZCARD', age), redis.call('ZCARD', leases), redis.call('ZCARD', dead), oldest[2] or false,
          redis.call('LLEN', targets), redis.call('LLEN', rejected)}
end

function operations.peek(most)
  local jobs = {}
  for priority = highest, 0, -1 do
    if #jobs >= tonumber(most) then break end
    for _, id in ipairs(redis.call('ZRANGE', due_key(priority), 0, tonumber(most) - #jobs - 1)) do
      jobs[#jobs + 1] = fields_of(id)
    end
  end
  return jobs
end

function operations.dead(most)
  local jobs = {}
  local found = redis.call('ZREVRANGE', dead, 0, tonumber(most) - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    local job = fields_of(found[i])
    job[7], job[8] = redis.call('HGET', job_key(found[i]), 'error') or '', found[i + 1]
    jobs[#jobs + 1] = job
  end
  return jobs
end

function operations.retry(id, now, most_waiting)
  if not redis.call('ZSCORE', dead, id) then return 'missing' end
  local target = redis.call('HGET', job_key(id), 'target')
  if not target then return 'missing' end
  if redis.call('HEXISTS', queued, target) == 1 then
    redis.call('ZREM', dead, id)
    forget(id)
    return 'repeated'
  end
  if is_full(most_waiting) then return 'full' end
  redis.call('ZREM', dead, id)
  redis.call('HSET', job_key(id), 'attempt', 0)
  redis.call('HDEL', job_key(id), 'error')
  redis.call('HSET', queued, target, id)
  wait(id, now)
  return 'added'
end

function operations.drop(id)
  if redis.call('ZSCORE', leases, id) then return 'leased' end
  if redis.call('ZREM', dead, id) == 0 then
    if not redis.call('ZSCORE', age, id) then return 'missing' end
    no_longer_wait(id, redis.call('HGET', job_key(id), 'priority'))
    no_longer_queued(id)
  end
  forget(id)
  return 'dropped'
end

-- What is kept of a task is text of one line, whatever its bytes were.
local function reject(task, reason, now, most)
  local readable = string.gsub(string.sub(task, 1, 1000), '[^ -~]', '?')
  redis.call('RPUSH', rejected, cjson.encode({task = readable, reason = reason, rejected_at = now}))
  redis.call('LTRIM', rejected, -tonumber(most), -1)
end

-- The first tasks of the inbox, as they stand there. What is too long to be one is put aside and not handed out.
function operations.read_inbox(most, longest, reason, now, most_rejected)
  local tasks = {}
  while #tasks < tonumber(most) do
    local task = redis.call('LINDEX', targets, #tasks)
    if not task then break end
    if #task > tonumber(longest) then
      if #tasks > 0 then break end
      redis.call('LPOP', targets)
      reject(task, reason, now, most_rejected)
    else
      tasks[#tasks + 1] = task
    end
  end
  return tasks
end

-- Makes a job of the task, if that is still the first one: somebody else may have been faster.
function operations.accept(task, ...)
  if redis.call('LINDEX', targets, 0) ~= task then return 'gone' end
  local enqueued = enqueue(...)
  if enqueued ~= 'full' then redis.call('LPOP', targets) end
  return enqueued
end

function operations.reject(task, reason, now, most_rejected)
  if redis.call('LINDEX', targets, 0) ~= task then return 'gone' end
  redis.call('LPOP', targets)
  reject(task, reason, now, most_rejected)
  return 'rejected'
end

-- Refuses what is beyond the bound of the inbox, the last that came first: how many that were.
function operations.trim_inbox(most, at_once, reason, now, most_rejected)
  local surplus = math.min(redis.call('LLEN', targets) - tonumber(most), tonumber(at_once))
  for _ = 1, surplus do reject(redis.call('RPOP', targets), reason, now, most_rejected) end
  return math.max(surplus, 0)
end

local operation = table.remove(ARGV, 1)
return operations[operation](unpack(ARGV))
