-- Which prober is to measure, and how.

ALTER TABLE jobs
  ADD COLUMN prober text NOT NULL DEFAULT '',
  ADD COLUMN method text NOT NULL DEFAULT 'icmp',
  ADD COLUMN port integer,
  ADD COLUMN multipath boolean NOT NULL DEFAULT false,
  ADD COLUMN mtu_search boolean NOT NULL DEFAULT false,
  ADD COLUMN dscp smallint NOT NULL DEFAULT 0;
