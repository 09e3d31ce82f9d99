-- Keys, foreign keys, checks, exclusions and indexes. Columns were dropped in between, so that
-- numbers and positions differ.
CREATE SCHEMA app;
CREATE SCHEMA "other, schema";
CREATE EXTENSION btree_gist SCHEMA "other, schema";
CREATE EXTENSION pg_trgm SCHEMA "other, schema";
CREATE EXTENSION citext SCHEMA "other, schema";
CREATE TYPE app.mood AS ENUM ('sad', 'happy');
CREATE TABLE app.parent (
    gone int, b int, a int NOT NULL, c text, ref uuid UNIQUE,
    CONSTRAINT parent_key PRIMARY KEY (b, a) INCLUDE (c) WITH (fillfactor = 70),
    CONSTRAINT "a, then c" UNIQUE (a, c),
    CONSTRAINT late UNIQUE (c) DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE app.parent DROP COLUMN gone;
COMMENT ON CONSTRAINT parent_key ON app.parent IS 'two columns';
CREATE TABLE "other, schema".child (
    gone int, a int, b int, c text,
    up int PRIMARY KEY REFERENCES "other, schema".child ON DELETE SET NULL,
    late uuid REFERENCES app.parent (ref) ON UPDATE CASCADE ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT to_parent FOREIGN KEY (b, a) REFERENCES app.parent MATCH FULL ON DELETE RESTRICT
);
ALTER TABLE "other, schema".child DROP COLUMN gone;
ALTER TABLE "other, schema".child ADD CONSTRAINT unseen FOREIGN KEY (a, c) REFERENCES app.parent (a, c) NOT VALID;
COMMENT ON CONSTRAINT to_parent ON "other, schema".child IS 'who it is of';
CREATE TABLE app.checked (
    n int CONSTRAINT positive CHECK (n > 0) CHECK (n % 2 = 0),
    word varchar(10) CHECK (word IN ('a', 'b')),
    CONSTRAINT either CHECK (n > 1 OR word = 'a') NO INHERIT,
    CONSTRAINT "CHECK (me)" CHECK (true)
);
ALTER TABLE app.checked ADD CONSTRAINT unseen CHECK (n < 100) NOT VALID;
COMMENT ON CONSTRAINT positive ON app.checked IS 'above zero';
CREATE TABLE app.heir (more int) INHERITS (app.checked);
CREATE TABLE app.booked (
    room int, during tsrange, name text,
    CONSTRAINT one_at_a_time EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0) DEFERRABLE
);
COMMENT ON CONSTRAINT one_at_a_time ON app.booked IS 'no double bookings';
CREATE TABLE app.indexed (
    gone int, id int, name text, code varchar(10), doc jsonb, tags int[], active boolean, amount numeric, feeling app.mood,
    folded "other, schema".citext, c_name text COLLATE "C", address inet
);
ALTER TABLE app.indexed DROP COLUMN gone;
CREATE UNIQUE INDEX "Unique ""one""" ON app.indexed (id) INCLUDE (name, code);
CREATE INDEX by_order ON app.indexed (id DESC, name ASC NULLS FIRST, amount DESC NULLS LAST, code);
CREATE INDEX by_expression ON app.indexed (lower(name), id, (amount + 1) DESC, (doc ->> 'a, b'));
CREATE INDEX partial ON app.indexed (id) WHERE active AND name IS NOT NULL;
CREATE INDEX hashed ON app.indexed USING hash (name);
CREATE INDEX patterned ON app.indexed (name text_pattern_ops, code varchar_ops, folded, feeling);
CREATE INDEX unfolded ON app.indexed (folded text_ops, (folded::text) text_pattern_ops);
CREATE INDEX fuzzy ON app.indexed USING gin (name "other, schema".gin_trgm_ops, tags) WITH (fastupdate = off);
CREATE INDEX documents ON app.indexed USING gin (doc jsonb_path_ops);
CREATE INDEX collated ON app.indexed (name COLLATE "C", c_name, c_name COLLATE "default", lower(c_name));
CREATE INDEX addresses ON app.indexed USING gist (address inet_ops);
CREATE INDEX ranges ON app.indexed USING brin (id) WITH (pages_per_range = 32);
COMMENT ON INDEX app.partial IS 'what is live';
CREATE MATERIALIZED VIEW app.kept AS SELECT i.id, i.name FROM app.indexed i, app.checked c WHERE c.n = i.id;
CREATE UNIQUE INDEX kept_id ON app.kept (id);
