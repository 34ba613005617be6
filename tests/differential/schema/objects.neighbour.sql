INSERT INTO customer VALUES ('Ada', 'canary'), ('Bo', 'canary')

INSERT INTO product SELECT n, 'canary', 77 FROM generate_series(1, 9) AS n

INSERT INTO invoice (no, customer, total, code) SELECT n, 'Ada', 77, 'canary' || n FROM generate_series(1, 9) AS n

INSERT INTO line SELECT n, n, 77 FROM generate_series(1, 9) AS n

INSERT INTO wide (a, b) VALUES (77, 0), (78, 0)
