-- schema: shop

-- Functions of numbers, dates and times, ranges, arrays, and the rest that are called.

SELECT abs(-5), abs(-5.5), abs('-5'::float8), sign(-2.5), ceil(1.2), ceiling(-1.2), floor(-1.2), round(2.5), round(-2.5), round(2.567, 2), round(1234.5, -2), trunc(2.9), trunc(-2.99, 1)

SELECT sqrt(2), sqrt(2::numeric), cbrt(27), exp(1), exp(1.0), ln(2), ln(2.0), log(100), log(2, 8), log10(1000), power(2, 10), power(2.0, 0.5), pi(), degrees(pi()), radians(180)

SELECT mod(7, 3), mod(-7, 3), mod(7.5, 2), div(7, 2), div(-7.5, 2), gcd(12, 18), lcm(4, 6), factorial(5), scale(1.230), min_scale(1.230), trim_scale(1.230), width_bucket(5.3, 0, 10, 5), width_bucket(5, ARRAY[1, 3, 7])

SELECT sin(0), cos(0), tan(0), asin(1), acos(1), atan(1), atan2(1, 1), cot(1), sind(30), cosd(60), tand(45), sinh(0), cosh(0), tanh(0), asinh(0), acosh(1), atanh(0)

SELECT sqrt(-1)

SELECT ln(0)

SELECT power(0, -1)

SELECT factorial(-1)

SELECT acos(2)

SELECT div(1, 0)

SELECT round(1.5::float8), round(2.5::float8), round('1e20'::float8), 1.5::float8::int, 2.5::float8::int

SELECT round(1.5, 'x')

SELECT greatest(1, 2, NULL), least(2, 1), greatest(NULL, NULL), greatest(date '2026-01-01', '2026-01-02'), least('b', 'a' COLLATE "C")

SELECT random() BETWEEN 0 AND 1, random() = random()

-- open: refused: 42501 permission denied for function setseed
SELECT setseed(0.5)

SELECT to_hex(-1), to_hex(255::bigint), 5::bit(4)::text, ('x' || 'ff')::bit(8)::int

SELECT price, round(price * 1.19, 2), ceil(price), price::int, weight, round(weight::numeric, 1), weight / 3 FROM product ORDER BY id

SELECT extract(year FROM timestamp '2026-03-04 05:06:07.89'), extract(quarter FROM date '2026-03-04'), extract(week FROM date '2026-01-01'), extract(isoyear FROM date '2026-01-01'), extract(dow FROM date '2026-01-04'), extract(isodow FROM date '2026-01-04'), extract(doy FROM date '2026-12-31'), extract(epoch FROM timestamptz '1970-01-02 00:00+00'), extract(microseconds FROM time '00:00:01.5'), extract(century FROM date '2001-01-01'), extract(decade FROM date '2026-01-01'), extract(julian FROM date '2026-01-01'), extract(millennium FROM date '2001-01-01')

SELECT extract('hour' FROM time '05:06'), extract(SECOND FROM interval '1 min 2.5 sec'), extract(day FROM interval '40 days'), extract(timezone FROM timestamptz '2026-01-01 00:00+00') IS NOT NULL, extract(epoch FROM interval '1 day')

SELECT extract(nope FROM date '2026-01-01')

SELECT extract(hour FROM date '2026-01-01')

SELECT extract(year FROM 'x')

SELECT extract(year FROM 5)

SELECT date_part('month', timestamp '2026-03-04'), date_part('hour', interval '5 hours'), date_trunc('hour', timestamp '2026-03-04 05:06:07'), date_trunc('week', date '2026-03-04'), date_trunc('month', timestamptz '2026-03-04 05:06+00', 'Asia/Tokyo'), date_trunc('day', interval '1 day 5 hours')

SELECT date_trunc('fortnight', timestamp '2026-01-01')

SELECT date_bin('15 minutes', timestamp '2026-01-01 10:22', timestamp '2026-01-01'), age(timestamp '2026-03-01', timestamp '2025-01-15'), age(date '2026-01-01', date '2025-12-31'), justify_hours('30 hours'), justify_interval('1 mon -1 hour')

