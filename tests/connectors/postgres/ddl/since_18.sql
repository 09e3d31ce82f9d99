CREATE EXTENSION btree_gist SCHEMA public;
CREATE TABLE computed (
    n int CONSTRAINT n_is_there NOT NULL,
    seen int GENERATED ALWAYS AS (n * 2) VIRTUAL,
    kept int GENERATED ALWAYS AS (n * 3) STORED,
    CONSTRAINT wished CHECK (n > 0) NOT ENFORCED
);
CREATE TABLE rooms (room int, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE bookings (
    room int, during daterange, n int,
    CONSTRAINT of_room FOREIGN KEY (room, PERIOD during) REFERENCES rooms (room, PERIOD during),
    UNIQUE (n, during WITHOUT OVERLAPS)
);
CREATE TABLE loose (room int, during daterange, CONSTRAINT somewhere FOREIGN KEY (room, PERIOD during) REFERENCES rooms (room, PERIOD during) NOT ENFORCED);
