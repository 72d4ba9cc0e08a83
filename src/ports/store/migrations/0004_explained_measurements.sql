-- What the complete engine and the tools tell beside the replies, why each measurement was made, and who was not
-- measured. A column that has nothing to say is NULL, so that ordinary rows stay as small as they were.

ALTER TABLE measurements ADD COLUMN source TEXT;         -- local address that the probes left from
ALTER TABLE measurements ADD COLUMN dscp INTEGER;        -- NULL: 0
ALTER TABLE measurements ADD COLUMN path_mtu TEXT;       -- JSON
ALTER TABLE measurements ADD COLUMN graph TEXT;          -- JSON: interfaces and links of a multipath trace
ALTER TABLE measurements ADD COLUMN raw_output BLOB;     -- as an external tool printed it
ALTER TABLE measurements ADD COLUMN job_source TEXT;     -- who asked
ALTER TABLE measurements ADD COLUMN job_reason TEXT;
ALTER TABLE measurements ADD COLUMN job_rate_limit_per_minute INTEGER;       -- budget of the worker that ran it
ALTER TABLE measurements ADD COLUMN job_max_concurrent_traceroutes INTEGER;

ALTER TABLE targets ADD COLUMN kind TEXT NOT NULL DEFAULT 'trace';
ALTER TABLE targets ADD COLUMN prober TEXT NOT NULL DEFAULT '';              -- empty: the node's own order
ALTER TABLE targets ADD COLUMN method TEXT NOT NULL DEFAULT 'icmp';
ALTER TABLE targets ADD COLUMN port INTEGER;
ALTER TABLE targets ADD COLUMN multipath INTEGER NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN mtu_search INTEGER NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN dscp INTEGER NOT NULL DEFAULT 0;

-- What was asked for and not probed, one row an address and reason. The id grows with every refusal, so the order
-- of the ids is that of the last refusals.
CREATE TABLE refused_probes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL,
  reason TEXT NOT NULL,            -- excluded, special_use, opted_out, …
  detail TEXT NOT NULL,
  source TEXT NOT NULL,            -- who asked last
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  refused_count INTEGER NOT NULL,
  UNIQUE (address, reason)
) STRICT;

INSERT INTO row_counts (table_name, row_count) VALUES ('refused_probes', 0);
