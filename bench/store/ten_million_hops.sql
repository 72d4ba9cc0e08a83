-- Ten million hops (667,000 traces of 15 hops in 30 days, 300 targets, 24 paths each with skewed use) and the main reads
-- on them, planned and timed. In an empty database that the store has made its tables in:
--
--   psql -f bench/store/ten_million_hops.sql postgresql://…

\set ON_ERROR_STOP on
\timing on

SELECT count(add_measurement_partition(day)) FROM generate_series('2026-01-01Z'::timestamptz, '2026-01-31Z', '1 day') AS d (day);

INSERT INTO paths (path_id, first_ttl, reached, addresses, hop_count, first_seen)
SELECT target * 100 + variant, 1, true,
       ARRAY(SELECT CASE WHEN ttl = 9 THEN NULL
                         WHEN ttl < 4 THEN '10.0.0.0'::inet + ttl
                         WHEN ttl = 15 THEN '30.0.0.1'::inet + target * 256
                         ELSE '20.0.0.0'::inet + target * 4096 + (CASE WHEN ttl > 12 THEN 0 ELSE variant END) * 64 + ttl END
             FROM generate_series(1, 15) AS t (ttl) ORDER BY ttl), 15, '2026-01-01Z'
FROM generate_series(0, 299) AS a (target), generate_series(0, 23) AS b (variant);

INSERT INTO path_addresses (address, path_id)
SELECT DISTINCT a.address, p.path_id FROM paths p, unnest(p.addresses) AS a (address) WHERE a.address IS NOT NULL;

INSERT INTO path_annotations (path_id, valid_from, annotation)
SELECT path_id, '2026-01-01Z', jsonb_build_object(
  'hops', (SELECT jsonb_agg(jsonb_build_object('ttl', ttl, 'asn', 64500 + ttl / 4 + CASE WHEN ttl > 7 THEN path_id / 100 % 50 ELSE 0 END,
                                               'rule', 'origin', 'confidence', '0.9')) FROM generate_series(1, 15) AS t (ttl)),
  'networks', (SELECT jsonb_agg(jsonb_build_object('asn', asn, 'name', 'Network ' || asn, 'gap', 0)) FROM
     (SELECT DISTINCT 64500 + ttl / 4 + CASE WHEN ttl > 7 THEN path_id / 100 % 50 ELSE 0 END AS asn FROM generate_series(1, 15) AS t (ttl)) AS n),
  'links', '[]'::jsonb)
FROM paths;

INSERT INTO measurements (id, kind, vantage, target, address, prober, method, flow, started_at, finished_at, status, stop_reason,
                          probes_sent, hop_count, rtt_us, path_id, rtts, detail)
SELECT overlay(measurement_id_from(at)::text PLACING to_char(n, 'FM000000000000') FROM 25)::uuid, 'trace', 'home',
       'www.example' || target || '.net', '30.0.0.1'::inet + target * 256, 'native', 'icmp', 0, at, at + interval '300 ms',
       'reached', 'destination', 16, 15, 20000 + n % 5000, target * 100 + floor(24 * power(n * 7919::bigint % 1000 / 1000.0, 4))::int,
       ARRAY(SELECT CASE WHEN ttl = 9 THEN NULL ELSE 500 * ttl + (n + ttl) % 3000 END FROM generate_series(1, 15) AS t (ttl)),
       '{"sent":[[8,2]],"reply_ttl":[254,253,252,251,250,249,248,247,245,244,243,242,241,240]}'
FROM (SELECT n, n % 300 AS target, '2026-01-01Z'::timestamptz + n * interval '3.885 s' AS at
      FROM generate_series(0, 666999) AS g (n)) AS m;

INSERT INTO path_epochs (vantage, address, method, flow, first_seen, path_id, last_seen, measurement_count)
SELECT 'home', address, 'icmp', 0, min(started_at), path_id, max(started_at), count(*) FROM measurements GROUP BY address, path_id;

VACUUM ANALYZE;

SELECT count(*) AS traces, sum(hop_count) AS hops,
       (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) / count(*) AS bytes_per_trace
FROM measurements;

\echo The last trace of a target
EXPLAIN (ANALYZE, COSTS off) SELECT * FROM measurements WHERE address = '30.0.5.1' ORDER BY id DESC LIMIT 1;

\echo Its hops
EXPLAIN (ANALYZE, COSTS off) SELECT * FROM hops WHERE measurement_id = (SELECT id FROM measurements WHERE address = '30.0.5.1' ORDER BY id DESC LIMIT 1);

\echo The RTT of a target by the hour over 30 days
EXPLAIN (ANALYZE, COSTS off) SELECT date_trunc('hour', started_at), percentile_cont(0.5) WITHIN GROUP (ORDER BY rtt_us), count(*) - count(rtt_us)
FROM measurements WHERE address = '30.0.5.1' AND id >= measurement_id_from('2026-01-01Z') GROUP BY 1;

\echo The newest 100 traces through a network that few cross
EXPLAIN (ANALYZE, COSTS off) SELECT m.* FROM path_annotations a JOIN measurements m USING (path_id)
WHERE a.annotation -> 'networks' @> '[{"asn": 64540}]' ORDER BY m.id DESC LIMIT 100;

\echo The path epochs of a target
EXPLAIN (ANALYZE, COSTS off) SELECT * FROM path_epochs WHERE address = '30.0.5.1' AND vantage = 'home' AND method = 'icmp' AND flow = 0
ORDER BY first_seen;

\echo A page of the table of networks
EXPLAIN (ANALYZE, COSTS off) SELECT * FROM asns ORDER BY neighbor_count DESC NULLS LAST LIMIT 50;
