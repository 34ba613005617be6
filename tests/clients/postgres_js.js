// postgres.js: pipelined by nature, prepared by default, cursors, COPY, transactions, cancels.
const assert = require('node:assert/strict');
const postgres = require('postgres');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');

(async () => {
  const sql = postgres({ max: 4, onnotice: () => {} });
  await sql`DELETE FROM item`;
  const [row] = await sql`INSERT INTO item ${sql({ id: 1, name: 'one', price: '1.50', data: sql.json({ a: [1] }), tags: ['x', 'y z'] })} RETURNING *`;
  assert.deepEqual([row.name, row.price, row.data, row.tags], ['one', '1.50', { a: [1] }, ['x', 'y z']]);
  await sql`INSERT INTO item ${sql(Array.from({ length: 300 }, (_, n) => ({ id: 100 + n, name: `n${n}` })))}`;
  const found = await Promise.all(Array.from({ length: 200 }, (_, n) => sql`SELECT name FROM item WHERE id = ${100 + n}`));
  found.forEach(([{ name }], n) => assert.equal(name, `n${n}`));
  let seen = 0;
  await sql`SELECT id FROM item WHERE id >= 100 ORDER BY id`.cursor(70, (rows) => { seen += rows.length; });
  assert.equal(seen, 300);
  await sql.begin(async (sql) => {
    await sql`UPDATE item SET price = 7 WHERE id = 1`;
    await assert.rejects(sql.savepoint((sql) => sql`INSERT INTO item (id, name) VALUES (1, 'twice')`), { code: '23505', constraint_name: 'item_pkey' });
    const all = await Promise.all([sql`SELECT 1 AS a`, sql`SELECT price FROM item WHERE id = 1`]);
    assert.equal(all[1][0].price, '7.00');
  });
  await assert.rejects(sql.begin((sql) => [sql`INSERT INTO item (id, name) VALUES (900, 'lost')`, sql`SELECT 1/0`, sql`SELECT 2`]), { code: '22012' });
  assert.equal((await sql`SELECT 1 FROM item WHERE id = 900`).length, 0);
  await pipeline(Readable.from(Array.from({ length: 1000 }, (_, n) => `${1000 + n}\tcopied\n`)), await sql`COPY item (id, name) FROM STDIN`.writable());
  let text = '';
  for await (const chunk of await sql`COPY (SELECT id FROM item WHERE name = 'copied') TO STDOUT`.readable()) text += chunk;
  assert.equal(text.trim().split('\n').length, 1000);
  const blob = Buffer.alloc(10_000_000, 'orgfold');
  const [{ blob: back }] = await sql`UPDATE item SET blob = ${blob} WHERE id = 1 RETURNING blob`;
  assert.ok(back.equals(blob));
  const waits = sql`SELECT pg_sleep(20)`;
  const stopped = assert.rejects(waits.execute(), { code: '57014' });
  setTimeout(() => waits.cancel(), 300);
  await stopped;
  const several = await sql.unsafe('SELECT 1 AS a; SELECT 2 AS b').simple();
  assert.deepEqual(several.map((rows) => rows[0]), [{ a: 1 }, { b: 2 }]);
  const described = await sql`SELECT id, name FROM item WHERE id = ${1}`.describe();
  assert.deepEqual(described.columns.map((column) => column.name), ['id', 'name']);
  await sql.end();
  console.log('ok');
})().catch((error) => { console.error(error); process.exit(1); });
