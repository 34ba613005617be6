-- objects: made by the org itself, as metadata; the private database has them as tables.
CREATE TABLE customer (name text PRIMARY KEY, region varchar, since date);
CREATE TABLE product (id integer PRIMARY KEY, name varchar NOT NULL, price numeric DEFAULT 1, active boolean DEFAULT true);
CREATE TABLE invoice (no integer PRIMARY KEY, customer text NOT NULL, total numeric DEFAULT 0, at timestamp DEFAULT '2026-03-01', code text UNIQUE);
CREATE TABLE line (no integer, product integer, qty integer, note text, PRIMARY KEY (no, product));
CREATE TABLE wide (a bigint, b double precision, c timestamptz, d uuid, e jsonb, f bytea, g text[], h integer[], i interval, j time, k real, l smallint);
