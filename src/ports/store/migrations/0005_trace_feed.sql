-- The traces in the order in which they were stored: the graph follows it. A position is never given twice; the last
-- row stays, whatever is removed.
CREATE TABLE trace_feed (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  measurement_id TEXT NOT NULL
) STRICT;

INSERT INTO trace_feed (measurement_id) SELECT id FROM measurements WHERE path_id IS NOT NULL ORDER BY id;
