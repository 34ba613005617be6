-- schema: shop

-- MERGE.

INSERT INTO empty VALUES (1, 'one'), (2, 'two'), (3, 'three')

MERGE INTO empty e USING (VALUES (1, 'uno'), (9, 'nove')) v(n, s) ON e.a = v.n WHEN MATCHED THEN UPDATE SET b = v.s WHEN NOT MATCHED THEN INSERT VALUES (v.n, v.s)

SELECT * FROM empty ORDER BY a

MERGE INTO empty USING customer c ON a = c.id WHEN MATCHED AND c.vip THEN DELETE WHEN MATCHED THEN DO NOTHING

SELECT * FROM empty ORDER BY a

MERGE INTO empty AS e USING (SELECT id, name FROM customer WHERE id < 4) AS s ON e.a = s.id WHEN MATCHED AND e.b = 'two' THEN UPDATE SET b = e.b || s.name, a = e.a WHEN NOT MATCHED AND s.id > 0 THEN INSERT (a, b) VALUES (s.id, s.name)

SELECT * FROM empty ORDER BY a

MERGE INTO empty USING (SELECT 1 AS x) s ON false WHEN NOT MATCHED THEN INSERT (a) VALUES (x + 100)

MERGE INTO empty USING (SELECT 1 AS x) s ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES

MERGE INTO empty USING (SELECT 1 AS x) s ON false WHEN NOT MATCHED THEN DO NOTHING

MERGE INTO empty USING (SELECT 5 AS x) s ON a = x WHEN MATCHED THEN UPDATE SET (a, b) = (x, 'row')

MERGE INTO empty USING (SELECT 101 AS x) s ON a = x WHEN MATCHED THEN UPDATE SET b = DEFAULT

MERGE INTO item USING orders o ON item.order_no = o.no AND o.state = 'done' WHEN MATCHED AND item.qty > 50 THEN UPDATE SET qty = item.qty + 1

MERGE INTO item i USING (SELECT * FROM product p JOIN orders o ON o.no = 5) s ON i.product_id = s.id AND i.order_no = s.no WHEN NOT MATCHED AND s.id < 3 THEN INSERT (order_no, product_id, qty, price) VALUES (s.no, s.id, 1, s.price)

SELECT * FROM item ORDER BY order_no, product_id

WITH s AS (SELECT 7 AS n) MERGE INTO empty USING s ON a = n WHEN NOT MATCHED THEN INSERT VALUES (n, 'cte')

MERGE INTO customer c USING vips v ON v.id = c.id WHEN MATCHED THEN UPDATE SET tags = c.tags || v.name

MERGE INTO customer c USING currency x ON x.code = c.currency AND x.digits = 0 WHEN MATCHED THEN UPDATE SET name = c.name || x.name

SELECT id, name, tags FROM customer ORDER BY id

MERGE INTO empty USING (VALUES (1), (1)) s(x) ON a = 1 WHEN MATCHED THEN UPDATE SET b = 'twice'

MERGE INTO customer USING (SELECT 1 AS x) s ON id = x WHEN MATCHED THEN UPDATE SET id = 2

MERGE INTO customer USING (SELECT 60 AS x) s ON id = x WHEN NOT MATCHED THEN INSERT (id) VALUES (x)

MERGE INTO customer USING (SELECT 2 AS x) s ON id = x WHEN MATCHED THEN DELETE

MERGE INTO product USING (SELECT 1 AS x) s ON id = x WHEN MATCHED THEN UPDATE SET price = -1

MERGE INTO product USING (SELECT 1 AS x) s ON id = x WHEN MATCHED THEN UPDATE SET label = 'x'

MERGE INTO empty USING nowhere ON true WHEN MATCHED THEN DELETE

MERGE INTO nowhere USING empty ON true WHEN MATCHED THEN DELETE

-- open: another error: 42703 column "nope" does not exist
MERGE INTO empty USING customer ON nope WHEN MATCHED THEN DELETE

MERGE INTO empty USING customer c ON a = c.id WHEN MATCHED THEN UPDATE SET nope = 1

-- open: another error: 42601 syntax error at or near "UPDATE"
MERGE INTO empty USING customer c ON a = c.id WHEN NOT MATCHED THEN UPDATE SET b = 'x'

-- open: another error: 42601 syntax error at or near "INSERT"
MERGE INTO empty USING customer c ON a = c.id WHEN MATCHED THEN INSERT VALUES (1)

MERGE INTO empty USING customer c ON a = c.id

MERGE INTO empty USING customer c ON a = c.id WHEN NOT MATCHED THEN INSERT VALUES (a, 'x')

-- open: another error: 42601 INSERT has more expressions than target columns
MERGE INTO empty USING customer c ON a = c.id WHEN NOT MATCHED THEN INSERT VALUES (1, 2, 3)

MERGE INTO empty USING empty ON true WHEN MATCHED THEN DELETE

MERGE INTO empty e USING empty f ON e.a = f.a + 1 WHEN MATCHED THEN DELETE

-- open: another error: 0A000 changing rows through the view "vips" is not supported by orgfold
MERGE INTO vips USING customer c ON vips.id = c.id WHEN MATCHED THEN DELETE

-- refused 42501
MERGE INTO currency USING customer c ON false WHEN MATCHED THEN DELETE

MERGE INTO empty USING customer c ON a = c.id WHEN MATCHED THEN DELETE RETURNING a

-- open: another error: 0A000 WHEN NOT MATCHED BY SOURCE is not supported by orgfold
MERGE INTO empty USING customer c ON a = c.id WHEN NOT MATCHED BY SOURCE THEN DELETE

MERGE INTO ONLY empty USING (SELECT 1 AS x) s ON a = x WHEN MATCHED THEN DELETE

MERGE empty USING (SELECT 1 AS x) s ON a = x WHEN MATCHED THEN DELETE

-- open: PostgreSQL 17 and later add a hint
MERGE INTO empty USING (SELECT 1 AS x) s ON a = x WHEN MATCHED THEN UPDATE SET empty.b = 'q'

MERGE INTO empty USING generate_series(200, 202) g ON a = g WHEN NOT MATCHED THEN INSERT VALUES (g, 'g' || g)

MERGE INTO "Odd Table" o USING (SELECT 1 AS "n m") s ON o."Select" = s."n m" WHEN MATCHED THEN UPDATE SET "a b" = 'merged', "ünïcode" = s."n m"

MERGE INTO ticket USING (SELECT 'm' AS t) s ON title = t WHEN NOT MATCHED THEN INSERT (title) VALUES (t)

-- open: refused: 0A000 OVERRIDING in MERGE is not supported by orgfold
MERGE INTO ticket USING (SELECT 'm' AS t) s ON title = t WHEN NOT MATCHED THEN INSERT (id, title) OVERRIDING SYSTEM VALUE VALUES (900, t)

-- params: 300|p
MERGE INTO empty USING (SELECT $1::int AS n) s ON a = n WHEN MATCHED THEN UPDATE SET b = $2 WHEN NOT MATCHED THEN INSERT VALUES (n, $2)

SELECT * FROM empty ORDER BY a, b
