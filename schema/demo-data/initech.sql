-- initech sells software, and cover sheets.
-- Plain SQL for the demo's tables: it names no org, and knows no key that the database will give.

BEGIN;

INSERT INTO product (sku, name) VALUES
    ('TPS', 'TPS report, licence'),
    ('CVR', 'Cover sheets, 500'),
    ('SUP', 'Support, month');

INSERT INTO price (product_id, currency, amount)
SELECT p.id, c.code, v.amount
FROM (VALUES
    ('TPS', 1200.00),
    ('CVR', 12.50),
    ('SUP', 380.00)
) AS v (sku, amount)
JOIN product p ON p.sku = v.sku
JOIN currency c ON c.code IN ('EUR', 'USD');

INSERT INTO customer (name, email, country, currency) VALUES
    ('Chotchkie''s', 'flair@chotchkies.example', 'US', 'USD'),
    ('Penetrode', 'it@penetrode.example', 'DE', 'EUR');

INSERT INTO customer (name, email, country, currency, parent_id)
SELECT 'Intertrode', 'it@intertrode.example', 'DE', 'EUR', id FROM customer WHERE name = 'Penetrode';

INSERT INTO contact (customer_id, no, name, is_primary)
SELECT id, 1, 'Accounts of ' || name, true FROM customer;

INSERT INTO invoice (no, customer_id, currency, state, issued_on, due_on)
SELECT v.no, c.id, v.currency, v.state::invoice_state, v.issued_on, v.issued_on + 30
FROM (VALUES
    (1001, 'Penetrode', 'EUR', 'open', date '2026-01-05'),
    (1002, 'Intertrode', 'EUR', 'open', date '2026-02-05'),
    (1003, 'Chotchkie''s', 'USD', 'paid', date '2026-02-09')
) AS v (no, customer, currency, state, issued_on)
JOIN customer c ON c.name = v.customer;

INSERT INTO invoice_line (invoice_id, line, product_id, text, quantity, unit_price)
SELECT i.id, v.line, p.id, p.name, v.quantity, v.unit_price
FROM (VALUES
    (1001, 1, 'TPS', 5, 1200.00),
    (1001, 2, 'SUP', 12, 380.00),
    (1002, 1, 'TPS', 1, 1200.00),
    (1003, 1, 'CVR', 37, 12.50)
) AS v (no, line, sku, quantity, unit_price)
JOIN invoice i ON i.no = v.no
JOIN product p ON p.sku = v.sku;

INSERT INTO payment (invoice_id, amount)
SELECT i.id, v.amount
FROM (VALUES
    (1003, 462.50),
    (1001, 4000.00)
) AS v (no, amount)
JOIN invoice i ON i.no = v.no;

COMMIT;
