-- The graph of networks as its projection left it; NULL is unknown. Nothing here cannot be made again from the store.

CREATE TABLE graph_cursor (
  name text PRIMARY KEY,
  position bigint NOT NULL
);

INSERT INTO graph_cursor (name, position) VALUES ('store', 0);

CREATE TABLE graph_networks (
  asn bigint PRIMARY KEY,
  org_name text,
  country text,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL
);

CREATE TABLE graph_exchanges (
  ixp_id text PRIMARY KEY,
  name text NOT NULL,
  country text
);

CREATE TABLE graph_origins (
  asn bigint NOT NULL,
  prefix text NOT NULL,
  PRIMARY KEY (asn, prefix)
);

CREATE INDEX graph_origins_by_prefix ON graph_origins (prefix);

CREATE TABLE graph_memberships (
  asn bigint NOT NULL,
  ixp_id text NOT NULL,
  PRIMARY KEY (asn, ixp_id)
);

-- In the direction of travel. The RTT is to the far side.
CREATE TABLE graph_routes (
  from_asn bigint NOT NULL,
  to_asn bigint NOT NULL,
  observed_count bigint NOT NULL,
  min_rtt_us bigint,
  max_rtt_us bigint,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  ixp_id text,
  PRIMARY KEY (from_asn, to_asn)
);

CREATE INDEX graph_routes_by_far_side ON graph_routes (to_asn, from_asn);

-- On which days of UTC a route was seen, and how often.
CREATE TABLE graph_route_days (
  day date NOT NULL,
  from_asn bigint NOT NULL,
  to_asn bigint NOT NULL,
  observed_count bigint NOT NULL,
  PRIMARY KEY (day, from_asn, to_asn)
);
