-- The four tables of pgbench, as `pgbench -i` makes them. Load them through the proxy with `pgbench -i -I g`
-- (rows from the client) or `-I G` (rows made by the server); run with `pgbench -n`, since VACUUM is not an org's to run.

CREATE TABLE pgbench_history (
    tid    int,
    bid    int,
    aid    int,
    delta  int,
    mtime  timestamp,
    filler char(22)
);

CREATE TABLE pgbench_tellers (
    tid      int NOT NULL,
    bid      int,
    tbalance int,
    filler   char(84),
    PRIMARY KEY (tid)
) WITH (fillfactor = 100);

CREATE TABLE pgbench_accounts (
    aid      int NOT NULL,
    bid      int,
    abalance int,
    filler   char(84),
    PRIMARY KEY (aid)
) WITH (fillfactor = 100);

CREATE TABLE pgbench_branches (
    bid      int NOT NULL,
    bbalance int,
    filler   char(88),
    PRIMARY KEY (bid)
) WITH (fillfactor = 100);
