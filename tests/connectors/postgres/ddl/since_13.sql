CREATE EXTENSION pg_trgm SCHEMA public;
CREATE TABLE words (word text);
CREATE INDEX fuzzy ON words USING gist (word public.gist_trgm_ops (siglen = 32));
