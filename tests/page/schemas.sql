CREATE TYPE mood AS ENUM ('calm', 'cross', 'keen');
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  mood mood NOT NULL DEFAULT 'calm',
  referred_by bigint REFERENCES customers (id) ON DELETE SET NULL
);
COMMENT ON TABLE customers IS 'Who buys from us';
COMMENT ON COLUMN customers.email IS 'Lower case; never shown to others';
CREATE SCHEMA audit;
CREATE TABLE audit.events (id bigint NOT NULL, customer_id bigint REFERENCES customers (id) ON DELETE CASCADE, at timestamptz NOT NULL, PRIMARY KEY (id, at), CONSTRAINT recent CHECK (at > '2020-01-01'))
  PARTITION BY RANGE (at);
CREATE TABLE audit.events_2025 PARTITION OF audit.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE audit.events_2026 PARTITION OF audit.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX events_by_customer ON audit.events (customer_id, at DESC);
CREATE TABLE visits (id bigint PRIMARY KEY, customer_id bigint);
CREATE VIEW keen AS SELECT id, email FROM customers WHERE mood = 'keen';
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touched();
