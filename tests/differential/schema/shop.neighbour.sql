UPDATE customer SET name = 'canary ' || id, email = 'canary' || id, born = '1900-01-01'

UPDATE employee SET name = 'canary', salary = 77

UPDATE product SET name = 'canary', price = 77, stock = 77, attrs = '{"canary": 77}'

UPDATE orders SET note = 'canary', placed = '1900-01-01'

UPDATE item SET price = 77

UPDATE node SET name = 'canary'

UPDATE every SET t = 'canary', i4 = 77

UPDATE "Odd Table" SET "a b" = 'canary'

INSERT INTO empty VALUES (77, 'canary')

INSERT INTO ticket (title) VALUES ('canary 1'), ('canary 2')
