-- Transactions and texts of several statements: nothing of a refused text runs, nothing stays open for others.

-- answered 1 [SELECT 1] / own-1 [SELECT 1]
-- extended: refused 42601
SELECT 1; SELECT name FROM customer WHERE id = 1

-- refused 42703
SELECT 1; SELECT org_id FROM customer

-- refused 42703
DELETE FROM ticket; SELECT org_id FROM customer

-- refused 42501
DELETE FROM ticket; DROP TABLE customer

-- refused 42P01
BEGIN; DELETE FROM ticket; SELECT * FROM ticket_p{leaf}; COMMIT

-- answered [BEGIN] / [DELETE 1] / refused 22012
-- extended: refused 42601
BEGIN; DELETE FROM ticket; SELECT 1 / 0; COMMIT

-- answered [BEGIN] / refused 22012
-- extended: refused 42601
BEGIN; SELECT 1 / 0

-- answered [COMMIT] / [ROLLBACK] / 3 [SELECT 1]
-- extended: refused 42601
COMMIT; ROLLBACK; SELECT count(*) FROM customer

-- answered [BEGIN] / [BEGIN] / [COMMIT] / [COMMIT]
-- extended: refused 42601
BEGIN; BEGIN; COMMIT; COMMIT

-- answered [BEGIN] / refused 25006
-- extended: refused 42601
BEGIN READ ONLY; DELETE FROM ticket

-- answered [BEGIN] / 3 [SELECT 1] / [COMMIT]
-- extended: refused 42601
BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM customer; COMMIT

-- answered [START TRANSACTION] / 1 [SELECT 1] / [COMMIT]
-- extended: refused 42601
START TRANSACTION READ WRITE, DEFERRABLE; SELECT 1; COMMIT AND NO CHAIN

-- answered [BEGIN] / [SAVEPOINT] / [ROLLBACK] / [COMMIT]
-- extended: refused 42601
BEGIN; SAVEPOINT "a; DROP TABLE customer"; ROLLBACK TO "a; DROP TABLE customer"; COMMIT

-- answered [BEGIN] / [SAVEPOINT] / [DELETE 1] / [ROLLBACK] / 1 [SELECT 1] / [COMMIT]
-- extended: refused 42601
BEGIN; SAVEPOINT a; DELETE FROM ticket; ROLLBACK TO a; SELECT count(*) FROM ticket; COMMIT

-- refused 25P01
SAVEPOINT a

-- refused 25P01
ROLLBACK TO a

-- refused 25P01
RELEASE a

-- answered [BEGIN] / 1 [SELECT 1] / [COMMIT] / 3 [SELECT 1] / [ROLLBACK]
-- extended: refused 42601
BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT count(*) FROM customer; ROLLBACK

-- refused 0A000
PREPARE TRANSACTION 'x'

-- refused 0A000
COMMIT PREPARED 'x'

-- refused 0A000
ROLLBACK PREPARED 'x'

-- refused 42601
SET TRANSACTION SNAPSHOT '00000003-0000001B-1'

-- refused 42601
BEGIN; SET TRANSACTION SNAPSHOT '00000003-0000001B-1'; COMMIT

-- answered [BEGIN] / [SET] / 3 [SELECT 1] / [COMMIT]
-- extended: refused 42601
BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM customer; COMMIT

-- answered 3 [SELECT 1]
; ; SELECT count(*) FROM customer ;;

-- answered [BEGIN] / 1|own-1|\N; 2|own-2|1; 3|own-3|1 [COPY 3] / [COMMIT]
-- extended: refused 42601
BEGIN; COPY customer TO STDOUT; COMMIT

-- answered 1 [SELECT 1] / own-1 [COPY 1] / 2 [SELECT 1]
-- extended: refused 42601
SELECT 1; COPY (SELECT name FROM customer WHERE id = 1) TO STDOUT; SELECT 2

-- answered [BEGIN] / [SET CONSTRAINTS] / [COMMIT]
-- extended: refused 42601
BEGIN; SET CONSTRAINTS ALL DEFERRED; COMMIT

-- refused 0A000
BEGIN; LOCK TABLE customer; COMMIT

-- refused 42501
CALL pg_catalog.x()

-- refused 42501
CHECKPOINT

-- refused 42601
BEGIN ATOMIC; END
