-- ON CONFLICT: the arbiter is acme's key, never another's.

-- answered 9 [INSERT 0 1]
INSERT INTO customer VALUES (9, 'x') ON CONFLICT DO NOTHING RETURNING id

-- answered x [INSERT 0 1]
INSERT INTO customer VALUES (9, 'x') ON CONFLICT (id) DO UPDATE SET name = 'stolen' RETURNING name

-- answered mine [INSERT 0 1]
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'mine' RETURNING name

-- answered CANARY-9 [INSERT 0 1]
INSERT INTO customer VALUES (50, 'CANARY-9') ON CONFLICT (name) DO UPDATE SET name = 'stolen' RETURNING name

-- answered [INSERT 0 0]
INSERT INTO customer VALUES (1, 'CANARY-1') ON CONFLICT DO NOTHING RETURNING id

-- answered 1 [INSERT 0 1]
INSERT INTO customer VALUES (1, 'x') ON CONFLICT ON CONSTRAINT customer_pkey DO UPDATE SET name = 'mine' RETURNING id

-- refused 42704
INSERT INTO customer VALUES (1, 'x') ON CONFLICT ON CONSTRAINT customer_pkey_p{leaf} DO NOTHING

-- refused 42704
INSERT INTO customer VALUES (1, 'x') ON CONFLICT ON CONSTRAINT customer_pkey_p{elsewhere} DO NOTHING

-- refused 23505
INSERT INTO customer VALUES (1, 'x') ON CONFLICT ON CONSTRAINT customer_name_key DO NOTHING

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (org_id, id) DO NOTHING

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (org_id) DO NOTHING

-- refused 42P10
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (name, id) DO NOTHING

-- refused 42P10
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (lower(name)) DO NOTHING

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) WHERE org_id > 0 DO NOTHING

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.org_id::text

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET org_id = {globex}

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET org_id = excluded.org_id

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y' WHERE customer.org_id = {globex}

-- refused 42703
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y' WHERE org_id = {globex}

-- answered own-1x [INSERT 0 1]
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = customer.name || excluded.name WHERE excluded.id = 1 RETURNING name

-- answered own-3! [INSERT 0 1]
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = (SELECT max(name) FROM customer) || '!' RETURNING name

-- answered own-1! [INSERT 0 1]
INSERT INTO customer AS org_id VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = org_id.name || '!' RETURNING name

-- refused 42P09
INSERT INTO customer AS excluded VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name

-- answered [INSERT 0 3]
INSERT INTO customer (id, name) SELECT id, 'y' FROM customer ON CONFLICT (id) DO UPDATE SET name = 'z-' || excluded.id

-- answered [INSERT 0 0]
INSERT INTO invoice VALUES (1, 1, 1, '102') ON CONFLICT (no) DO NOTHING RETURNING no

-- refused 23505
INSERT INTO invoice VALUES (4, 1, 1, '102') ON CONFLICT (no) DO NOTHING RETURNING no

-- answered [INSERT 0 98]
INSERT INTO ticket (id, body) SELECT n, 'taken' FROM generate_series(1, 99) AS n ON CONFLICT DO NOTHING

-- refused 42601
INSERT INTO customer VALUES (1, 'x') ON CONFLICT (id) DO SELECT RETURNING name
