-- Tables that are dealt out, and tables that inherit.
CREATE SCHEMA app;
CREATE SCHEMA parts;
CREATE FUNCTION app.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE app.people (gone int, id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE app.people_1 PARTITION OF app.people FOR VALUES FROM (0) TO (100);
CREATE TABLE app.sales (
    gone int, id bigint, day date NOT NULL, region text NOT NULL, n int DEFAULT 1 CHECK (n > 0),
    buyer int CONSTRAINT bought_by REFERENCES app.people,
    PRIMARY KEY (id, day, region)
) PARTITION BY RANGE (day);
ALTER TABLE app.sales DROP COLUMN gone;
CREATE TABLE app.sales_2026 PARTITION OF app.sales FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
    PARTITION BY LIST (region);
CREATE TABLE app.sales_2026_other PARTITION OF app.sales_2026 DEFAULT;
CREATE TABLE app.sales_2026_north PARTITION OF app.sales_2026 FOR VALUES IN ('north', 'it''s, "far"');
CREATE TABLE parts.sales_before (n int CONSTRAINT sales_n_check CHECK (n > 0), region text NOT NULL, day date NOT NULL, id bigint NOT NULL, buyer int, extra text);
ALTER TABLE parts.sales_before DROP COLUMN extra;
ALTER TABLE app.sales ATTACH PARTITION parts.sales_before FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE INDEX by_region ON app.sales (lower(region), n DESC);
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON app.sales FOR EACH ROW EXECUTE FUNCTION app.noted();
CREATE TABLE app.hashed (id int, "Key, part" text) PARTITION BY HASH (id, lower("Key, part"));
CREATE TABLE app.hashed_0 PARTITION OF app.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE app.hashed_1 PARTITION OF app.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE app.no_parts (a int, b int) PARTITION BY RANGE (a, (b + 1));
CREATE TABLE app.first (a int, CHECK (a > 0));
CREATE TABLE app.second (b int);
CREATE TABLE app.both (c int) INHERITS (app.second, app.first);
