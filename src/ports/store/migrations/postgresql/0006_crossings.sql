-- Which measurements an address has answered on the way, found from the address.

-- The hop addresses of paths again, the other way round.
CREATE TABLE path_addresses (
  address inet NOT NULL,
  path_id bigint NOT NULL REFERENCES paths (path_id),
  PRIMARY KEY (address, path_id)
);

INSERT INTO path_addresses (address, path_id)
SELECT DISTINCT a.address, p.path_id FROM paths p, unnest(p.addresses) AS a (address) WHERE a.address IS NOT NULL;

-- Who answered a measurement beside its path and its own address: a second address at one TTL. A row whose measurement
-- was dropped with its week says nothing.
CREATE TABLE other_senders (
  address inet NOT NULL,
  measurement_id uuid NOT NULL,
  PRIMARY KEY (address, measurement_id)
);

INSERT INTO other_senders (address, measurement_id)
SELECT DISTINCT s.sender::inet, m.id FROM measurements m, json_array_elements_text(m.detail -> 'from') AS s (sender)
WHERE s.sender::inet <> m.address;
