-- What is measured, and what its owner has set. Instants are RFC 3339 text in UTC with microseconds, so that they
-- sort and can be read; addresses are text in their canonical form (RFC 5952).

CREATE TABLE targets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice
  address TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  asn INTEGER,
  labels TEXT NOT NULL,            -- JSON array
  source TEXT NOT NULL,            -- static, asn, dns, api, discovery
  reason TEXT NOT NULL,
  priority INTEGER NOT NULL,       -- 0 lowest, 9 highest
  interval_seconds INTEGER NOT NULL,
  state TEXT NOT NULL,             -- active, paused
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  last_measurement_at TEXT,        -- NULL: never
  next_due_at TEXT NOT NULL        -- last measurement + interval; never measured: first_seen
) STRICT;

CREATE INDEX targets_by_state ON targets (state, id);
CREATE INDEX targets_by_due ON targets (state, next_due_at, id);

-- The labels again, the other way round: label -> targets.
CREATE TABLE target_labels (
  label TEXT NOT NULL,
  target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
  PRIMARY KEY (label, target_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX target_labels_by_target ON target_labels (target_id);

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,             -- JSON
  changed_at TEXT NOT NULL,
  changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  before TEXT,                     -- NULL: there was none
  after TEXT NOT NULL
) STRICT;

CREATE INDEX setting_changes_by_key ON setting_changes (key, id);
