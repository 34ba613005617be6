-- Settings: what changes what names mean, who asks, or what the server does for others.

-- refused 42501
SET orgfold.org_id = '{globex}'

-- refused 42501
SET LOCAL orgfold.org_id = '{globex}'

-- refused 42501
SET SESSION orgfold.org_id TO {globex}

-- refused 42501
SET "orgfold.org_id" = '{globex}'

-- refused 42501
SET orgfold."org_id" = '{globex}'

-- refused 42501
SET ORGFOLD.ORG_ID = '{globex}'

-- refused 28000
SET orgfold.org = 'globex'

-- refused 28000
SET orgfold.org TO globex

-- refused 0A000
SET LOCAL orgfold.org = 'globex'

-- refused 0A000
-- extended: refused 42601
SET orgfold.org = 'acme'; SET orgfold.org = 'globex'; SELECT count(*) FROM customer

-- refused 28000
SET orgfold.org = '{globex}'

-- refused 0A000
-- extended: refused 42601
RESET orgfold.org; SELECT count(*) FROM customer

-- refused 28000
SET orgfold.org = ''

-- answered [SET]
SET orgfold.org = DEFAULT

-- answered [BEGIN] / refused 25001
-- extended: refused 42601
BEGIN; SET orgfold.org = 'globex'; SELECT * FROM customer

-- refused 42501
SHOW orgfold.org_id

-- answered acme [SHOW]
SHOW orgfold.org

-- refused 0A000
SHOW ALL

-- refused 42501
SELECT current_setting('orgfold.org_id')

-- refused 42501
SELECT current_setting('orgfold.org_id', true)

-- refused 42501
SELECT set_config('orgfold.org_id', '{globex}', false)

-- refused 42501
SELECT pg_catalog.set_config('search_path', 'orgfold', false)

-- refused 42501
RESET orgfold.org_id

-- refused 42501
SET search_path = orgfold

-- refused 42501
SET search_path = orgfold_catalog, public

-- answered [SET]
SET search_path = public

-- answered [SET]
SET search_path = '$user, public'

-- refused 42501
SET search_path = "$user", public, pg_temp

-- refused 42601
SET SCHEMA 'orgfold'

-- refused 42501
SET ROLE orgfold_release

-- refused 42501
SET ROLE postgres

-- refused 42501
SET ROLE NONE

-- refused 42501
SET LOCAL ROLE orgfold_release

-- refused 42501
SET SESSION AUTHORIZATION postgres

-- refused 42501
RESET ROLE

-- refused 42601
RESET SESSION AUTHORIZATION

-- refused 42501
SET session_replication_role = replica

-- refused 42501
SET row_security = off

-- refused 42501
SET local_preload_libraries = 'x'

-- refused 42501
SET session_preload_libraries = 'x'

-- refused 42501
SET dynamic_library_path = '/tmp'

-- refused 42501
SET log_statement = 'all'

-- answered [SET] / 3 [SELECT 1]
-- extended: refused 42601
SET client_min_messages = debug5; SELECT count(*) FROM customer

-- answered [SET] / own-1 [SELECT 1]
-- extended: refused 42601
SET client_min_messages = 'log'; SELECT name FROM customer WHERE id = 1

-- refused 42501
SET debug_print_plan = on

-- refused 42501
SET log_min_messages = debug5

-- refused 42501
SET track_activities = off

-- refused 42501
SET backslash_quote = on

-- refused 42501
SET standard_conforming_strings = off

-- refused 42501
SET escape_string_warning = on

-- refused 42501
SET quote_all_identifiers = on

-- refused 0A000
SET client_encoding = 'SJIS'

-- answered [SET]
SET client_encoding = 'UTF8'

-- refused 0A000
SET NAMES 'LATIN1'

-- refused 42501
SET transform_null_equals = on

-- refused 42501
SET array_nulls = off

-- refused 42501
SET default_tablespace = 'x'

-- refused 42501
SET temp_tablespaces = 'x'

-- refused 42501
SET default_table_access_method = 'x'

-- refused 42501
SET event_triggers = off

-- refused 42501
SET lo_compat_privileges = on

-- refused 42501
SET check_function_bodies = off

-- refused 42501
SET allow_system_table_mods = on

-- refused 42501
SET zero_damaged_pages = on

-- refused 42501
SET ignore_checksum_failure = on

-- answered [SET] / 3 [SELECT 1]
-- extended: refused 42601
SET plan_cache_mode = force_custom_plan; SELECT count(*) FROM customer

-- answered [SET] / 3 [SELECT 1]
-- extended: refused 42601
SET xmloption = document; SELECT count(*) FROM customer

-- answered [SET]
SET TIME ZONE 'UTC'

-- answered [SET] / [DELETE 1]
-- extended: refused 42601
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; DELETE FROM ticket

-- answered [SET] / [RESET]
-- extended: refused 42601
SET default_transaction_read_only = on; RESET default_transaction_read_only

-- refused 42501
SET my.own = 'x'

-- answered [SET]
SET application_name = 'x'' ; SET ROLE postgres; --'

-- answered [SET] / 3 [SELECT 1]
-- extended: refused 42601
SET application_name = 'a' ; SELECT count(*) FROM customer

-- refused 22023
SET statement_timeout = '1; SET ROLE postgres'

-- refused 22023
SET timezone = 'UTC'' ; SELECT 1; --'

-- answered [SET] / 2026-01-02 [SELECT 1]
-- extended: refused 42601
SET datestyle = 'ISO, DMY'; SELECT date '2026-01-02'

-- refused 42501
ALTER SYSTEM SET log_statement = 'all'

-- refused 42501
ALTER ROLE orgfold_runtime SET search_path = orgfold

-- refused 42501
ALTER DATABASE x SET search_path = orgfold

-- answered "$user", public [SHOW]
SHOW search_path

-- refused 42501
SHOW data_directory

-- refused 42501
SHOW config_file

-- refused 42501
SHOW hba_file

-- answered orgfold_runtime [SHOW]
SHOW session_authorization
