-- What stands around tables: views, triggers, policies, sequences, extensions, other servers.
CREATE SCHEMA app;
CREATE EXTENSION citext SCHEMA app;
CREATE EXTENSION cube SCHEMA public;
CREATE EXTENSION earthdistance SCHEMA public;
COMMENT ON EXTENSION citext IS 'letters alike';
CREATE FUNCTION app.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE UNLOGGED TABLE app.people (id int PRIMARY KEY, name app.citext NOT NULL, boss int REFERENCES app.people)
    WITH (fillfactor = 50, autovacuum_enabled = false, toast.autovacuum_enabled = false);
CREATE VIEW app.named WITH (security_barrier) AS SELECT id, name, name IS NULL AS "no name" FROM app.people WHERE id > 0
    WITH LOCAL CHECK OPTION;
CREATE VIEW app.again AS SELECT * FROM app.named WITH CASCADED CHECK OPTION;
CREATE VIEW app.broken AS SELECT 1 / (SELECT count(*) FROM app.people WHERE false) AS never;
CREATE VIEW app.of_the_server AS
    SELECT t.table_name, t.is_insertable_into FROM information_schema.tables t, app.people p WHERE p.name = t.table_name;
CREATE VIEW app.defaulted AS SELECT id, boss FROM app.people;
ALTER VIEW app.defaulted ALTER COLUMN id SET DEFAULT 7;
COMMENT ON VIEW app.named IS 'those with a name';
COMMENT ON COLUMN app.named.id IS 'whose';
CREATE MATERIALIZED VIEW app.kept AS SELECT count(*) AS people FROM app.people WITH NO DATA;
COMMENT ON MATERIALIZED VIEW app.kept IS 'counted at night';
CREATE TRIGGER "before, each" BEFORE INSERT OR DELETE OR UPDATE OF name ON app.people
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION app.noted();
CREATE TRIGGER emptied AFTER TRUNCATE ON app.people FOR EACH STATEMENT EXECUTE FUNCTION app.noted();
CREATE TRIGGER instead INSTEAD OF UPDATE ON app.again FOR EACH ROW EXECUTE FUNCTION app.noted();
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON app.people DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION app.noted();
ALTER TABLE app.people DISABLE TRIGGER emptied;
COMMENT ON TRIGGER emptied ON app.people IS 'not in use';
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.people FOR SELECT TO reader, few USING (name = current_user::text);
CREATE POLICY written ON app.people AS RESTRICTIVE FOR UPDATE USING (id > 0) WITH CHECK (id > 1);
CREATE TABLE app.unused_policy (id int);
CREATE POLICY sleeping ON app.unused_policy USING (true);
CREATE TABLE app.places (at public.earth, near public.cube);
CREATE SEQUENCE app.free AS smallint START 5 INCREMENT 5 MINVALUE 0 MAXVALUE 100 CACHE 10 CYCLE;
COMMENT ON SEQUENCE app.free IS 'nobody''s';
CREATE SEQUENCE app.owned OWNED BY app.unused_policy.id;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER "far away" FOREIGN DATA WRAPPER nowhere OPTIONS (host 'secret-host', password 'hunter2');
CREATE USER MAPPING FOR PUBLIC SERVER "far away" OPTIONS (password 'hunter2');
CREATE FOREIGN TABLE app.remote (id int OPTIONS (column_name 'hunter2') NOT NULL, CHECK (id > 0))
    SERVER "far away" OPTIONS (schema_name 's', table_name 't=u', password 'hunter2');
COMMENT ON FOREIGN TABLE app.remote IS 'over there';
