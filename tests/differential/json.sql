-- schema: shop

-- JSON: operators, functions, paths, records, subscripts.

SELECT '{"a": 1, "b": [1, 2, {"c": null}]}'::json

SELECT '{"b": 1, "a": 1, "b": 2}'::jsonb

SELECT '{"a": 1}'::json -> 'a', '{"a": 1}'::json ->> 'a', '[1, 2]'::json -> 0, '[1, 2]'::json -> -1, '[1]'::json ->> 5, '{"a": {"b": 2}}'::json #> '{a,b}', '{"a": [1]}'::json #>> '{a,0}'

SELECT '{"a": 1}'::jsonb -> 'a' -> 'b', '{"a": {"b": 1}}'::jsonb -> 'a' ->> 'b', ('{"a": 1}'::jsonb -> 'a')::int + 1

SELECT '{"a": 1}'::jsonb || '{"b": 2}', '[1]'::jsonb || '[2]', '[1]'::jsonb || '2', '{"a": 1}'::jsonb || '[1]', '1'::jsonb || '2'

SELECT '{"a": 1, "b": 2}'::jsonb - 'a', '["a", "b"]'::jsonb - 'a', '[1, 2, 3]'::jsonb - 1, '[1, 2]'::jsonb - (-1), '{"a": {"b": 1}}'::jsonb #- '{a,b}', '{"a": 1, "b": 2}'::jsonb - ARRAY['a', 'b']

SELECT '{"a": 1}'::jsonb @> '{"a": 1}', '[1, 2]'::jsonb @> '[2]', '[1, [2]]'::jsonb @> '[2]', '{"a": [1, 2]}'::jsonb @> '{"a": [1]}', '{}'::jsonb <@ '{"a": 1}'

SELECT '{"a": 1}'::jsonb ? 'a', '["a"]'::jsonb ? 'a', '"a"'::jsonb ? 'a', '{"a": 1}'::jsonb ?| '{b,a}', '{"a": 1}'::jsonb ?& '{a,b}'

SELECT '1'::jsonb = '1.0', '[1, 2]'::jsonb < '[1, 3]', '{}'::jsonb > '[]', 'null'::jsonb IS NULL, '"a"'::jsonb < '"b"'

SELECT '{"a": 1}'::json = '{"a": 1}'::json

SELECT to_json('x'::text), to_jsonb(1.5), to_json(ARRAY[1, NULL]), to_jsonb(ROW(1, 'a')), to_jsonb(date '2026-01-01'), to_json(true), to_jsonb(NULL::int), to_json(interval '1 day'), to_jsonb('{"a": 1}'::json)

SELECT json_build_object('a', 1, 'b', NULL, 'c', ARRAY[1], 'd', json_build_array(1, 'x', true)), jsonb_build_object('z', 1, 'a', 2), jsonb_build_array(), json_build_object()

SELECT json_build_object('a')

SELECT json_build_object(NULL, 1)

SELECT json_object('{a,1,b,2}'), json_object('{a,b}', '{1,NULL}'), jsonb_object('{{a,1},{b,2}}'), array_to_json(ARRAY[[1, 2], [3, 4]]), row_to_json(ROW(1, 'x')), row_to_json(ROW(1), true), array_to_json(ARRAY[1, 2], true)

SELECT row_to_json(c) FROM customer c ORDER BY id

SELECT to_jsonb(c) - 'home' FROM customer c ORDER BY id

SELECT json_agg(c ORDER BY c.id) FROM customer c WHERE id < 3

SELECT jsonb_agg(to_jsonb(o) ORDER BY no) FROM orders o WHERE no < 3

SELECT row_to_json(x) FROM (SELECT id, name AS "the name" FROM customer WHERE id = 1) x

SELECT jsonb_object_agg(no, state) FROM orders

SELECT json_object_agg(name, price ORDER BY id) FROM product

SELECT c.name, (SELECT jsonb_agg(jsonb_build_object('no', o.no, 'items', (SELECT jsonb_agg(i.product_id ORDER BY i.product_id) FROM item i WHERE i.order_no = o.no)) ORDER BY o.no) FROM orders o WHERE o.customer_id = c.id) FROM customer c ORDER BY c.id

SELECT json_array_length('[1, 2]'), jsonb_array_length('[]'), json_typeof('null'), jsonb_typeof('{"a": 1}'), jsonb_typeof('1.5'), jsonb_pretty('{"a": [1]}'), json_strip_nulls('{"a": null, "b": 1}'), jsonb_strip_nulls('{"a": {"b": null}}')

