-- schema: shop

-- SET, SHOW, RESET and what they change.

SHOW server_version

SHOW server_encoding

SHOW client_encoding

SHOW DateStyle

SHOW TimeZone

SHOW TIME ZONE

SHOW IntervalStyle

SHOW standard_conforming_strings

SHOW transaction_isolation

SHOW TRANSACTION ISOLATION LEVEL

SHOW extra_float_digits

SHOW bytea_output

SHOW max_identifier_length

SHOW integer_datetimes

-- open: another error: 42501 permission denied to set parameter "nosuch"
SHOW nosuch

-- open: another error: 42501 permission denied to set parameter "nosuch.setting"
SHOW nosuch.setting

SHOW ALL nonsense

SET TimeZone TO 'Asia/Tokyo'

SHOW TimeZone

SELECT timestamptz '2026-01-01 00:00Z', current_setting('TimeZone')

SELECT tstz, tstz::timestamp, tstz::date FROM every ORDER BY id

SET TIME ZONE 'America/New_York'

SELECT timestamptz '2026-07-01 00:00Z'

SET TIME ZONE -3

SELECT timestamptz '2026-07-01 00:00Z'

-- open: refused: 42601 syntax error at or near "'+05:30'"
SET TIME ZONE INTERVAL '+05:30' HOUR TO MINUTE

SET TIME ZONE LOCAL

SET TIME ZONE DEFAULT

SET TimeZone = 'Nowhere/Land'

SET timezone = UTC

SELECT timestamptz '2026-07-01 00:00+02'

SET DateStyle TO 'German'

SHOW DateStyle

SELECT date '2026-03-04', timestamp '2026-03-04 05:06:07', timestamptz '2026-03-04 05:06:07+00'

SET DateStyle TO SQL, DMY

SELECT date '2026-03-04', '04/03/2026'::date

SELECT d, ts, tstz FROM every ORDER BY id

SET DateStyle = 'Postgres, MDY'

SELECT timestamp '2026-03-04 05:06:07'

SET DateStyle = ISO

RESET DateStyle

SET DateStyle TO 'nonsense'

SET IntervalStyle TO iso_8601

SELECT interval '1 year 2 months 3 days 04:05:06', iv FROM every ORDER BY id

SET IntervalStyle TO 'postgres_verbose'

SELECT interval '-1 year 2 days', due FROM orders ORDER BY no

SET IntervalStyle TO sql_standard

SELECT interval '1 year 2 days'

SET IntervalStyle TO DEFAULT

SELECT interval '1 year 2 days'

SET extra_float_digits = 0

SELECT 0.1::float8 + 0.2::float8, 1 / 3::float8, f4, f8 FROM every ORDER BY id

SET extra_float_digits TO 3

SELECT 0.1::float8

SET extra_float_digits TO 99

SET extra_float_digits TO 'x'

RESET extra_float_digits

SET bytea_output = 'escape'

SELECT '\x00ff61'::bytea, by FROM every ORDER BY id

SET bytea_output = hex

SET statement_timeout = '5s'

SHOW statement_timeout

SET statement_timeout TO 0

SET lock_timeout = 1000

SHOW lock_timeout

RESET lock_timeout

SET application_name = 'my app'

SHOW application_name

SELECT current_setting('application_name')

RESET application_name

SET SESSION application_name TO other

SHOW application_name

SET client_min_messages = warning

SHOW client_min_messages

RESET client_min_messages

SET client_encoding = 'UTF8'

SET NAMES 'UTF8'

SET standard_conforming_strings = on

SET default_transaction_read_only = on

SHOW default_transaction_read_only

INSERT INTO empty VALUES (1)

SET default_transaction_read_only = off

SET default_transaction_isolation = 'repeatable read'

SHOW transaction_isolation

RESET default_transaction_isolation

BEGIN; SET LOCAL DateStyle = 'German'; SELECT date '2026-01-02'; ROLLBACK; SELECT date '2026-01-02'

BEGIN; SET DateStyle = 'German'; ROLLBACK; SELECT date '2026-01-02'

BEGIN; SET DateStyle = 'German'; COMMIT; SELECT date '2026-01-02'; RESET DateStyle

BEGIN

SET IntervalStyle = 'iso_8601'

SELECT interval '1 day'

SAVEPOINT a

SET IntervalStyle = 'sql_standard'

SELECT interval '1 day'

ROLLBACK TO a

SELECT interval '1 day'

ROLLBACK

SELECT interval '1 day'

-- open: another error: 42501 permission denied to set parameter "nosuch"
SET nosuch = 1

-- open: another error: 42501 permission denied to set parameter "server_version"
SET server_version = '1'

SET DateStyle

SET TimeZone TO

SET xmloption = document

-- open meaning: PostgreSQL 18 reports the setting
SET search_path TO public

-- refused 42501
SET search_path TO pg_catalog

SELECT count(*) FROM customer

-- open: refused: 42501 permission denied to set parameter "search_path"
RESET search_path

-- refused 42501
SET ROLE postgres

-- refused 42501
SET SESSION AUTHORIZATION postgres

-- refused 42501
SET row_security = off

RESET TimeZone

-- open: another error: 42501 permission denied to set parameter "nosuch"
RESET nosuch

RESET ALL

SHOW TimeZone

DISCARD ALL

SHOW DateStyle

SELECT current_setting('DateStyle'), current_setting('datestyle'), current_setting('DATESTYLE')

SELECT name, setting FROM pg_settings WHERE name IN ('DateStyle', 'TimeZone', 'standard_conforming_strings') ORDER BY name

-- params: TimeZone
SELECT current_setting($1)
