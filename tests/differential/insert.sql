-- schema: shop

-- INSERT in all its forms.

INSERT INTO empty VALUES (1, 'a')

INSERT INTO empty VALUES (2, 'b'), (3, 'c'), (4, NULL)

INSERT INTO empty (a) VALUES (5)

INSERT INTO empty (b, a) VALUES ('f', 6) RETURNING *

INSERT INTO empty DEFAULT VALUES

INSERT INTO empty DEFAULT VALUES RETURNING a IS NULL, b

INSERT INTO empty VALUES (DEFAULT, DEFAULT), (7, DEFAULT) RETURNING a, b

INSERT INTO empty SELECT 8, 'h'

INSERT INTO empty (SELECT 9, 'i')

INSERT INTO empty SELECT id + 10, name FROM customer ORDER BY id LIMIT 2 RETURNING a, b

INSERT INTO empty (a, b) SELECT id, name FROM product WHERE price > 10 ORDER BY 1

INSERT INTO empty (b) SELECT name FROM vips

INSERT INTO empty TABLE empty LIMIT 1

INSERT INTO empty VALUES (20) , (21)

INSERT INTO empty VALUES (22), (23, 'x')

INSERT INTO empty VALUES (1, 2, 3)

INSERT INTO empty (a, b) VALUES (1)

INSERT INTO empty (a) VALUES (1, 2)

INSERT INTO empty (a, a) VALUES (1, 2)

INSERT INTO empty (nope) VALUES (1)

INSERT INTO empty (a, nope) SELECT 1, 2

INSERT INTO nowhere VALUES (1)

INSERT INTO empty VALUES ('x')

INSERT INTO empty VALUES (1, 2)

INSERT INTO empty (a) VALUES ('5')

INSERT INTO empty (a) VALUES (true)

INSERT INTO empty (a) VALUES (99999999999)

INSERT INTO empty (a) VALUES (1.6) RETURNING a

INSERT INTO empty (a) SELECT 1.4 RETURNING a

INSERT INTO empty (a) SELECT 'x'

INSERT INTO empty (a) SELECT '7' RETURNING a

INSERT INTO empty (a) VALUES (a)

INSERT INTO empty (a) VALUES ((SELECT max(id) FROM customer)) RETURNING a

INSERT INTO empty (a) VALUES (count(*))

INSERT INTO empty VALUES (30, 'x') RETURNING a + 1 AS next, b || 'y', (SELECT count(*) FROM customer)

-- open: refused: 0A000 the whole row of the changed table "empty" is not supported by orgfold
INSERT INTO empty VALUES (31) RETURNING empty.a, empty.*, empty

INSERT INTO empty AS e VALUES (32, 'al') RETURNING e.a, e.b

-- open: another error: 42P01 missing FROM-clause entry for table "empty"
INSERT INTO empty AS e VALUES (32, 'al') RETURNING empty.a

INSERT INTO empty e VALUES (1)

INSERT INTO public.empty VALUES (33) RETURNING a

INSERT INTO empty (empty.a) VALUES (34)

INSERT INTO empty VALUES (35) RETURNING nope

INSERT INTO empty VALUES (36) RETURNING count(*)

INSERT INTO customer (id, name) VALUES (10, 'Zed') RETURNING *

INSERT INTO customer (id, name, mood, home, tags, profile, born) VALUES (11, 'Yan', 'sad', ROW('s', 'z', 5), ARRAY['q'], '{"k": 1}', '2001-02-03') RETURNING id, mood, home, tags, profile, born

INSERT INTO customer (id, name, home.street, home.floor) VALUES (12, 'Xi', 'st', 3) RETURNING home

INSERT INTO customer (id, name, tags[1], tags[2]) VALUES (13, 'Wu', 'a', 'b') RETURNING tags

INSERT INTO customer (id, name) VALUES (10, 'dup')

INSERT INTO customer (id, name, email) VALUES (14, 'x', 'ada@example.com')

INSERT INTO customer (id) VALUES (15)

INSERT INTO customer (id, name, tags) VALUES (15, 'x', NULL)

INSERT INTO customer (id, name, currency) VALUES (15, 'x', 'ZZZ')

INSERT INTO customer (id, name, email) VALUES (15, 'x', 'much longer than the sixty characters that this column will take in')

INSERT INTO customer (id, name, mood) VALUES (15, 'x', 'angry')

INSERT INTO product (id, name, sku) VALUES (20, 'p', 'bad')

INSERT INTO product (id, name, price) VALUES (20, 'p', -1)

INSERT INTO product (id, name, price) VALUES (20, 'p', 1234567.5)

INSERT INTO product (id, name) VALUES (20, 'a name that is too long for thirty characters')

