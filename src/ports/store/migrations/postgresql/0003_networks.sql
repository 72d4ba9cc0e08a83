-- What is known of addresses and networks. NULL is unknown.

CREATE TABLE address_facts (
  address inet PRIMARY KEY,
  prefix cidr,
  asn bigint,
  as_name text,
  org_name text,
  country_code text,
  ixp text,                        -- name of the exchange whose LAN holds the address
  special text,                    -- name in IANA's registry
  source text NOT NULL,
  as_of timestamptz
);

CREATE TABLE asns (
  asn bigint PRIMARY KEY,
  as_name text,
  org_name text,
  country_code text,
  prefix_count integer,
  neighbor_count integer,
  peeringdb_id integer,
  facility_count integer,
  peering_policy text,
  traffic_levels text,
  irr_as_set text,
  total_measurements bigint,
  avg_rtt_ms double precision,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  last_enriched timestamptz,
  last_enrichment_attempt timestamptz
);

CREATE INDEX asns_by_org_name ON asns (org_name);
CREATE INDEX asns_by_country_code ON asns (country_code);
CREATE INDEX asns_by_neighbor_count ON asns (neighbor_count);
CREATE INDEX asns_by_last_enriched ON asns (last_enriched);

-- Links between networks seen at consecutive TTLs, in the direction of travel. The RTT is to the far side.
CREATE TABLE as_links (
  from_asn bigint NOT NULL,
  to_asn bigint NOT NULL,
  observed_count bigint NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  min_rtt_us bigint,
  max_rtt_us bigint,
  PRIMARY KEY (from_asn, to_asn)
);

-- One row per hop of every trace and mtr, silent hops with a NULL address. The network is the hop's owner by the
-- path's annotation as of the measurement; the rest is what is known of the address now.
CREATE VIEW hops AS
SELECT
  m.id AS measurement_id,
  (p.first_ttl + a.place - 1)::integer AS ttl,
  a.address AS address,
  m.rtts[a.place] / 1000.0::double precision AS rtt_ms,
  (owner.value ->> 'asn')::bigint AS asn,
  owner.value ->> 'rule' AS rule,
  (owner.value ->> 'confidence')::double precision AS confidence,
  f.prefix AS prefix,
  n.as_name AS as_name,
  coalesce(n.org_name, f.org_name) AS org_name,
  f.country_code AS country_code,
  f.ixp AS ixp_id,
  f.special AS special
FROM measurements m
JOIN paths p ON p.path_id = m.path_id
CROSS JOIN LATERAL unnest(p.addresses) WITH ORDINALITY AS a (address, place)
LEFT JOIN LATERAL (
  SELECT v.annotation FROM path_annotations v WHERE v.path_id = m.path_id AND v.valid_from <= m.started_at
  ORDER BY v.valid_from DESC LIMIT 1) x ON true
LEFT JOIN LATERAL (
  SELECT o.value FROM jsonb_array_elements(x.annotation -> 'hops') AS o (value)
  WHERE (o.value ->> 'ttl')::bigint = p.first_ttl + a.place - 1) owner ON true
LEFT JOIN asns n ON n.asn = (owner.value ->> 'asn')::bigint
LEFT JOIN address_facts f ON f.address = a.address;
