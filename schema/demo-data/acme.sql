-- acme sells anvils.
-- Plain SQL for the demo's tables: it names no org, and knows no key that the database will give.

BEGIN;

INSERT INTO product (sku, name) VALUES
    ('ANV-50', 'Anvil, 50 kg'),
    ('ANV-100', 'Anvil, 100 kg'),
    ('SPR-1', 'Rocket spring'),
    ('PNT-T', 'Tunnel paint, 5 l');

INSERT INTO price (product_id, currency, amount)
SELECT p.id, c.code, v.amount
FROM (VALUES
    ('ANV-50', 249.00),
    ('ANV-100', 429.00),
    ('SPR-1', 89.90),
    ('PNT-T', 34.50)
) AS v (sku, amount)
JOIN product p ON p.sku = v.sku
JOIN currency c ON c.code IN ('CHF', 'USD');

INSERT INTO customer (name, email, country, currency) VALUES
    ('Coyote Supplies', 'orders@coyote.example', 'US', 'USD'),
    ('Roadside Diner', 'hello@roadside.example', 'US', 'USD'),
    ('Canyon Freight', 'desk@canyon.example', 'CH', 'CHF');

INSERT INTO customer (name, email, country, currency, parent_id)
SELECT 'Canyon Freight West', 'west@canyon.example', 'US', 'USD', id FROM customer WHERE name = 'Canyon Freight';

INSERT INTO contact (customer_id, no, name, is_primary)
SELECT id, 1, 'Accounts of ' || name, true FROM customer;

INSERT INTO invoice (no, customer_id, currency, state, issued_on, due_on)
SELECT v.no, c.id, v.currency, v.state::invoice_state, v.issued_on, v.issued_on + 30
FROM (VALUES
    (1001, 'Coyote Supplies', 'USD', 'paid', date '2026-01-12'),
    (1002, 'Coyote Supplies', 'USD', 'open', date '2026-02-03'),
    (1003, 'Roadside Diner', 'USD', 'open', date '2026-02-10'),
    (1004, 'Canyon Freight', 'CHF', 'open', date '2026-02-14'),
    (1005, 'Canyon Freight West', 'USD', 'void', date '2026-02-15')
) AS v (no, customer, currency, state, issued_on)
JOIN customer c ON c.name = v.customer;

INSERT INTO invoice_line (invoice_id, line, product_id, text, quantity, unit_price)
SELECT i.id, v.line, p.id, p.name, v.quantity, v.unit_price
FROM (VALUES
    (1001, 1, 'ANV-50', 3, 249.00),
    (1001, 2, 'SPR-1', 4, 89.90),
    (1002, 1, 'ANV-100', 2, 429.00),
    (1002, 2, 'PNT-T', 10, 34.50),
    (1003, 1, 'PNT-T', 2, 34.50),
    (1004, 1, 'ANV-50', 10, 249.00),
    (1005, 1, 'SPR-1', 1, 89.90)
) AS v (no, line, sku, quantity, unit_price)
JOIN invoice i ON i.no = v.no
JOIN product p ON p.sku = v.sku;

INSERT INTO payment (invoice_id, amount)
SELECT i.id, v.amount
FROM (VALUES
    (1001, 1106.60),
    (1002, 500.00)
) AS v (no, amount)
JOIN invoice i ON i.no = v.no;

COMMIT;
