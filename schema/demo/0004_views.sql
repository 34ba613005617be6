-- What is asked most. A view runs for whoever asks, and sees their rows only.

CREATE VIEW invoice_total AS
SELECT i.id, i.no, i.customer_id, i.state, i.currency, coalesce(l.total, 0) AS total, coalesce(p.paid, 0) AS paid
FROM invoice i
LEFT JOIN (SELECT invoice_id, sum(amount) AS total FROM invoice_line GROUP BY invoice_id) l ON l.invoice_id = i.id
LEFT JOIN (SELECT invoice_id, sum(amount) AS paid FROM payment GROUP BY invoice_id) p ON p.invoice_id = i.id;

CREATE VIEW customer_balance AS
SELECT c.id, c.name, t.currency, sum(t.total - t.paid) AS open
FROM customer c
JOIN invoice_total t ON t.customer_id = c.id
WHERE t.state <> 'void'
GROUP BY c.id, c.name, t.currency;