SELECT json_array_length('{}')

SELECT jsonb_array_elements('[1, "a", null]')

SELECT * FROM jsonb_array_elements('[1, "a", null]') WITH ORDINALITY

SELECT * FROM json_array_elements_text('["a", null]') AS x(v)

SELECT * FROM jsonb_each('{"a": 1, "b": null}') ORDER BY key

SELECT key, value FROM json_each_text('{"a": 1, "b": "x"}')

SELECT jsonb_object_keys('{"b": 1, "a": 2}')

SELECT jsonb_array_elements('{"a": 1}')

SELECT jsonb_each('{"a": 1}')

SELECT (jsonb_each('{"a": 1, "b": 2}')).key

SELECT (jsonb_each('{"a": 1, "b": 2}')).*

SELECT * FROM jsonb_to_recordset('[{"a": 1, "b": "x"}, {"a": 2}]') AS t(a int, b text) ORDER BY a

SELECT * FROM json_to_record('{"a": [1, 2], "b": {"c": 1}, "d": "2026-01-01"}') AS t(a int[], b jsonb, d date)

SELECT * FROM json_to_record('{"a": 1}')

SELECT * FROM jsonb_populate_record(NULL::address, '{"street": "s", "floor": 5, "x": 1}')

SELECT (jsonb_populate_record(ROW('a', 'b', 1)::address, '{"floor": 7}')).*

SELECT * FROM jsonb_populate_recordset(NULL::address, '[{"zip": "1"}, {"zip": "2"}]')

SELECT * FROM jsonb_populate_record(NULL::customer, '{"id": 77, "name": "J"}')

SELECT jsonb_set('{"a": 1}', '{a}', '2'), jsonb_set('{"a": 1}', '{b}', '2', false), jsonb_set('{"a": [1]}', '{a,5}', '9'), jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'delete_key'), jsonb_insert('{"a": [1]}', '{a,0}', '0'), jsonb_insert('{"a": [1]}', '{a,0}', '2', true)

SELECT jsonb_set('1', '{a}', '2')

SELECT jsonb_extract_path('{"a": {"b": 1}}', 'a', 'b'), json_extract_path_text('{"a": {"b": "x"}}', 'a', 'b'), jsonb_extract_path_text('{"a": 1}', VARIADIC ARRAY['a'])

SELECT jsonb_path_query('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)')

SELECT jsonb_path_query_array('{"a": [1, 2, 3]}', '$.a[*]'), jsonb_path_query_first('[1, 2]', '$[*]'), jsonb_path_exists('{"a": 1}', '$.a'), jsonb_path_match('{"a": 1}', '$.a == 1'), jsonb_path_query('{"a": 1}', '$.a + $x', '{"x": 5}')

SELECT '{"a": [1, 2]}'::jsonb @? '$.a[*] ? (@ > 1)', '{"a": 1}'::jsonb @@ '$.a == 1', '$.a'::jsonpath, 'lax $.a[0 to 1]'::jsonpath, 'strict $.**.b'::jsonpath

SELECT '$.'::jsonpath

SELECT jsonb_path_query('{}', 'strict $.a')

SELECT jsonb_path_query('"2026-01-01"', '$.datetime()'), jsonb_path_query('[1.5, "2"]', '$[*].double()'), jsonb_path_query('"abc"', '$ ? (@ like_regex "^a")')

SELECT ('{"a": {"b": [10, 20]}}'::jsonb)['a']['b'][1], ('[1, 2]'::jsonb)[0], ('{"a": 1}'::jsonb)['x']

SELECT profile['age'], profile['langs'][0], profile['pets']['cat'], profile -> 'pets' -> 'cat' FROM customer ORDER BY id

SELECT id, profile ->> 'age', (profile ->> 'age')::int + 1, profile #>> '{langs,0}', jsonb_typeof(profile), profile ? 'pets' FROM customer ORDER BY id

SELECT id FROM customer WHERE profile @> '{"langs": ["en"]}'

SELECT id FROM customer WHERE profile ? 'age' ORDER BY id

SELECT id FROM customer WHERE profile ?| ARRAY['pets', 'x'] ORDER BY id

SELECT id FROM customer WHERE profile @? '$.langs[*] ? (@ == "de")'

