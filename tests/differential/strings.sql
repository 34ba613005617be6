-- schema: shop

-- Functions of text, bytes and patterns.

SELECT upper('aé'), lower('AÉ'), initcap('hello wORLD'), length('日本'), char_length('abc'), character_length('x'), octet_length('é'), bit_length('é'), length('\x0102'::bytea)

SELECT substring('abcdef' FROM 2 FOR 3)

SELECT substring('abcdef' FROM 3)

SELECT substring('abcdef' FOR 2)

SELECT substring('abcdef', 2)

SELECT substring('abcdef', 2, 2)

SELECT substr('abcdef', -1, 4)

SELECT substring('abc' FROM 'b.')

-- open: refused: 42601 syntax error at or near "SIMILAR"
SELECT substring('foobar' SIMILAR '%#"o_b#"%' ESCAPE '#')

SELECT substring('foobar' FROM '%#"o_b#"%' FOR '#')

SELECT substring('abc' FOR 2 FROM 2)

SELECT substring('\x010203'::bytea FROM 2 FOR 1)

SELECT substring(B'110010' FROM 4 FOR 2)

SELECT position('b' IN 'abc'), strpos('abc', 'z'), position('' IN 'x'), position('\x02'::bytea IN '\x0102'::bytea)

SELECT overlay('abcdef' PLACING 'XX' FROM 2), overlay('abcdef' PLACING 'XX' FROM 2 FOR 4), overlay('abcdef', 'X', 1, 0)

SELECT trim('  x ')

SELECT trim(BOTH FROM ' x ')

SELECT trim(LEADING 'x' FROM 'xxaxx')

SELECT trim(TRAILING 'x' FROM 'xxaxx')

SELECT trim(BOTH 'xy' FROM 'yxax')

SELECT trim('x' FROM 'xax')

SELECT trim('xax', 'x')

SELECT btrim('xxaxx', 'x')

SELECT ltrim('  a')

SELECT rtrim('a  ')

SELECT trim(LEADING FROM '  a')

SELECT trim(FROM ' b ')

SELECT concat('a', NULL, 1, true), concat_ws(',', 'a', NULL, 'b'), repeat('ab', 3), reverse('abc'), left('abc', 2), left('abc', -1), right('abc', 2), right('abc', -2), lpad('5', 3, '0'), rpad('x', 3), lpad('abc', 2)

SELECT replace('aXbX', 'X', '--'), translate('12345', '143', 'ax'), split_part('a,b,c', ',', 2), split_part('a,b,c', ',', -1), ascii('é'), chr(233), to_hex(255), starts_with('abc', 'ab'), quote_literal('it''s'), quote_ident('a b'), quote_nullable(NULL), quote_literal(5)

SELECT md5('x'), sha256('x'::bytea), sha224('x'), sha384('x'), sha512('x'), encode('\x00ff', 'hex'), encode('abc', 'base64'), encode('\x00ff', 'escape'), decode('YWJj', 'base64'), decode('00ff', 'hex')

SELECT decode('zz', 'hex')

SELECT encode('x', 'nope')

SELECT convert_to('é', 'LATIN1'), convert_from('\xe9', 'LATIN1'), convert('\xc3a9', 'UTF8', 'LATIN1')

SELECT convert_from('\xff', 'UTF8')

SELECT format('%s %I %L %%', 'a', 'b c', 'd''e'), format('%2$s %1$s', 'a', 'b'), format('|%10s|%-10s|', 'x', 'y'), format('%s', NULL), format('%L', NULL), format('no')

SELECT format('%s')

SELECT format('%x', 1)

SELECT format('%s %s', VARIADIC ARRAY['a', 'b'])

SELECT concat_ws('-', VARIADIC ARRAY[1, 2])

SELECT regexp_replace('foobar', 'o+', 'X'), regexp_replace('foobar', 'o', 'X', 'g'), regexp_replace('abc', '(b)', '[\1]'), regexp_replace('ABC', 'b', 'x', 'i'), regexp_replace('aaa', 'a', 'b', 2), regexp_replace('aaa', 'a', 'b', 1, 2)

SELECT regexp_match('foobar', '(o)(b)'), regexp_match('x', 'y'), regexp_split_to_array('a1b22c', '\d+'), regexp_count('aXbX', 'X'), regexp_instr('abcabc', 'c', 1, 2), regexp_like('abc', 'B', 'i'), regexp_substr('abc123', '\d+')

SELECT regexp_matches('a1b2', '[a-z](\d)', 'g')

SELECT regexp_split_to_table('a,b,c', ',')

SELECT string_to_table('a,b,,c', ',', '') AS part

SELECT 'abc' ~ '['

SELECT 'a' ~ '^\w$', 'a.b' ~ 'a\.b', 'ab' ~ '(?i)AB', E'a\nb' ~ 'a$', 'foo' ~ 'fo{2}', 'x' ~ ''

SELECT string_to_array('a,b,c', ','), string_to_array('abc', NULL), string_to_array('a,NULL', ',', 'NULL'), array_to_string(ARRAY[1, NULL, 3], ',', '*'), array_to_string(ARRAY['a', 'b'], '')

