-- The jobs of the embedded queue. A lease is known by the job and its attempt, which every lease counts up.

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,             -- UUIDv7
  target_ip TEXT NOT NULL,
  target_name TEXT NOT NULL,
  target_type TEXT NOT NULL,
  kind TEXT NOT NULL,
  priority INTEGER NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at TEXT NOT NULL,
  not_before TEXT NOT NULL,
  attempt INTEGER NOT NULL,        -- leases so far
  measurement_id TEXT,             -- NULL: never leased
  state TEXT NOT NULL,             -- waiting, leased, dead
  lease_until TEXT,
  error TEXT,
  died_at TEXT
) STRICT, WITHOUT ROWID;

-- The same target and kind is queued once.
CREATE UNIQUE INDEX jobs_once ON jobs (target_ip, kind) WHERE state <> 'dead';
CREATE INDEX jobs_by_priority ON jobs (priority, not_before, id) WHERE state = 'waiting';
CREATE INDEX jobs_by_due ON jobs (not_before, id) WHERE state = 'waiting';
CREATE INDEX jobs_by_age ON jobs (created_at) WHERE state = 'waiting';
CREATE INDEX jobs_by_lease ON jobs (lease_until) WHERE state = 'leased';
CREATE INDEX jobs_by_death ON jobs (died_at, id) WHERE state = 'dead';