SELECT make_date(2026, 1, 2), make_time(1, 2, 3.5), make_timestamp(2026, 1, 2, 3, 4, 5.6), make_timestamptz(2026, 1, 2, 3, 4, 5.6, 'UTC'), make_interval(days => 5, hours => 2), make_interval(1, 2)

SELECT make_date(2026, 13, 1)

SELECT isfinite(date '2026-01-01'), isfinite(timestamp 'infinity'), isfinite(interval '1 day'), 'infinity'::timestamp + interval '1 day'

SELECT now() = transaction_timestamp(), now() = statement_timestamp() OR true, clock_timestamp() >= now(), timeofday() IS NOT NULL, current_timestamp = now(), localtimestamp = now()::timestamp, current_timestamp(0) = now()::timestamptz(0)

SELECT timezone('UTC', timestamptz '2026-01-01 00:00+05'), timezone('UTC', timestamp '2026-01-01'), timestamp '2026-07-01 12:00' AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC', timestamptz '2026-01-01 00:00Z' AT TIME ZONE '+3'

SELECT timestamp '2026-01-01' AT TIME ZONE 'Nowhere'

SELECT date '2026-01-31' + interval '1 month', timestamp '2024-02-29' + interval '1 year', date '2026-03-01' - interval '1 day', timestamp '2026-01-01' - interval '1 microsecond'

SELECT interval '1 month' = interval '30 days', interval '1 day' > interval '23 hours', interval '1 year' / 3, interval '1 day' * 1.5, sum(x) FROM (VALUES (interval '1 day'), ('2 hours')) t(x)

SELECT no, placed, placed::date, placed::time, to_char(placed, 'Mon DD'), placed + due, extract(day FROM due), date_trunc('month', placed) FROM orders ORDER BY no

SELECT no, age(timestamp '2026-04-01', placed), timestamp '2026-04-01' - placed FROM orders ORDER BY no

SELECT to_timestamp(1234567890.5), to_timestamp('05 Dec 2000', 'DD Mon YYYY'), to_char(to_timestamp(0) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), to_char(-0.1, '0.9'), to_char(timestamptz '2026-01-01 12:00+00', 'TZ') IS NOT NULL

SELECT lower(int4range(1, 5)), upper(int4range(1, 5)), isempty('empty'::int4range), lower_inc('[1,2]'::numrange), upper_inc('[1,2]'::numrange), lower_inf('(,1)'::int4range), upper_inf('[1,)'::int4range), range_merge('[1,2)'::int4range, '[5,6)'), multirange('[1,2)'::int4range), range_merge('{[1,2),[5,6)}'::int4multirange)

SELECT int4range(1, 5, '[]'), int4range(NULL, 5), numrange(1.5, 2.5, '(]'), daterange('2026-01-01', '2026-01-31', '[]'), tsrange(timestamp '2026-01-01', NULL), int4multirange(int4range(1, 2), int4range(4, 5)), int8range(5, 5)

SELECT int4range(1, 5, 'xx')

SELECT int4range(1, 10) @> '[2,3)'::int4range, 5 <@ int4range(1, 10), '{[1,2)}'::int4multirange @> 1, '{[1,5)}'::int4multirange * '{[3,7)}', '{[1,3)}'::int4multirange + '{[3,4)}', unnest('{[1,2),[4,5)}'::int4multirange)

SELECT id, room, nights, lower(nights), upper(nights) - lower(nights), nights @> date '2026-01-04', upper_inf(nights), isempty(hours), hours && int4range(10, 12) FROM stay ORDER BY id

SELECT a.id, b.id FROM stay a JOIN stay b ON a.nights && b.nights AND a.id < b.id ORDER BY 1, 2

SELECT room, range_agg(nights ORDER BY nights) FROM stay GROUP BY room ORDER BY room

SELECT array_length(ARRAY[1, 2], 1), array_ndims(ARRAY[[1], [2]]), array_dims(ARRAY[[1, 2]]), array_lower(ARRAY[1], 1), array_upper(ARRAY[1, 2], 1), cardinality(ARRAY[[1, 2], [3, 4]]), array_length('{}'::int[], 1), cardinality('{}'::int[])

