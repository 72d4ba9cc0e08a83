-- The database of cyberWatch and who may do what in it. Run once, as the server's administrator:
--
--   psql -f deploy/postgresql/roles.sql postgres
--
-- and give each role that logs in a password: psql -c '\password cyberwatch_node' postgres
--
--   cyberwatch_owner     owns the tables: start `cyberwatch serve` as it, once, to make them, and again after an upgrade
--   cyberwatch_node      what `cyberwatch serve` runs as: reads and writes rows, and makes no table
--   cyberwatch_readonly  for dashboards and people: reads

\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['cyberwatch_owner', 'cyberwatch_node', 'cyberwatch_readonly']) AS r (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT 'CREATE DATABASE cyberwatch OWNER cyberwatch_owner TEMPLATE template0 ENCODING ''UTF8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'cyberwatch') \gexec

REVOKE ALL ON DATABASE cyberwatch FROM PUBLIC;
GRANT CONNECT ON DATABASE cyberwatch TO cyberwatch_node, cyberwatch_readonly;
ALTER ROLE cyberwatch_readonly IN DATABASE cyberwatch SET default_transaction_read_only = on;
ALTER ROLE cyberwatch_readonly IN DATABASE cyberwatch SET statement_timeout = '30s';

\connect cyberwatch

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO cyberwatch_owner;
GRANT USAGE ON SCHEMA public TO cyberwatch_node, cyberwatch_readonly;

-- What the owner makes from now on.
ALTER DEFAULT PRIVILEGES FOR ROLE cyberwatch_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cyberwatch_node;
ALTER DEFAULT PRIVILEGES FOR ROLE cyberwatch_owner GRANT USAGE ON SEQUENCES TO cyberwatch_node;
ALTER DEFAULT PRIVILEGES FOR ROLE cyberwatch_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE cyberwatch_owner GRANT EXECUTE ON FUNCTIONS TO cyberwatch_node;
ALTER DEFAULT PRIVILEGES FOR ROLE cyberwatch_owner GRANT SELECT ON TABLES TO cyberwatch_readonly;
