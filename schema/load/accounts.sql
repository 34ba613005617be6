-- What the load harness's workloads `point`, `crud`, `tpcb` and `hostile` use: pgbench's four tables, and notes.
-- `/*org_id*/` and `/*org_id bigint*/` stand where a table that several orgs share by hand has its column.

CREATE TABLE branches (/*org_id bigint*/ bid integer NOT NULL, bbalance bigint NOT NULL, filler text, PRIMARY KEY (/*org_id*/ bid));

CREATE TABLE tellers (
    /*org_id bigint*/ tid integer NOT NULL, bid integer NOT NULL, tbalance bigint NOT NULL, filler text,
    PRIMARY KEY (/*org_id*/ tid)
);

CREATE TABLE accounts (
    /*org_id bigint*/ aid integer NOT NULL, bid integer NOT NULL, abalance bigint NOT NULL, filler text,
    PRIMARY KEY (/*org_id*/ aid)
);

CREATE TABLE history (
    /*org_id bigint*/ tid integer, bid integer, aid integer, delta bigint, mtime timestamptz
);

CREATE TABLE notes (
    /*org_id bigint*/ id bigint NOT NULL, aid integer NOT NULL, body text NOT NULL, changed timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (/*org_id*/ id)
);

CREATE INDEX notes_of_account ON notes (/*org_id*/ aid);