SELECT array_append(ARRAY[1], 2), array_prepend(0, ARRAY[1]), array_cat(ARRAY[1], ARRAY[2]), array_remove(ARRAY[1, 2, 1], 1), array_replace(ARRAY[1, 2], 2, 3), array_position(ARRAY['a', 'b'], 'b'), array_positions(ARRAY[1, 2, 1], 1), array_fill(7, ARRAY[2]), trim_array(ARRAY[1, 2, 3], 1), array_fill(0, ARRAY[2], ARRAY[5])

SELECT unnest(ARRAY[1, 2]), unnest(ARRAY['a', 'b', 'c'])

SELECT unnest('{{1,2},{3,4}}'::int[])

SELECT generate_subscripts(ARRAY['a', 'b'], 1), generate_series(1, 2)

SELECT generate_series(1, 5, 2), generate_series(3, 1, -1)

SELECT generate_series(1, 5, 0)

SELECT generate_series(timestamp '2026-01-01', timestamp '2026-01-03', interval '1 day')

SELECT id, array_to_string(tags, '/', '?'), cardinality(tags), tags || 'new', array_position(tags, 'b'), tags[2:], 'a' = ANY (tags), tags @> '{a}', array_remove(tags, 'a') FROM customer ORDER BY id

SELECT sizes, sizes[1], array_length(sizes, 1), 6 = ANY (sizes), sizes && '{8}', sizes || 1, (SELECT sum(s) FROM unnest(sizes) s) FROM product ORDER BY id

SELECT gen_random_uuid() <> gen_random_uuid(), length(gen_random_uuid()::text)

SELECT num_nulls(1, NULL, 'x'), num_nonnulls(1, NULL), num_nulls(VARIADIC ARRAY[1, NULL])

SELECT pg_typeof(id)::text, pg_typeof(name)::text, pg_typeof(mood)::text, pg_typeof(home)::text, pg_typeof(tags)::text, pg_typeof(currency)::text FROM customer WHERE id = 1

SELECT pg_typeof(sku)::text, pg_typeof(price)::text, pg_typeof(attrs)::text, pg_typeof(sizes)::text, pg_typeof(label)::text FROM product WHERE id = 1

SELECT pg_column_size(1), pg_column_size('abc'::text)

SELECT enum_first(NULL::mood), enum_last('sad'::mood), enum_range(NULL::mood), enum_range('ok'::mood, NULL)

SELECT 'happy'::mood > 'sad', greatest('sad'::mood, 'ok'), 'ok'::mood::text, array_agg(m ORDER BY m DESC) FROM unnest(enum_range(NULL::mood)) m

SELECT host(ip), family(ip), masklen(ip), network(ip), broadcast(ip), netmask(ip), hostmask(ip), set_masklen(ip, 16), text(ip), abbrev(net), inet_same_family(ip, '::1'), inet_merge(ip, '192.168.1.5') FROM every WHERE id = 1

SELECT trunc(mac), mac & '00:00:00:ff:ff:ff', mac < 'ff:00:00:00:00:00' FROM every WHERE id = 1

SELECT area(bx), center(bx), height(bx), width(bx), diagonal(bx), pt[0], bx[1], box(pt, '(3,3)'), pt <-> '(0,0)' FROM every WHERE id = 1

SELECT npoints(polygon '((0,0),(1,1),(1,0))'), length(path '[(0,0),(3,4)]'), isclosed(path '((0,0),(1,1))'), radius(circle '((0,0),5)'), diameter(circle '((0,0),5)'), slope(point '(0,0)', point '(1,2)'), circle(point '(0,0)', 2), polygon(4, circle '((0,0),1)')

SELECT to_tsvector('simple', 'The fat cats'), to_tsvector('english', 'The fat cats'), to_tsquery('english', 'cats & fat'), plainto_tsquery('simple', 'a b'), phraseto_tsquery('simple', 'a b'), websearch_to_tsquery('simple', 'a -b "c d"')

