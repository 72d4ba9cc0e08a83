-- What is known of addresses and networks. NULL is unknown.

CREATE TABLE address_facts (
  address TEXT PRIMARY KEY,
  prefix TEXT,
  asn INTEGER,
  as_name TEXT,
  org_name TEXT,
  country_code TEXT,
  ixp TEXT,                        -- name of the exchange whose LAN holds the address
  special TEXT,                    -- name in IANA's registry
  source TEXT NOT NULL,
  as_of TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE asns (
  asn INTEGER PRIMARY KEY,
  as_name TEXT,
  org_name TEXT,
  country_code TEXT,
  prefix_count INTEGER,
  neighbor_count INTEGER,
  peeringdb_id INTEGER,
  facility_count INTEGER,
  peering_policy TEXT,
  traffic_levels TEXT,
  irr_as_set TEXT,
  total_measurements INTEGER,
  avg_rtt_ms REAL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  last_enriched TEXT,
  last_enrichment_attempt TEXT
) STRICT;

CREATE INDEX asns_by_org_name ON asns (org_name);
CREATE INDEX asns_by_country_code ON asns (country_code);
CREATE INDEX asns_by_neighbor_count ON asns (neighbor_count);
CREATE INDEX asns_by_last_enriched ON asns (last_enriched);

-- Links between networks seen at consecutive TTLs, in the direction of travel. The RTT is to the far side.
CREATE TABLE as_links (
  from_asn INTEGER NOT NULL,
  to_asn INTEGER NOT NULL,
  observed_count INTEGER NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  min_rtt_us INTEGER,
  max_rtt_us INTEGER,
  PRIMARY KEY (from_asn, to_asn)
) STRICT, WITHOUT ROWID;

-- One row per hop of every trace and mtr, silent hops with a NULL address. The network is the hop's owner by the
-- path's annotation as of the measurement; the rest is what is known of the address now.
CREATE VIEW hops AS
SELECT
  m.id AS measurement_id,
  p.first_ttl + a.key AS ttl,
  a.value AS address,
  (m.rtts ->> a.key) / 1000.0 AS rtt_ms,
  owner.value ->> 'asn' AS asn,
  owner.value ->> 'rule' AS rule,
  CAST(owner.value ->> 'confidence' AS REAL) AS confidence,
  f.prefix AS prefix,
  n.as_name AS as_name,
  coalesce(n.org_name, f.org_name) AS org_name,
  f.country_code AS country_code,
  f.ixp AS ixp_id,
  f.special AS special
FROM measurements m
JOIN paths p ON p.path_id = m.path_id
JOIN json_each(p.addresses) a
LEFT JOIN path_annotations x ON x.path_id = m.path_id AND x.valid_from = (
  SELECT max(v.valid_from) FROM path_annotations v WHERE v.path_id = m.path_id AND v.valid_from <= m.started_at)
LEFT JOIN json_each(x.annotation, '$.hops') owner ON (owner.value ->> 'ttl') = p.first_ttl + a.key
LEFT JOIN asns n ON n.asn = (owner.value ->> 'asn')
LEFT JOIN address_facts f ON f.address = a.value;
