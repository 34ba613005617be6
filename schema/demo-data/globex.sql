-- globex sells energy.
-- Plain SQL for the demo's tables: it names no org, and knows no key that the database will give.

BEGIN;

INSERT INTO product (sku, name) VALUES
    ('KWH-D', 'Day tariff, MWh'),
    ('KWH-N', 'Night tariff, MWh'),
    ('MTR-3', 'Smart meter');

INSERT INTO price (product_id, currency, amount)
SELECT p.id, c.code, v.amount
FROM (VALUES
    ('KWH-D', 310.00),
    ('KWH-N', 205.00),
    ('MTR-3', 145.00)
) AS v (sku, amount)
JOIN product p ON p.sku = v.sku
JOIN currency c ON c.code IN ('EUR', 'USD');

INSERT INTO customer (name, email, country, currency) VALUES
    ('Cypress Creek', 'power@cypress.example', 'US', 'USD'),
    ('Hank''s Hammocks', 'hank@hammocks.example', 'US', 'EUR');

INSERT INTO contact (customer_id, no, name, is_primary)
SELECT id, 1, 'Accounts of ' || name, true FROM customer;

INSERT INTO invoice (no, customer_id, currency, state, issued_on, due_on)
SELECT v.no, c.id, v.currency, v.state::invoice_state, v.issued_on, v.issued_on + 30
FROM (VALUES
    (1001, 'Cypress Creek', 'USD', 'open', date '2026-01-31'),
    (1002, 'Hank''s Hammocks', 'EUR', 'paid', date '2026-02-01')
) AS v (no, customer, currency, state, issued_on)
JOIN customer c ON c.name = v.customer;

INSERT INTO invoice_line (invoice_id, line, product_id, text, quantity, unit_price)
SELECT i.id, v.line, p.id, p.name, v.quantity, v.unit_price
FROM (VALUES
    (1001, 1, 'KWH-D', 42.5, 310.00),
    (1001, 2, 'KWH-N', 18.25, 205.00),
    (1002, 1, 'MTR-3', 1, 145.00)
) AS v (no, line, sku, quantity, unit_price)
JOIN invoice i ON i.no = v.no
JOIN product p ON p.sku = v.sku;

INSERT INTO payment (invoice_id, amount)
SELECT i.id, v.amount
FROM (VALUES
    (1002, 145.00)
) AS v (no, amount)
JOIN invoice i ON i.no = v.no;

COMMIT;
