-- Measurements refer to paths; what a path means is said once per path (path_annotations), never per measurement.

-- The hop addresses of a trace, in order, stored once.
CREATE TABLE paths (
  path_id bigint PRIMARY KEY,      -- 64-bit hash of the other columns
  first_ttl smallint NOT NULL,
  reached boolean NOT NULL,        -- the last answer is the destination's own
  addresses inet[] NOT NULL,       -- NULL = silent hop
  hop_count smallint NOT NULL,
  first_seen timestamptz NOT NULL
);

-- A partition a week, by the time in the id. A measurement is never changed, and no foreign key is checked for each:
-- its path is stored in the same transaction, and only what has no measurement left may go.
CREATE TABLE measurements (
  id uuid PRIMARY KEY,             -- version 7: sorts by time
  kind text NOT NULL,              -- trace, ping, mtr
  vantage text NOT NULL,
  target text NOT NULL,
  address inet NOT NULL,
  prober text NOT NULL,
  method text NOT NULL,            -- icmp, udp, tcp
  port integer,
  flow integer NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  status text NOT NULL,
  stop_reason text NOT NULL,
  probes_sent integer NOT NULL,
  hop_count smallint NOT NULL,
  rtt_us integer,                  -- of the destination's first answer; NULL: not reached
  path_id bigint,                  -- NULL: a ping, or no hop at all
  rtts integer[] NOT NULL,         -- microseconds per hop, NULL = silent hop
  detail json NOT NULL,            -- whatever the path and the RTTs do not say of the replies; half as long as jsonb
  reached boolean GENERATED ALWAYS AS (status = 'reached') STORED
) PARTITION BY RANGE (id);

CREATE INDEX measurements_by_address ON measurements (address, id);
CREATE INDEX measurements_by_kind ON measurements (kind, id);
CREATE INDEX measurements_by_status ON measurements (status, id);
CREATE INDEX measurements_by_path ON measurements (path_id, id);

-- For ids of no likely time, and for latecomers of a week that was dropped.
CREATE TABLE measurements_other PARTITION OF measurements DEFAULT;

-- The bound between the ids of before that instant and those from it on.
CREATE FUNCTION measurement_id_from(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Makes the partition that holds the ids of that instant. The functions run as their owner, so that those who may
-- only write can have a partition and not a table.
CREATE FUNCTION add_measurement_partition(at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $body$
DECLARE
  week timestamp := date_trunc('week', at AT TIME ZONE 'UTC');
  partition text := 'measurements_' || to_char(week, 'YYYY_MM_DD');
BEGIN
  IF at < '2000-01-01Z' OR at >= '2100-01-01Z' OR to_regclass(partition) IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(1668905825);
  IF to_regclass(partition) IS NOT NULL THEN
    RETURN;
  END IF;
  -- Made apart and then attached, which stops nobody from reading and writing the others.
  EXECUTE format('CREATE TABLE %I (LIKE measurements INCLUDING ALL)', partition);
  EXECUTE format('ALTER TABLE measurements ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
                 measurement_id_from(week AT TIME ZONE 'UTC'),
                 measurement_id_from((week + interval '7 days') AT TIME ZONE 'UTC'));
EXCEPTION WHEN check_violation THEN
  -- Latecomers of that week are in the other partition already: there the rest goes too.
  RETURN;
END
$body$;

-- Drops the oldest partition that ends by that instant, and returns how many measurements went with it; NULL when there
-- is none. It rather fails than keeps readers waiting behind it.
CREATE FUNCTION drop_measurement_partition(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET lock_timeout = '3s' AS $body$
DECLARE
  partition text;
  held bigint;
BEGIN
  SELECT c.relname INTO partition FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'measurements'::regclass AND c.relname ~ '^measurements_\d{4}_\d\d_\d\d$'
    AND (to_date(right(c.relname, 10), 'YYYY_MM_DD') + 7)::timestamp AT TIME ZONE 'UTC' <= before
  ORDER BY c.relname LIMIT 1;
  IF partition IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT count(*) FROM %I', partition) INTO held;
  EXECUTE format('DROP TABLE %I', partition);
  UPDATE row_counts SET row_count = row_count - held WHERE table_name = 'measurements';
  RETURN held;
END
$body$;

-- Whoever may write to the table is granted these (deploy/postgresql/roles.sql); nobody else is.
REVOKE ALL ON FUNCTION add_measurement_partition, drop_measurement_partition FROM PUBLIC;

-- The AS path of a path, with its hop owners and links. A row holds from valid_from until the next one.
CREATE TABLE path_annotations (
  path_id bigint NOT NULL REFERENCES paths (path_id),
  valid_from timestamptz NOT NULL,
  annotation jsonb NOT NULL,
  PRIMARY KEY (path_id, valid_from)
);

CREATE INDEX path_annotations_by_network ON path_annotations USING gin ((annotation -> 'networks') jsonb_path_ops);

-- The time during which one target kept one path, as one vantage saw it with one method and flow.
CREATE TABLE path_epochs (
  vantage text NOT NULL,
  address inet NOT NULL,
  method text NOT NULL,
  flow integer NOT NULL,
  first_seen timestamptz NOT NULL,
  path_id bigint NOT NULL REFERENCES paths (path_id),
  last_seen timestamptz NOT NULL,
  measurement_count bigint NOT NULL,
  PRIMARY KEY (address, vantage, method, flow, first_seen, path_id)
);

-- How many rows the big tables have: counting them would read them.
CREATE TABLE row_counts (
  table_name text PRIMARY KEY,
  row_count bigint NOT NULL
);

INSERT INTO row_counts (table_name, row_count) VALUES ('measurements', 0);
