INSERT INTO customer (id, name, email, mood, home, born, tags, profile, vip, currency) VALUES
    (1, 'Ada', 'ada@example.com', 'happy', ROW('1 Main St', '1010', 3), '1990-12-10', '{a,b}', '{"age": 35, "langs": ["en", "fr"], "pets": {"cat": 2}}', true, 'EUR'),
    (2, 'Bo', 'bo@example.com', 'ok', ROW('2 Side St', NULL, 0), '1985-02-28', '{}', '{"age": 40, "langs": []}', false, 'USD'),
    (3, 'Cy', NULL, 'sad', NULL, NULL, '{c}', NULL, false, NULL),
    (4, 'Dé''s', 'de@example.com', NULL, ROW(NULL, 'X', 1), '2000-02-29', '{a,"b c",NULL}', '{"age": null, "langs": ["de"], "pets": {}}', true, 'JPY'),
    (5, 'eve', 'eve@example.com', 'happy', NULL, '1990-12-10', '{b}', '[1, 2, {"x": [true, "y"]}]', false, 'EUR')

INSERT INTO employee VALUES
    (1, 'Root', NULL, 'board', 9000, '2010-01-01'), (2, 'Ann', 1, 'dev', 5000, '2012-05-01'), (3, 'Ben', 1, 'ops', 4500.50, '2013-06-15'),
    (4, 'Cat', 2, 'dev', 4000, '2015-01-01'), (5, 'Dan', 2, 'dev', 4000, '2016-09-09'), (6, 'Eli', 3, 'ops', NULL, '2018-03-03'),
    (7, 'Fay', 4, NULL, 3000, NULL)

INSERT INTO product (id, sku, name, price, weight, stock, added, attrs, sizes) VALUES
    (1, 'BO-1', 'bolt', 0.10, 0.01, 1000, '2026-01-01 10:00+00', '{"colour": "grey", "m": 6}', '{4,6,8}'),
    (2, 'NU-2', 'nut', 0.05, 0.005, 2000, '2026-01-02 10:00+00', '{"colour": "grey"}', '{4,6}'),
    (3, 'GE-3', 'gear', 12.50, 1.5, 10, '2026-01-03 10:00+02', '{"teeth": 24, "tags": ["steel", "fine"]}', NULL),
    (4, 'CO-4', 'cog', 8, 0.8, 0, NULL, '{}', '{}'),
    (5, NULL, 'größe', 99.99, NULL, NULL, '2026-02-01 00:00+00', '{"a": {"b": {"c": 1}}}', '{NULL,1}')

INSERT INTO orders (no, customer_id, placed, state, note, due) VALUES
    (1, 1, '2026-01-05 09:30', 'done', 'first', '3 days'), (2, 1, '2026-01-20 14:00:30.5', 'sent', NULL, '1 mon 2 days'),
    (3, 2, '2026-02-01 00:00', 'paid', 'gift ''wrap''', NULL), (4, 4, '2026-02-14 23:59:59', 'new', '', '12:30:00'),
    (5, 1, '2026-03-01 12:00', 'void', NULL, NULL), (6, 5, '2026-03-02 08:00', 'new', 'last', '-1 day')

INSERT INTO item (order_no, product_id, qty, price) VALUES
    (1, 1, 100, 0.10), (1, 2, 100, 0.05), (1, 3, 1, 12.5), (2, 3, 2, 12), (3, 1, 10, 0.1), (3, 4, 1, 8), (4, 2, 7, 0.05), (6, 3, 4, 12.5), (6, 4, 2, 7.5)

INSERT INTO stay VALUES
    (1, 'red', '[2026-01-01,2026-01-05)', '[8,12)'), (2, 'red', '[2026-01-05,2026-01-10)', DEFAULT), (3, 'blue', '[2026-01-03,)', 'empty'), (4, 'blue', NULL, NULL)

INSERT INTO node VALUES
    ('t', 1, NULL, 'root'), ('t', 2, 1, 'left'), ('t', 3, 1, 'right'), ('t', 4, 2, 'leaf'), ('u', 1, NULL, 'other'), ('u', 2, 1, 'child')

INSERT INTO every VALUES
    (1, true, 1, 2, 3, 4.5, 6.125, 1.5, 2.25, 'text', 'varchar', 'ch', 'x', 'a_name', '\x00ff10', '2026-01-02', '03:04:05.678', '03:04:05+02', '2026-01-02 03:04:05.678', '2026-01-02 03:04:05+00', '1 year 2 mons 3 days 04:05:06', '1 02:03:04', '6fa459ea-ee8a-3ca4-894e-db77e160355e', '{"a" : [1, 2]}', '{"b": null, "a": 1}', '192.168.0.1/24', '10.0.0.0/8', '08:00:2b:01:02:03', B'1010', B'101', '(1,2)', '(1,1),(0,0)', 'a:1 b:2A', 'a & b', '[1,5)', '(1.5,2.5]', '[2026-01-01,2026-02-01)', '[2026-01-01,2026-02-01)', '{[1,3),[5,7)}', '12.34', 42, '{1,2,NULL}', '{a,"b,c",NULL}', '{sad,happy}', '{1.5,2.25}', 'happy', 7),
    (2, false, -32768, -2147483648, -9223372036854775808, -0.00001, -1, '-Infinity', 'NaN', '', '', '', '', '', '', 'infinity', '24:00', '00:00-12', '-infinity', 'infinity', '-1 day', '00:00:00.000001', '00000000-0000-0000-0000-000000000000', '[]', '{}', '::1', '::/0', 'ff:ff:ff:ff:ff:ff', B'0000', B'', '(-1,0.5)', '(2,2),(-1,-1)', '', '', 'empty', '(,)', '(,2026-01-01]', '[,2026-01-01]', '{}', '-0.01', 0, '{{1,2},{3,4}}', '{}', '{}', '{}', 'sad', 1)

INSERT INTO every (id) VALUES (3)

INSERT INTO "Odd Table" VALUES (1, 'one', 11, 'q1', 'Ada', 1), (2, 'two', 22, 'q2', DEFAULT, NULL), (3, NULL, NULL, NULL, NULL, 3)
