// node-postgres: pools, prepared statements, cursors, COPY, types, large values, cancels.
const assert = require('node:assert/strict');
const { Pool, Client } = require('pg');
const Cursor = require('pg-cursor');
const { from, to } = require('pg-copy-streams');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');

(async () => {
  const client = new Client();
  await client.connect();
  await client.query('DELETE FROM item');
  const { rows } = await client.query({ name: 'put', text: 'INSERT INTO item (id, name, price, data, tags, blob) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *',
    values: [1, 'one', '1.50', { a: 1 }, ['x', 'y z'], Buffer.from([0, 255])] });
  assert.equal(rows[0].price, '1.50');
  assert.deepEqual(rows[0].data, { a: 1 });
  assert.deepEqual(rows[0].tags, ['x', 'y z']);
  assert.deepEqual(rows[0].blob, Buffer.from([0, 255]));
  for (let n = 0; n < 200; n++) await client.query('INSERT INTO item (id, name) VALUES ($1, $2)', [100 + n, `n${n}`]);
  for (let n = 0; n < 20; n++) {
    const found = await client.query({ name: 'get', text: 'SELECT name FROM item WHERE id = $1', values: [100 + n], rowMode: 'array' });
    assert.deepEqual(found.rows, [[`n${n}`]]);
  }
  const several = await client.query('SELECT 1 AS a; SELECT 2 AS b; UPDATE item SET price = 3 WHERE id = 1');
  assert.deepEqual(several.map((result) => result.command), ['SELECT', 'SELECT', 'UPDATE']);
  const cursor = client.query(new Cursor('SELECT id FROM item WHERE id >= $1 ORDER BY id', [100]));
  assert.equal((await cursor.read(150)).length, 150);
  assert.equal((await cursor.read(150)).length, 50);
  await cursor.close();
  await pipeline(Readable.from(Array.from({ length: 1000 }, (_, n) => `${1000 + n}\tcopied\n`)), client.query(from('COPY item (id, name) FROM STDIN')));
  let text = '';
  for await (const chunk of client.query(to("COPY (SELECT id FROM item WHERE name = 'copied') TO STDOUT"))) text += chunk;
  assert.equal(text.trim().split('\n').length, 1000);
  const blob = Buffer.alloc(10_000_000, 'orgfold');
  await client.query('UPDATE item SET blob = $1 WHERE id = 1', [blob]);
  const back = await client.query({ text: 'SELECT blob FROM item WHERE id = $1', values: [1] });
  assert.ok(back.rows[0].blob.equals(blob));
  await assert.rejects(client.query("INSERT INTO item (id, name) VALUES (1, 'twice')"), { code: '23505', constraint: 'item_pkey' });
  await assert.rejects(client.query('SELECT nothing FROM item WHERE id = $1', [1]), { code: '42703' });
  await client.query('BEGIN');
  await assert.rejects(client.query('SELECT 1/0'), { code: '22012' });
  await assert.rejects(client.query('SELECT 1'), { code: '25P02' });
  await client.query('ROLLBACK');
  const waits = client.query('SELECT pg_sleep(20)');
  setTimeout(() => new Client().cancel(client, client._activeQuery ?? client.activeQuery), 300);
  await assert.rejects(waits, { code: '57014' });
  assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1);
  const pool = new Pool({ max: 5, statement_timeout: 200 });
  await Promise.all(Array.from({ length: 100 }, async (_, n) => {
    assert.equal((await pool.query('SELECT $1::int * 2 AS two', [n])).rows[0].two, n * 2);
  }));
  await assert.rejects(pool.query('SELECT pg_sleep(20)'), { code: '57014' });
  await pool.end();
  await client.end();
  console.log('ok');
})().catch((error) => { console.error(error); process.exit(1); });
