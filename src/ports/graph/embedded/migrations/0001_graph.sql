-- The graph of networks as its projection left it; NULL is unknown. Nothing here cannot be made again from the store.

CREATE TABLE graph_cursor (
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO graph_cursor (name, position) VALUES ('store', 0);

CREATE TABLE graph_networks (
  asn INTEGER PRIMARY KEY,
  org_name TEXT,
  country TEXT,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL
) STRICT;

CREATE TABLE graph_exchanges (
  ixp_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE graph_origins (
  asn INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  PRIMARY KEY (asn, prefix)
) STRICT, WITHOUT ROWID;

CREATE INDEX graph_origins_by_prefix ON graph_origins (prefix);

CREATE TABLE graph_memberships (
  asn INTEGER NOT NULL,
  ixp_id TEXT NOT NULL,
  PRIMARY KEY (asn, ixp_id)
) STRICT, WITHOUT ROWID;

-- In the direction of travel. The RTT is to the far side.
CREATE TABLE graph_routes (
  from_asn INTEGER NOT NULL,
  to_asn INTEGER NOT NULL,
  observed_count INTEGER NOT NULL,
  min_rtt_us INTEGER,
  max_rtt_us INTEGER,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  ixp_id TEXT,
  PRIMARY KEY (from_asn, to_asn)
) STRICT, WITHOUT ROWID;

CREATE INDEX graph_routes_by_far_side ON graph_routes (to_asn, from_asn);

-- On which days of UTC a route was seen, and how often.
CREATE TABLE graph_route_days (
  day TEXT NOT NULL,
  from_asn INTEGER NOT NULL,
  to_asn INTEGER NOT NULL,
  observed_count INTEGER NOT NULL,
  PRIMARY KEY (day, from_asn, to_asn)
) STRICT, WITHOUT ROWID;