SELECT to_tsvector('english', 'cats run') @@ to_tsquery('english', 'cat & running')

SELECT ts_rank(to_tsvector('simple', 'a b a'), 'a')

SELECT ts_headline('simple', 'a fat cat', 'cat')

SELECT strip('a:1'::tsvector)

SELECT setweight('a:1'::tsvector, 'B')

SELECT length('a b'::tsvector)

SELECT numnode('a & b'::tsquery)

SELECT querytree('a'::tsquery)

SELECT tsvector_to_array('b a'::tsvector)

SELECT array_to_tsvector('{a,b}')

SELECT ts_delete('a b'::tsvector, 'a')

SELECT to_tsvector('nosuch', 'x')

SELECT id, to_tsvector('simple', name) @@ 'bolt', ts_rank_cd(to_tsvector('simple', name), 'bolt') FROM product ORDER BY id

SELECT md5('a'), encode(sha256('a'), 'hex'), hashtext('a') = hashtext('a')

SELECT version() LIKE 'PostgreSQL%'

SELECT current_setting('server_version_num')::int > 150000

SELECT current_database() IS NOT NULL

-- open: refused: 42501 permission denied for function pg_backend_pid
SELECT pg_backend_pid() > 0

-- open: another error: 42501 permission denied to examine "nosuch.setting"
SELECT current_setting('nosuch.setting')

-- open: refused: 42501 permission denied to examine "nosuch.setting"
SELECT current_setting('nosuch.setting', true)

SELECT pg_sleep(0)

SELECT pg_is_in_recovery()

-- open: another error: 42501 permission denied for function pg_read_file
SELECT pg_read_file('/etc/passwd')

-- open: refused: 42501 permission denied for function set_config
SELECT set_config('a.b', 'c', false)

-- open: refused: 42501 permission denied for function txid_current
SELECT txid_current() > 0

-- open: refused: 42501 permission denied for function pg_advisory_lock
SELECT pg_advisory_lock(1)

-- open: refused: 42501 permission denied for function pg_advisory_unlock
SELECT pg_advisory_unlock(1)

SELECT has_table_privilege('customer', 'SELECT')

SELECT to_regclass('nowhere'), to_regtype('int4'), to_regclass('customer') IS NOT NULL

SELECT format_type(23, NULL), format_type(1043, 14)

SELECT obj_description(1, 'pg_class'), col_description(1, 1)

SELECT pg_get_userbyid(10)

SELECT make_interval(nope => 1)

SELECT make_interval(days => 1, 2)

SELECT make_interval(years := 2)

SELECT lower(upper => 'x')

SELECT jsonb_set(target => '{}', path => '{a}', new_value => '1')

-- open: another error: 42883 function pg_catalog.substring(string => unknown, start => integer) does not exist
SELECT substring(string => 'abc', start => 2)

SELECT coalesce(VARIADIC ARRAY[1])

SELECT greatest(VARIADIC ARRAY[1])

SELECT num_nulls(VARIADIC NULL::int[])

SELECT concat(VARIADIC ARRAY['a', 'b']), format('%s-%s', VARIADIC ARRAY[1, 2]), json_build_array(VARIADIC ARRAY[1, 2]), jsonb_build_object(VARIADIC ARRAY['a', '1'])

SELECT abs()

SELECT abs(1, 2)

SELECT abs('x')

SELECT abs(true)

SELECT nullif(1, 2, 3)

-- open: another error: 42809 DISTINCT specified, but pg_catalog.ceil is not an aggregate function
SELECT ceil(DISTINCT 1)

SELECT round(ALL 1.5)

-- params: 2.567|2
SELECT round($1::numeric, $2), abs($1::float8)

-- params: 2026-01-01|1 day
SELECT $1::date + $2::interval, date_trunc('month', $1::timestamp), extract(year FROM $1::date)

-- params: {1,2,3}|2
SELECT array_position($1::int[], $2::int), $2 = ANY ($1), cardinality($1)

-- params: 4
SELECT sqrt($1)

-- params: month
SELECT date_trunc($1, timestamp '2026-03-04')
