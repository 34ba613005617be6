CREATE TABLE customer (name varchar(40) PRIMARY KEY, region text);
CREATE TABLE product (
    id integer PRIMARY KEY, name varchar(20) NOT NULL, price numeric(8,2) DEFAULT 1 CHECK (price >= 0)
);
CREATE TABLE invoice (
    no integer PRIMARY KEY, customer varchar(40) NOT NULL REFERENCES customer ON UPDATE CASCADE,
    total numeric(12,2) DEFAULT 0, at timestamp DEFAULT '2026-03-01'
);
CREATE TABLE line (
    no integer REFERENCES invoice ON DELETE CASCADE, product integer REFERENCES product, qty integer,
    PRIMARY KEY (no, product)
);
