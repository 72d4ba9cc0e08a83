-- The jobs of the embedded queue. A lease is known by the job and its attempt, which every lease counts up.

CREATE TABLE jobs (
  id uuid PRIMARY KEY,             -- version 7
  target_ip inet NOT NULL,
  target_name text NOT NULL,
  target_type text NOT NULL,
  kind text NOT NULL,
  priority smallint NOT NULL,
  source text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL,
  not_before timestamptz NOT NULL,
  attempt integer NOT NULL,        -- leases so far
  measurement_id uuid,             -- NULL: never leased
  state text NOT NULL,             -- waiting, leased, dead
  lease_until timestamptz,
  error text,
  died_at timestamptz
);

-- The same target and kind is queued once.
CREATE UNIQUE INDEX jobs_once ON jobs (target_ip, kind) WHERE state <> 'dead';
CREATE INDEX jobs_by_priority ON jobs (priority, not_before, id) WHERE state = 'waiting';
CREATE INDEX jobs_by_due ON jobs (not_before, id) WHERE state = 'waiting';
CREATE INDEX jobs_by_age ON jobs (created_at) WHERE state = 'waiting';
CREATE INDEX jobs_by_lease ON jobs (lease_until) WHERE state = 'leased';
CREATE INDEX jobs_by_death ON jobs (died_at, id) WHERE state = 'dead';
