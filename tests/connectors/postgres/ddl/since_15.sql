CREATE TABLE parent (a int, b int, rounded numeric(3,-2), PRIMARY KEY (a, b), UNIQUE NULLS NOT DISTINCT (rounded));
CREATE TABLE child (
    a int, b int,
    CONSTRAINT up FOREIGN KEY (a, b) REFERENCES parent ON DELETE SET NULL (b)
);
CREATE UNIQUE INDEX one_null ON child (b) NULLS NOT DISTINCT;
CREATE VIEW own_rights WITH (security_invoker) AS SELECT p.a FROM parent p, child c;
