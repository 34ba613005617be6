-- Comments: what is one to us and none to PostgreSQL, or the other way round.

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer /* WHERE */ -- x

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer /* /* nested */ WHERE id = 1 */

-- refused 42601
SELECT count(*) FROM customer /* /* not closed */

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer /*! WHERE true */

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer --+ x

-- answered 3 [SELECT 1]
/* SELECT */ SELECT count(*) FROM customer

-- answered 1 [SELECT 1]
SELECT count(*) FROM customer WHERE id = 1 */* x */1

-- answered 1 [SELECT 1]
SELECT count(*) FROM customer WHERE id =/**/1

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer WHERE id = 1 --
OR true

-- answered 1|3 [SELECT 1]
SELECT 1 --/* 
, count(*) FROM customer --*/

-- refused 42601
SELECT count(*) FROM customer # WHERE

-- answered 3|3 [SELECT 1]
SELECT 2 -/* x */- 1, count(*) FROM customer

-- answered 3 [SELECT 1]
SELECT count(*) FROM/**/customer/**/WHERE/**/id>0

-- answered 3 [SELECT 1]
SELECT count(*) FROM customer; -- DELETE FROM customer

-- refused 42883
SELECT 4 +/-- x
1