INSERT INTO product (id, name, label) VALUES (20, 'p', 'x')

INSERT INTO product (id, name, label) VALUES (20, 'p', DEFAULT) RETURNING id, label, price, stock, attrs, added

INSERT INTO product VALUES (21, 'ZZ-9', 'q') RETURNING *

INSERT INTO item (order_no, product_id, qty, price) VALUES (99, 1, 1, 1)

INSERT INTO item (order_no, product_id, qty, price) VALUES (1, 99, 1, 1)

INSERT INTO item (order_no, product_id, qty, price) VALUES (5, 1, 0, 1)

INSERT INTO item (order_no, product_id, qty, price) VALUES (5, 1, 3, 1.25) RETURNING total

INSERT INTO item (order_no, product_id, qty, price) VALUES (5, 1, 3, 1.25)

INSERT INTO item VALUES (NULL, 1, 1, 1)

INSERT INTO node VALUES ('t', 9, 77, 'orphan')

INSERT INTO node VALUES ('t', 9, 9, 'self') RETURNING *

INSERT INTO node VALUES ('v', 1, NULL, 'a'), ('v', 2, 1, 'b') RETURNING tree || id

INSERT INTO stay VALUES (9, 'red', '[2026-01-01,2026-01-05)')

INSERT INTO stay (id, room, nights) VALUES (9, 'green', daterange('2026-01-01', '2026-01-03', '[]')) RETURNING nights, hours

INSERT INTO employee VALUES (20, 'Gus', 99)

INSERT INTO employee VALUES (20, 'Gus', 20, 'x', 1) RETURNING *

INSERT INTO employee (id, name, salary) VALUES (21, 'Hal', 0)

INSERT INTO "Odd Table" ("Select", "a b", "ünïcode", "quote""d") VALUES (10, 'ten', 5, 'it') RETURNING *, "a b" || '!'

INSERT INTO "Odd Table" ("Select", "quote""d") VALUES (11, 'it')

INSERT INTO "Odd Table" ("Select", "a b") VALUES (NULL, 'x')

INSERT INTO empty VALUES (1, 'x') ON CONFLICT DO NOTHING

INSERT INTO customer (id, name) VALUES (1, 'again') ON CONFLICT DO NOTHING

INSERT INTO customer (id, name) VALUES (1, 'again') ON CONFLICT DO NOTHING RETURNING id

INSERT INTO customer (id, name) VALUES (1, 'again') ON CONFLICT (id) DO NOTHING

INSERT INTO customer (id, name, email) VALUES (40, 'x', 'bo@example.com') ON CONFLICT (email) DO UPDATE SET name = customer.name || '/' || excluded.name RETURNING id, name

INSERT INTO customer (id, name, email) VALUES (40, 'x', 'bo@example.com') ON CONFLICT ON CONSTRAINT customer_email_key DO UPDATE SET vip = NOT customer.vip RETURNING id, vip

INSERT INTO customer (id, name) VALUES (2, 'x') ON CONFLICT ON CONSTRAINT customer_pkey DO NOTHING

INSERT INTO customer (id, name, email) VALUES (40, 'x', 'bo@example.com') ON CONFLICT (id) DO NOTHING

INSERT INTO customer AS c (id, name) VALUES (2, 'z') ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE c.vip RETURNING c.name

INSERT INTO customer (id, name) VALUES (2, 'z') ON CONFLICT (id) DO UPDATE SET (name, vip) = (excluded.name, false), born = DEFAULT RETURNING name, vip, born

INSERT INTO customer (id, name) VALUES (2, 'Bo') ON CONFLICT (id) DO UPDATE SET name = (SELECT 'Bo' || count(*) FROM orders WHERE customer_id = excluded.id) RETURNING name

INSERT INTO customer (id, name) VALUES (2, 'Bo'), (41, 'new') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id, name

INSERT INTO customer (id, name) VALUES (42, 'a'), (42, 'b') ON CONFLICT (id) DO UPDATE SET name = excluded.name

INSERT INTO customer (id, name) VALUES (42, 'a'), (42, 'b') ON CONFLICT (id) DO NOTHING RETURNING name

INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT (name) DO NOTHING

-- open: another error: 42703 column "nope" does not exist
INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT (nope) DO NOTHING

-- open: another error: 42704 constraint "nope" for table "customer" does not exist
INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT ON CONSTRAINT nope DO NOTHING

INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT DO UPDATE SET name = 'x'

INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET nope = 1

INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = name || 'x'

-- open: another error: 42703 column excluded.nope does not exist
INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.nope

-- open: PostgreSQL 17 and later add a hint
INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET customer.name = 'x'