SELECT to_char(1234.5, '9,999.99'), to_char(-5, '999PR'), to_char(5, 'RN'), to_char(0.5, '0.00'), to_char(485, 'FM999th'), to_char(12, 'S099'), to_char(1e6, '9.99EEEE'), to_char(3, 'L9')

SELECT to_char(timestamp '2026-01-02 15:04:05.678', 'YYYY-MM-DD HH24:MI:SS.MS'), to_char(date '2026-01-02', 'Day, DD Month YYYY'), to_char(timestamp '2026-01-02 03:04', 'FMHH12:FMMI am'), to_char(interval '15h 2m', 'HH24:MI'), to_char(date '2026-01-02', '"Q"Q IYYY-IW DDD J TMmon')

SELECT to_number('1,234.50', '9,999.99'), to_number('-12', 'S99'), to_date('02 Jan 2026', 'DD Mon YYYY'), to_timestamp('2026-01-02 03:04', 'YYYY-MM-DD HH24:MI') AT TIME ZONE 'UTC' IS NOT NULL, to_timestamp(0) = 'epoch'

SELECT to_date('2026-99-01', 'YYYY-MM-DD')

SELECT to_number('x', '9')

SELECT name, upper(name), length(name), octet_length(name), reverse(name), left(name, 1) || '.' FROM customer ORDER BY id

SELECT name, position('e' IN name), overlay(name PLACING '*' FROM 1 FOR 1), trim(BOTH 'a' FROM lower(name)) FROM customer ORDER BY id

SELECT string_agg(name, '; ' ORDER BY name), string_agg(DISTINCT left(name, 1), '') FROM product

SELECT id, get_byte(by, 0), set_byte(by, 0, 5), get_bit(by, 1), length(by), md5(by), encode(by, 'hex') FROM every WHERE id = 1

SELECT get_byte('\x00', 5)

SELECT b4, length(b4), get_bit(b4, 0), set_bit(b4, 1, 1), bit_count(b4), vb || b4 FROM every WHERE id = 1

SELECT unistr('\0441\043B')

SELECT normalize('é', NFD) = 'é'

SELECT normalize('x')

SELECT normalize('ﬁ', NFKC)

SELECT to_ascii('x'::text)

SELECT parse_ident('a."B c".d'), quote_ident('select'), quote_ident('Abc'), pg_client_encoding()

SELECT 'a'::text LIKE 'a', like('abc', 'a%'), notlike('abc', 'a%'), textlike('abc', 'a%')

SELECT length()

SELECT length(1, 2)

SELECT upper(1)

-- open: another error: 42501 permission denied for function nosuchfunction
SELECT nosuchfunction('x')

-- open: another error: 42501 permission denied for function function
SELECT nosuch.function(1)

SELECT pg_catalog.upper('x'), pg_catalog.length('abc')

-- open: another error: 42501 permission denied for function upper
SELECT public.upper('x')

SELECT "upper"('x'), UPPER('x')

-- open: another error: 42501 permission denied for function UPPER
SELECT "UPPER"('x')

SELECT lpad('x', 2147483647)

SELECT repeat('x', -1), repeat('', 1000), left('x', 0), substr('abc', 0, 2)

SELECT substring('abc' FROM 1 FOR -1)

SELECT chr(0)

SELECT chr(-1)

SELECT split_part('a', ',', 0)

SELECT name FROM customer ORDER BY name COLLATE "C"

SELECT name FROM customer ORDER BY lower(name) COLLATE "C" DESC, id

SELECT name COLLATE "C" AS n FROM customer ORDER BY n

SELECT name < 'b' COLLATE "C", max(name COLLATE "C") OVER () FROM customer ORDER BY id

-- open: refused: 42601 syntax error at or near "("
SELECT collation for (name) FROM customer WHERE id = 1

-- open: refused: 42601 syntax error at or near "("
SELECT collation for ('x' COLLATE "C") FROM customer WHERE id = 1

-- open: refused: 42501 permission denied for function pg_collation_for
SELECT pg_collation_for('x'::text) FROM customer WHERE id = 1

SELECT quote_literal(E'a\\b'), quote_literal(NULL::text), quote_nullable('x'), quote_nullable(5)

SELECT bit_length('abc'), bit_and(id), bit_or(id), bit_xor(id) FROM product

SELECT crc32('x')

SELECT strpos(name, 'é'), name LIKE '%é%' FROM customer WHERE id = 4

SELECT xmlelement(name foo, 'x')

-- open: another error: 42501 permission denied for function soundex
SELECT soundex('x')

SELECT trim(trailing E'\n' FROM E'a\n') || '|', ltrim(E'\t a', E'\t '), concat(1.50, ' ', date '2026-01-01', ' ', '{1}'::int[])

SELECT string_to_array('', ','), string_to_array('abc', ''), array_length(string_to_array('a b', ' '), 1), cardinality(regexp_split_to_array('a b', ' '))

-- params: abc|b
SELECT position($2 IN $1), substring($1 FROM $2), $1 LIKE '%' || $2 || '%'

-- params: 3|x
SELECT repeat($2, $1), lpad($2, $1, '.'), concat($1::int, $2::text)

-- params: é|%s
SELECT length($1), format($2, 'x'), upper($1), $1 || 'ö'
