-- Literals and encodings: a text that ends elsewhere than PostgreSQL thinks.

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer WHERE name = 'x\' OR true --'

-- answered [SELECT 0]
SELECT name FROM customer WHERE name = E'x\' OR true --'

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer WHERE name = E'x\\' OR true --'

-- answered own-1; own-2; own-3 [SELECT 3]
SELECT name FROM customer WHERE name = E'x''' OR name <> ''

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE name = $$x$$ OR true

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE name = $a$x$$ OR true --$a$

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE name = $é$x$é$

-- answered t|0 [SELECT 1]
SELECT U&'\0043ANARY' = 'CANARY', count(*) FROM customer WHERE name LIKE U&'\0043ANARY%'

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE name = U&'!0041' UESCAPE '!' OR true

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE name = 'x'
 ' OR true --'

-- refused 42601
SELECT count(*) FROM customer WHERE name = 'x' /* no */ ' OR true --'

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE name = 'x' -- comment
 ' OR true'

-- answered 1011|000111111111|3 [SELECT 1]
SELECT B'1011', X'1FF', count(*) FROM customer

-- answered x|3 [SELECT 1]
SELECT N'x', count(*) FROM customer

-- answered OR|O|O|3 [SELECT 1]
SELECT E'\x4f\x52', E'\117', E'\u004f', count(*) FROM customer

-- refused 42601
SELECT E'\xff', count(*) FROM customer

-- refused 42601
SELECT E'\000'

-- refused 22P02
SELECT '' OR true FROM customer

-- refused 42601
-- since 16: answered 10|31|15|3|1000|0.5|5|3 [SELECT 1]
SELECT 1e1, 0x1F, 0o17, 0b11, 1_000, .5, 5., count(*) FROM customer

-- refused 42601
SELECT 1a FROM customer

-- answered 1; 1; 1 [SELECT 3]
SELECT '1'org_id FROM customer

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE name='own-1'OR(true)

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE name = '＇ OR true'

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE name = 'ʼ; DELETE FROM customer'

-- answered 0 [SELECT 1]
SELECT count(*) FROM customer WHERE id = 1e400

-- answered 1 [SELECT 1]
SELECT count(*) FROM customer WHERE id=-1 OR id=--1
1

-- refused 42601
SELECT 'a' 'b'