INSERT INTO item (order_no, product_id, qty, price) VALUES (1, 1, 5, 2) ON CONFLICT (order_no, product_id) DO UPDATE SET qty = item.qty + excluded.qty RETURNING qty, total

INSERT INTO item (order_no, product_id, qty, price) VALUES (1, 1, 5, 2) ON CONFLICT (product_id, order_no) DO NOTHING

INSERT INTO node VALUES ('t', 1, NULL, 'ROOT') ON CONFLICT (tree, id) DO UPDATE SET name = excluded.name RETURNING *

INSERT INTO item (order_no, product_id, qty, price) VALUES (1, 1, 5, 2) ON CONFLICT (order_no) DO NOTHING

INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT (id) WHERE true DO NOTHING

INSERT INTO customer (id, name) VALUES (1, 'x') ON CONFLICT ((id)) DO NOTHING

INSERT INTO customer (id, name) SELECT id, name || '?' FROM customer WHERE id < 3 ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id, name

INSERT INTO ticket (title) VALUES ('one')

INSERT INTO ticket (title) VALUES ('two'), ('three') RETURNING title

INSERT INTO ticket (id, title) VALUES (5, 'x')

INSERT INTO ticket (id, title) VALUES (DEFAULT, 'four') RETURNING title

INSERT INTO ticket (seq, title) VALUES (1000, 'five') RETURNING seq, title

INSERT INTO ticket (seq, title) VALUES (DEFAULT, 'six') RETURNING title

INSERT INTO ticket (id, title) OVERRIDING SYSTEM VALUE VALUES (500, 'seven') RETURNING id

-- open: refused: 42601 syntax error at or near "OVERRIDING"
INSERT INTO ticket (id, title) OVERRIDING USER VALUE VALUES (600, 'eight') RETURNING id <> 600

INSERT INTO ticket (title) VALUES ('one')

INSERT INTO ticket DEFAULT VALUES RETURNING title

-- refused 42501
INSERT INTO currency VALUES ('ABC', 'x')

-- open: refused: 0A000 changing rows through the view "vips" is not supported by orgfold
INSERT INTO vips VALUES (90, 'v', 'v@x')

INSERT INTO every (id, b, i2, n2, f4, t, vc, c, by, d, ts, iv, u, jb, ai, am, mo, r4, pt) VALUES (10, 'yes', '5', 1.23456, '1e3', 'tx', 'v', 'c', 'abc', '2026-05-05', '2026-05-05 05:05:05.5555', '1 day', '6fa459ea-ee8a-3ca4-894e-db77e160355e', '{"z":1}', '{1}', '{ok}', 'ok', '[1,2]', '1,2') RETURNING *

INSERT INTO every (id, i2) VALUES (11, 40000)

INSERT INTO every (id, pos) VALUES (11, -1)

INSERT INTO every (id, vc) VALUES (11, 'thirteen char')

INSERT INTO every (id, vc) VALUES (11, 'twelve char     ') RETURNING vc

INSERT INTO every (id, b4) VALUES (12, B'10101')

INSERT INTO every (id, b4) VALUES (12, B'101'::bit(4)) RETURNING b4

INSERT INTO every (id, jb) VALUES (13, '{bad')

INSERT INTO every (id, ai[1], ai[3]) VALUES (13, 5, 7) RETURNING ai

INSERT INTO every (id, n) VALUES (14, 'NaN'), (15, 1e500) RETURNING n

INSERT INTO every (id, iv) VALUES (16, 5)

INSERT INTO every (id, t, d) VALUES (17, 5, now()) RETURNING t, d = current_date

INSERT INTO every (id, d) VALUES (18, '2026-99-99')

-- params: 100|hello
INSERT INTO empty VALUES ($1, $2) RETURNING *

-- params: 101|NULL
INSERT INTO empty (a, b) VALUES ($1, $2) RETURNING b IS NULL

-- params: 102|x
INSERT INTO empty SELECT $1::int, $2 RETURNING *

-- params: 103
INSERT INTO empty (a) SELECT $1

-- params: 50|Pam|happy|{a,b}|{"x": 1}
INSERT INTO customer (id, name, mood, tags, profile) VALUES ($1, $2, $3, $4, $5) RETURNING *

-- params: 50|Quinn
INSERT INTO customer (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = $2 || excluded.id RETURNING name

-- params: x|y
INSERT INTO empty VALUES ($1, $2)

-- open: another error: 42601 syntax error at end of input
INSERT INTO empty VALUES (1, 'a';

INSERT empty VALUES (1)

INSERT INTO empty SET a = 1

INSERT INTO empty

INSERT INTO customer.empty VALUES (1)
