-- Which measurements an address has answered on the way, found from the address.

-- The hop addresses of paths again, the other way round.
CREATE TABLE path_addresses (
  address TEXT NOT NULL,
  path_id INTEGER NOT NULL REFERENCES paths (path_id),
  PRIMARY KEY (address, path_id)
) STRICT, WITHOUT ROWID;

INSERT INTO path_addresses (address, path_id)
SELECT DISTINCT a.value, p.path_id FROM paths p JOIN json_each(p.addresses) a WHERE a.value IS NOT NULL;

CREATE INDEX measurements_by_path ON measurements (path_id, id);

-- Who answered a measurement beside its path and its own address: a second address at one TTL.
CREATE TABLE other_senders (
  address TEXT NOT NULL,
  measurement_id TEXT NOT NULL REFERENCES measurements (id),
  PRIMARY KEY (address, measurement_id)
) STRICT, WITHOUT ROWID;

INSERT INTO other_senders (address, measurement_id)
SELECT DISTINCT s.value, m.id FROM measurements m JOIN json_each(m.detail, '$.from') s
WHERE s.value IS NOT NULL AND s.value <> m.address;
