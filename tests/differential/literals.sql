-- schema: shop

-- Literals of every type.

SELECT 'it''s', '', ' ', 'a\b', 'ünï', '日本語', '😀'

SELECT E'a\nb', E'\t', E'\\', E'\'', E'\x41', E'\101', E'\u00e9', E'\U0001F600', e'x', E'a''b', E'\q'

-- open: another error: 22025 invalid Unicode escape
SELECT E'\u12'

-- open: another error: 42601 invalid byte sequence for encoding "UTF8": 0xff
SELECT E'\xff'

-- open: another error: 42601 invalid byte sequence for encoding "UTF8": 0x00
SELECT E'\000'

SELECT $$a'b$$, $tag$a $$ b$tag$, $é$x$é$, $a$$b$$a$, $$$$

SELECT $$unterminated

SELECT 'unterminated

SELECT "unterminated

SELECT 1 /* unterminated

SELECT U&'d\0061t\+000061'

SELECT U&'\\'

SELECT U&'d!0061' UESCAPE '!'

SELECT u&'x'

-- open: another error: 42601 invalid Unicode escape
SELECT U&'\006'

SELECT U&'\D83D\DE00', U&'a''b'

-- open: another error: 42601 invalid Unicode surrogate pair
SELECT U&'\D83D'

SELECT U&"\0069d" FROM customer

SELECT N'x', n'y', B'', B'0101', b'1', X'', X'aF', x'0'

-- open: another error: 42601 invalid digit in bit string
SELECT B'2'

-- open: another error: 42601 invalid digit in bit string
SELECT X'G'

SELECT 1, 42, 2147483647, 2147483648, 9223372036854775807, 9223372036854775808, -2147483648

SELECT 1.0, 1., .1, 1.50, 1e3, 1E-3, 1.5e+2, 00012, 0.0

SELECT TRUE, FALSE, true, 't'::bool, 'on'::bool, 'no'::bool, '1'::bool, ' yes '::bool

SELECT 'maybe'::bool

SELECT NULL, NULL::int, null

SELECT date '2026-01-02', date 'January 8, 1999', date '1999-Jan-08', date '19990108', date '99.008', date 'J2451187', date '44-03-15 BC', date 'infinity', date '-infinity', date 'epoch'

SELECT date '2026-13-01'

SELECT date '2026-02-30'

SELECT date 'yesterdayish'

SELECT 'today'::date = current_date, 'tomorrow'::date - 'yesterday'::date, 'now'::timestamptz <= clock_timestamp()

SELECT time '04:05', time '040506', time '04:05 AM', time '04:05 PM', time '24:00', time(0) '04:05:06.7', time without time zone '01:02:03', time with time zone '01:02:03+05:30', timetz '01:02 EST', time(2) with time zone '01:02:03.456-08'

SELECT time '25:00'

SELECT timestamp '2026-01-02 03:04:05', timestamp '2026-01-02T03:04:05', timestamp(1) '2026-01-02 03:04:05.67', timestamp 'epoch', timestamp 'infinity', timestamp '20260102 030405', timestamp '0001-01-01 00:00 BC', timestamp without time zone '2026-01-02 03:04:05+05'

SELECT timestamptz '2026-01-02 03:04:05+02', timestamp with time zone '2026-01-02 03:04:05 Europe/Berlin', timestamp(0) with time zone '2026-01-02 03:04:05.6Z', timestamptz '2026-07-01 12:00 America/New_York'

SELECT timestamptz '2026-01-02 03:04:05 Mars/Phobos'

SELECT interval '1 day', interval '1-2', interval '1 2:03:04', interval '1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds', interval 'P1Y2M3DT4H5M6S', interval '1 week ago', interval '-1 day +2 hours', interval '@ 1 minute', interval '1.5 days', interval '0'

SELECT interval '1' year, interval '2' month, interval '3' day, interval '4' hour, interval '5' minute, interval '6.7' second, interval '1-2' year to month, interval '1 2' day to hour, interval '1 2:03' day to minute, interval '1 2:03:04' day to second, interval '2:03' hour to minute, interval '1:02:03' hour to second, interval '1:02' minute to second

SELECT interval(0) '1.5 seconds'

SELECT interval '1.56' second(1)

SELECT '1.239'::interval second(2)

SELECT '1 day 2 hours'::interval day

SELECT CAST('90' AS interval minute)

SELECT interval '5'

SELECT interval '1 dya'

SELECT '1 year'::interval * 2, INTERVAL '1' DAY + date '2026-01-01', justify_days('35 days')

SELECT int2 '1'

SELECT int8 '2'

SELECT smallint '3'

SELECT bigint '4'

SELECT decimal '5.5'

SELECT real '1.1'

SELECT double precision '2.2'

SELECT float '3.3'

SELECT float(24) '1.1'

SELECT float(25) '1.1'

SELECT dec(4, 1) '1.25'

SELECT oid '7'

SELECT integer '12x'

SELECT smallint '40000'

SELECT '99999999999'::int

SELECT '1e5'::numeric, ' 12 '::int, '1,000'::money, '-$5.00'::money, '+5'::int, '0x1F'::text

SELECT numeric(4, 2) '123.456'

SELECT '123.456'::numeric(5, 2), '0.005'::numeric(2, 2), 12345::numeric(3, -2), 'NaN'::numeric(4, 1)

SELECT char 'x'

SELECT char(3) 'x'

SELECT character(2) 'abc'

SELECT varchar 'x'

SELECT character varying(2) 'xyz'

SELECT bpchar 'x '

SELECT "char" 'xy'

SELECT name 'x'

SELECT text 'x'

SELECT 'ab'::char

SELECT 'ab'::char(3) || '|'

SELECT char varying(2) 'xyz'

-- open: refused: 42601 syntax error at or near "varying"
SELECT national character varying(2) 'xyz'

-- open: refused: 42601 syntax error at or near "x"
SELECT nchar(2) 'x'

-- open: refused: 42601 syntax error at or near "("
SELECT national char(3) 'y'

SELECT bit '101', bit(3) '101', bit varying(5) '101', varbit '1', '101'::bit(5), B'10101'::bit(2), B'1'::varbit(3), 44::bit(10), cast(-44 as bit(12)), '1110'::bit(4)::integer

SELECT bit(2) '101'

SELECT bytea '\x00ff', bytea 'abc\000', '\x'::bytea, 'a\\b'::bytea, E'\\xDEADBEEF'::bytea

SELECT '\xg'::bytea

SELECT uuid '{6fa459ea-ee8a-3ca4-894e-db77e160355e}', '6FA459EAEE8A3CA4894EDB77E160355E'::uuid

SELECT uuid 'nope'

SELECT json '{"a": 1, "a" : 2}', jsonb '{"a": 1, "a" : 2}', json 'null', jsonb '"x"', jsonb '1.50', jsonb '[]', '{"é": "\u00e9"}'::jsonb, json ' [ 1 ] '

SELECT json '{"a"}'

SELECT jsonb '{a: 1}'

SELECT jsonb '"\u0000"'

SELECT ARRAY[1, 2]

SELECT '{1,2}'::int[]

SELECT int[] '{1}'

SELECT '{{1,2},{3,4}}'::int[]

SELECT '[0:1]={1,2}'::int[]

SELECT '{"a b",c,"d\"e",NULL,"NULL"}'::text[]

SELECT integer array[2] '{1,2}'

SELECT '{1}'::int array

SELECT '{}'::text[]

SELECT text[] '{a}'

SELECT '{1,2'::int[]

SELECT '{1,{2}}'::int[]

SELECT '{1,x}'::int[]

SELECT ARRAY[1, 2]::text[], ARRAY['1']::int[], ARRAY['happy']::mood[], '{sad,ok}'::mood[], CAST(ARRAY[1] AS numeric(3, 1)[])

SELECT int4range '[1,5)'

SELECT '[1,5]'::int4range

SELECT '(1,5)'::int8range

SELECT 'empty'::numrange

SELECT '[1.5,]'::numrange

SELECT '[2026-01-01,2026-01-31]'::daterange

SELECT '[2026-01-01 10:00,)'::tsrange

SELECT tstzrange '[2026-01-01 10:00+00,2026-01-01 11:00+00]'

SELECT '{[1,2),[3,4)}'::int4multirange

SELECT '{}'::datemultirange

SELECT int4range '[5,1)'

SELECT inet '192.168.0.1'

SELECT inet '192.168.0.1/24'

SELECT cidr '192.168/16'

SELECT inet '::1'

SELECT inet '::ffff:1.2.3.4'

SELECT macaddr '08-00-2b-01-02-03'

SELECT macaddr8 '08:00:2b:01:02:03:04:05'

SELECT cidr '192.168.0.1/24'

SELECT point '1,2', point '(1.5,-2)', line '{1,2,3}', lseg '((0,0),(1,1))', box '0,0,1,1', path '[(0,0),(1,1)]', path '((0,0),(1,1))', polygon '((0,0),(1,1),(1,0))', circle '<(0,0),5>'

SELECT tsvector 'a fat cat sat', 'a:1A fat:2B,4C'::tsvector, tsquery 'fat & !rat | cat:AB', 'fat <2> cat'::tsquery, $$'a b' '''x'$$::tsvector

SELECT tsquery 'fat &'

SELECT xml '<a>1</a>'

SELECT pg_lsn '16/B374D848'

SELECT '1:2:'::pg_snapshot

SELECT 'x'::unknown

SELECT xid '5'

SELECT xid8 '6'

SELECT cid '7'

SELECT tid '(0,1)'

SELECT '1 2 3'::oidvector

SELECT int2vector '1 2'

SELECT 'public'::regnamespace IS NOT NULL

SELECT 'int4'::regtype

SELECT 'now'::regproc

SELECT 'upper(text)'::regprocedure

SELECT '+(int4,int4)'::regoperator

SELECT 'simple'::regconfig

SELECT '"C"'::regcollation

SELECT 'integer'::regtype

SELECT 'varchar(5)'::regtype

SELECT 'text[]'::regtype

SELECT 'timestamp with time zone'::regtype

-- open: another error: 42P01 relation "no_such_type" does not exist
SELECT 'no_such_type'::regtype

SELECT 1::int, 1::integer, 1::int4, 1::INT, 1::"int4"

-- open: another error: 42704 type "INT" does not exist, or is not allowed
SELECT 1::"INT"

SELECT 'x'::"text", 'x'::pg_catalog."text", 'x'::public.mood

SELECT 'sad'::public.mood, 'AB-2'::public.sku, NULL::address, '(,,)'::address, '("a ""q""",x,1)'::address

SELECT '(1,2)'::address

SELECT mood 'happy'

SELECT sku 'AA-1'

SELECT positive '3'

SELECT address '(a,b,1)'

SELECT ROW(1, 'a', NULL, ROW(2))::text, (1, 2)::text

SELECT 'x' AS a, "a" FROM (SELECT 1 AS a) s

SELECT '1' + '2'

SELECT '1' + 2, 1 + '2', '3' * 1.5, '2026-01-01' + interval '1 day'

SELECT '2026-01-01' - date '2025-01-01', date '2026-01-01' - '2025-01-01', '10' < 9, 'abc' < 'b'

SELECT timestamp '2026-01-01' = '2026-01-01', 1.0 = '1', 'a' = 'a'::char(3), 'a'::varchar = 'a'::text

SELECT '5'::int8 = 5::int2, 1.5::real = 1.5::numeric, 0.1::real = 0.1::float8, 0.1::real::float8

SELECT 1::float4 / 3, 1::float8 / 3, 1::numeric / 3, 2::numeric ^ 0.5, 1e20::float4, 123456789::float4, 0.1::float8 + 0.2::float8, 1e-5::float8, 1e15::float8, 1e16::float8

SELECT 'a' UNION SELECT 1

SELECT pg_typeof(1), pg_typeof('x'), pg_typeof(1.5), pg_typeof(NULL), pg_typeof(ARRAY[1]), pg_typeof('x'::mood), pg_typeof(ROW(1)), pg_typeof(1 = 1), pg_typeof(now()), pg_typeof(1::int2 + 1::int2), pg_typeof('a' || 'b')

SELECT 1_000 + 0xff, 0o17, 0B1_01, 1_0.2_5, 1_0e-1_0, .5_5 FROM customer WHERE id = 0x1 LIMIT 0x_2

SELECT id FROM customer WHERE id IN (0x1, 0b10, 3) ORDER BY 1

-- open: another error: 42601 trailing junk after numeric literal
SELECT 1__0

-- open: another error: 42601 trailing junk after numeric literal
SELECT 0xg

SELECT U&"!0069d", U&'d!0061''!0027!!' UESCAPE '!' AS U&"\00e9" FROM U&"customer" UESCAPE '!' WHERE U&"i!0064" UESCAPE '!' = 2

-- open: another error: 42601 invalid Unicode escape
SELECT U&'!' UESCAPE '!'

-- open: another error: 42601 invalid Unicode escape character
SELECT U&"a" UESCAPE '+'

SELECT U&'\D83D\DE00', U&'\+01F600', U&'x!D83D!DE00' UESCAPE '!'