-- open: another error: fewer words
SELECT id FROM customer WHERE (profile -> 'age')::text::numeric > 36 ORDER BY id

SELECT id FROM customer WHERE profile -> 'age' = '35'

SELECT id, attrs ->> 'colour', attrs || '{"x": 1}', attrs - 'm', jsonb_object_keys(attrs) FROM product ORDER BY id, 5

SELECT attrs -> 'tags' ->> 0, attrs #> '{a,b,c}', jsonb_path_query_array(attrs, '$.**') FROM product ORDER BY id

SELECT j, jb, j -> 'a', jb -> 'b', j::jsonb || jb, jb::text, j ->> 'a' FROM every ORDER BY id

SELECT j = j FROM every

SELECT 'x'::json

SELECT '{"a": 1'::jsonb

SELECT '[1, ]'::jsonb

SELECT E'{\n  "a": x\n}'::json

SELECT '"\ud800"'::jsonb

SELECT '{"ключ": "значение"}'::jsonb ->> 'ключ', '"é"'::jsonb, '{"a": "\u00e9\n"}'::json ->> 'a'

SELECT '1e5'::jsonb, '1.0'::jsonb, '-0'::jsonb, '12345678901234567890.123'::jsonb, ' true '::jsonb

SELECT ('"x"'::jsonb)::int

SELECT ('1.6'::jsonb)::int, ('true'::jsonb)::boolean, ('5'::jsonb)::numeric, ('"x"'::jsonb)::text, ('"x"'::jsonb) #>> '{}'

SELECT jsonb '{"a": 1}' - 'a' - 'b', jsonb '[]' || '{}' || 'null'

SELECT '{"a": 1}'::jsonb -> 1

SELECT '{"a": 1}'::jsonb - 1

SELECT '{"a": 1}' -> 'a'

SELECT '5'::jsonb + 1

SELECT json_object('a': 1)

SELECT json_array(1, 2)

SELECT '{}' IS JSON

SELECT JSON_VALUE('{"a": 1}', '$.a')

SELECT jsonb_build_object('d', date '2026-01-01', 'ts', timestamp '2026-01-01 10:00', 'n', 1.50, 'f', 0.1::float8, 'u', uuid '00000000-0000-0000-0000-000000000000', 'b', '\x01'::bytea, 'm', 'ok'::mood, 'a', '{}'::int[])

SELECT jsonb_agg(x) FROM (VALUES (1, 'a'), (2, NULL)) x(n, s)

SELECT jsonb_agg(DISTINCT x ORDER BY x) FROM (VALUES ('{"a": 1}'::jsonb), ('{"a": 1}'), ('[]')) v(x)

SELECT count(*) FROM customer GROUP BY profile -> 'langs' ORDER BY 1

SELECT DISTINCT attrs -> 'colour' FROM product ORDER BY 1

UPDATE product SET attrs = jsonb_set(attrs, '{stock}', to_jsonb(stock)) WHERE stock > 0 RETURNING id, attrs

UPDATE product SET attrs = attrs || jsonb_build_object('name', name) - 'colour' WHERE id = 2 RETURNING attrs

UPDATE product SET attrs['deep']['x'] = '"v"', attrs['list'][2] = '1' WHERE id = 4 RETURNING attrs

UPDATE product SET attrs['m'] = 'nojson' WHERE id = 1

UPDATE product SET attrs = '{bad' WHERE id = 1

UPDATE customer SET profile = (SELECT jsonb_object_agg(key, value) FROM jsonb_each(profile) WHERE key <> 'pets') WHERE id = 1 RETURNING profile

INSERT INTO empty (a, b) SELECT (x ->> 'a')::int, x ->> 'b' FROM jsonb_array_elements('[{"a": 1, "b": "x"}, {"a": 2}]') x RETURNING *

INSERT INTO empty SELECT * FROM jsonb_to_recordset('[{"a": 9, "b": "r"}]') AS r(a int, b text) RETURNING *

-- params: {"a": [1, 2]}|{a,1}
SELECT $1::jsonb #> $2::text[], $1::json ->> 'a'

-- params: {"langs": ["en"]}
SELECT id FROM customer WHERE profile @> $1

-- params: age
SELECT id, profile -> $1 FROM customer WHERE profile ? $1 ORDER BY id

-- params: 1|{"n": 1}
UPDATE product SET attrs = attrs || $2 WHERE id = $1 RETURNING attrs
