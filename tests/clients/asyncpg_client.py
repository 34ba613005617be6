"""asyncpg: binary everywhere, prepared statements, cursors, COPY, pools with resets, cancels by timeout."""
import asyncio, datetime, decimal, os, random
import asyncpg

async def main():
    conn = await asyncpg.connect()
    await conn.execute("DELETE FROM item")
    made = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    row = await conn.fetchrow(
        "INSERT INTO item (id, name, price, made, tags, blob) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *",
        1, "one", decimal.Decimal("1.50"), made, ["x", None], b"\0\xff")
    assert row["made"] == made and row["price"] == decimal.Decimal("1.50") and row["tags"] == ["x", None] and row["blob"] == b"\0\xff", row
    await conn.executemany("INSERT INTO item (id, name) VALUES ($1, $2)", [(100 + n, f"n{n}") for n in range(500)])
    statement = await conn.prepare("SELECT id, name FROM item WHERE id = ANY($1::bigint[]) ORDER BY id")
    assert [a.name for a in statement.get_attributes()] == ["id", "name"]
    for n in range(20):
        assert [row["id"] for row in await statement.fetch([100 + n, 101 + n])] == [100 + n, 101 + n]
    async with conn.transaction():
        rows = [row["id"] async for row in conn.cursor("SELECT id FROM item WHERE id >= 100 ORDER BY id", prefetch=37)]
        assert rows == [100 + n for n in range(500)]
    try:
        async with conn.transaction():
            async with conn.transaction():
                await conn.execute("INSERT INTO item (id, name) VALUES (600, 'kept?')")
            await conn.execute("INSERT INTO item (id, name) VALUES (1, 'twice')")
        raise AssertionError("no error")
    except asyncpg.UniqueViolationError as error:
        assert error.constraint_name == "item_pkey", error.as_dict()
    assert await conn.fetchval("SELECT count(*) FROM item WHERE id = 600") == 0
    await conn.copy_records_to_table("item", records=[(1000 + n, "copied") for n in range(1000)], columns=["id", "name"])
    out = bytearray()
    async def take(data): out.extend(data)
    await conn.copy_from_query("SELECT id FROM item WHERE name = $1 ORDER BY id", "copied", output=take, format="csv")
    assert out.decode().split() == [str(1000 + n) for n in range(1000)]
    blob = random.Random(1).randbytes(10_000_000)
    await conn.execute("UPDATE item SET blob = $1 WHERE id = 1", blob)
    assert await conn.fetchval("SELECT blob FROM item WHERE id = 1") == blob
    try:
        await conn.execute("SELECT pg_sleep(20)", timeout=0.3)
        raise AssertionError("not cancelled")
    except asyncio.TimeoutError:
        pass
    assert await conn.fetchval("SELECT 7") == 7
    await conn.set_type_codec("jsonb", encoder=__import__("json").dumps, decoder=__import__("json").loads, schema="pg_catalog")
    assert await conn.fetchval("UPDATE item SET data = $1 WHERE id = 1 RETURNING data", {"a": [1, 2]}) == {"a": [1, 2]}
    await conn.close()
    async with asyncpg.create_pool(min_size=3, max_size=6) as pool:
        async def work(n):
            for k in range(10):
                async with pool.acquire() as conn:
                    assert await conn.fetchval("SELECT $1::int * 2", n * k) == n * k * 2
        await asyncio.gather(*(work(n) for n in range(20)))
        async def waits():
            async with pool.acquire() as conn:
                await conn.execute("SELECT pg_sleep(20)")
        task = asyncio.create_task(waits())
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with pool.acquire() as conn:
            assert await conn.fetchval("SELECT 8") == 8

asyncio.run(main())
print("ok")
