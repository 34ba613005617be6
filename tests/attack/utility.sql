-- Words that only look like orgfold's own utility statements.

-- answered [TRUNCATE TABLE]
TRUNCATE "customer", public."invoice"

-- refused 42601
TRUNCATE (SELECT 1)

-- answered [TRUNCATE TABLE]
TRUNCATE TABLE ticket *

-- answered [TRUNCATE TABLE]
TRUNCATE ticket, ticket

-- answered [TRUNCATE TABLE] / [TRUNCATE TABLE]
-- extended: refused 42601
TRUNCATE ticket; ; TRUNCATE always

-- refused 42601
"TRUNCATE" ticket

-- refused 42601
T\RUNCATE ticket

-- answered [SET]
SET/**/timezone/**/=/**/'UTC'

-- refused 22023
SET timezone TO LOCAL

-- refused 22023
SET timezone = UTC, 'x'

-- answered Etc/UTC [SHOW] / acme [SHOW]
-- extended: refused 42601
SHOW timezone; SHOW orgfold.org

-- refused 42601
RESET timezone, search_path

-- answered [COMMIT] / [COMMIT]
-- extended: refused 42601
COMMIT WORK; END TRANSACTION

-- answered [BEGIN] / [ROLLBACK]
-- extended: refused 42601
BEGIN WORK ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE; ABORT

-- answered [BEGIN] / [SAVEPOINT] / [RELEASE] / [ROLLBACK]
-- extended: refused 42601
BEGIN TRANSACTION; SAVEPOINT s; RELEASE SAVEPOINT s; ROLLBACK WORK

-- answered own-1; own-2; own-3 [COPY 3]
COPY "customer" ("name") TO STDOUT WITH DELIMITER AS '|'

-- refused 42601
COPY (SELECT 1) TO STDOUT (FORMAT "csv")

-- refused 22023
COPY (SELECT 1) TO STDOUT (FORMAT 'c''; DROP TABLE customer; --')

-- answered 1 [COPY 1]
COPY (SELECT 1) TO STDOUT (NULL E'\'); DROP TABLE customer; --')

-- refused 0A000
COPY customer (name) TO STDOUT WITH (DELIMITER '|', QUOTE '"')

-- refused 42P02
COPY (SELECT $1) TO STDOUT

-- answered [DISCARD ALL] / 3 [SELECT 1]
-- extended: refused 42601
DISCARD ALL; SELECT count(*) FROM customer

-- answered [DEALLOCATE ALL]
DEALLOCATE PREPARE ALL

-- refused 0A000
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY

-- answered [SET]
SET TRANSACTION READ WRITE
