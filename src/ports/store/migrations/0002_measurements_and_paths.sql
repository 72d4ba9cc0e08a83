-- Measurements refer to paths; what a path means is said once per path (path_annotations), never per measurement.

-- The hop addresses of a trace, in order, stored once.
CREATE TABLE paths (
  path_id INTEGER PRIMARY KEY,     -- 64-bit hash of the other columns
  first_ttl INTEGER NOT NULL,
  reached INTEGER NOT NULL,        -- 1: the last answer is the destination's own
  addresses TEXT NOT NULL,         -- JSON array, null = silent hop
  hop_count INTEGER NOT NULL,
  first_seen TEXT NOT NULL
) STRICT;

CREATE TABLE measurements (
  id TEXT PRIMARY KEY,             -- UUIDv7: sorts by time
  kind TEXT NOT NULL,              -- trace, ping, mtr
  vantage TEXT NOT NULL,
  target TEXT NOT NULL,
  address TEXT NOT NULL,
  prober TEXT NOT NULL,
  method TEXT NOT NULL,            -- icmp, udp, tcp
  port INTEGER,
  flow INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  status TEXT NOT NULL,
  stop_reason TEXT NOT NULL,
  probes_sent INTEGER NOT NULL,
  hop_count INTEGER NOT NULL,
  rtt_us INTEGER,                  -- of the destination's first answer; NULL: not reached
  path_id INTEGER REFERENCES paths (path_id),  -- NULL: a ping, or no hop at all
  rtts TEXT NOT NULL,              -- JSON array: microseconds per hop, null = silent hop
  detail TEXT NOT NULL,            -- JSON: whatever the path and the RTTs do not say of the replies
  reached INTEGER GENERATED ALWAYS AS (status = 'reached') VIRTUAL
) STRICT, WITHOUT ROWID;

CREATE INDEX measurements_by_address ON measurements (address, id);
CREATE INDEX measurements_by_kind ON measurements (kind, id);
CREATE INDEX measurements_by_status ON measurements (status, id);

-- The AS path of a path, with its hop owners and links. A row holds from valid_from until the next one.
CREATE TABLE path_annotations (
  path_id INTEGER NOT NULL REFERENCES paths (path_id),
  valid_from TEXT NOT NULL,
  annotation TEXT NOT NULL,        -- JSON
  PRIMARY KEY (path_id, valid_from)
) STRICT, WITHOUT ROWID;

-- The time during which one target kept one path, as one vantage saw it with one method and flow.
CREATE TABLE path_epochs (
  vantage TEXT NOT NULL,
  address TEXT NOT NULL,
  method TEXT NOT NULL,
  flow INTEGER NOT NULL,
  first_seen TEXT NOT NULL,
  path_id INTEGER NOT NULL REFERENCES paths (path_id),
  last_seen TEXT NOT NULL,
  measurement_count INTEGER NOT NULL,
  PRIMARY KEY (address, vantage, method, flow, first_seen, path_id)
) STRICT, WITHOUT ROWID;

-- How many rows the big tables have: counting them would read them.
CREATE TABLE row_counts (
  table_name TEXT PRIMARY KEY,
  row_count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO row_counts (table_name, row_count) VALUES ('measurements', 0);
