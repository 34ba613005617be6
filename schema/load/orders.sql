-- What the load harness's workload `tpcc` uses: TPC-C's tables, with money in cents. Marks as in accounts.sql.

CREATE TABLE item (/*org_id bigint*/ i_id integer NOT NULL, i_name text NOT NULL, i_price bigint NOT NULL, PRIMARY KEY (/*org_id*/ i_id));

CREATE TABLE warehouse (
    /*org_id bigint*/ w_id integer NOT NULL, w_name text NOT NULL, w_ytd bigint NOT NULL DEFAULT 0, PRIMARY KEY (/*org_id*/ w_id)
);

CREATE TABLE district (
    /*org_id bigint*/ w_id integer NOT NULL, d_id integer NOT NULL, d_ytd bigint NOT NULL DEFAULT 0, d_next_o_id bigint NOT NULL,
    PRIMARY KEY (/*org_id*/ w_id, d_id),
    FOREIGN KEY (/*org_id*/ w_id) REFERENCES warehouse (/*org_id*/ w_id)
);

CREATE TABLE customer (
    /*org_id bigint*/ w_id integer NOT NULL, d_id integer NOT NULL, c_id integer NOT NULL, c_first text NOT NULL, c_last text NOT NULL,
    c_discount integer NOT NULL, c_balance bigint NOT NULL DEFAULT 0, c_ytd_payment bigint NOT NULL DEFAULT 0,
    c_payments integer NOT NULL DEFAULT 0, c_deliveries integer NOT NULL DEFAULT 0, c_data text,
    PRIMARY KEY (/*org_id*/ w_id, d_id, c_id),
    FOREIGN KEY (/*org_id*/ w_id, d_id) REFERENCES district (/*org_id*/ w_id, d_id)
);
CREATE INDEX customer_by_name ON customer (/*org_id*/ w_id, d_id, c_last, c_first);

CREATE TABLE payment (
    /*org_id bigint*/ w_id integer NOT NULL, d_id integer NOT NULL, c_id integer NOT NULL, amount bigint NOT NULL,
    paid timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (/*org_id*/ w_id, d_id, c_id) REFERENCES customer (/*org_id*/ w_id, d_id, c_id)
);

CREATE TABLE stock (
    /*org_id bigint*/ w_id integer NOT NULL, i_id integer NOT NULL, quantity integer NOT NULL, ytd bigint NOT NULL DEFAULT 0,
    orders integer NOT NULL DEFAULT 0, data text,
    PRIMARY KEY (/*org_id*/ w_id, i_id),
    FOREIGN KEY (/*org_id*/ w_id) REFERENCES warehouse (/*org_id*/ w_id),
    FOREIGN KEY (/*org_id*/ i_id) REFERENCES item (/*org_id*/ i_id)
);

CREATE TABLE placed (
    /*org_id bigint*/ w_id integer NOT NULL, d_id integer NOT NULL, o_id bigint NOT NULL, c_id integer NOT NULL,
    entered timestamptz NOT NULL DEFAULT now(), carrier integer, lines integer NOT NULL,
    PRIMARY KEY (/*org_id*/ w_id, d_id, o_id),
    FOREIGN KEY (/*org_id*/ w_id, d_id, c_id) REFERENCES customer (/*org_id*/ w_id, d_id, c_id)
);
CREATE INDEX placed_by_customer ON placed (/*org_id*/ w_id, d_id, c_id, o_id);

CREATE TABLE undelivered (
    /*org_id bigint*/ w_id integer NOT NULL, d_id integer NOT NULL, o_id bigint NOT NULL,
    PRIMARY KEY (/*org_id*/ w_id, d_id, o_id),
    FOREIGN KEY (/*org_id*/ w_id, d_id, o_id) REFERENCES placed (/*org_id*/ w_id, d_id, o_id)
);

CREATE TABLE line (
    /*org_id bigint*/ w_id integer NOT NULL, d_id integer NOT NULL, o_id bigint NOT NULL, number integer NOT NULL,
    i_id integer NOT NULL, quantity integer NOT NULL, amount bigint NOT NULL, delivered timestamptz,
    PRIMARY KEY (/*org_id*/ w_id, d_id, o_id, number),
    FOREIGN KEY (/*org_id*/ w_id, d_id, o_id) REFERENCES placed (/*org_id*/ w_id, d_id, o_id),
    FOREIGN KEY (/*org_id*/ w_id, i_id) REFERENCES stock (/*org_id*/ w_id, i_id)
);
