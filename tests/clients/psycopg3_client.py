"""psycopg 3: pipelines, binary, COPY, server cursors, prepared statements, pools, large values, cancels."""
import threading, time
import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

with psycopg.connect("", autocommit=True) as conn:
    conn.execute("DELETE FROM item")
    with conn.cursor() as cur:
        cur.execute("INSERT INTO item (id, name, price, data, tags) VALUES (%s, %s, %s, %s, %s) RETURNING id, price, data, tags",
                    (1, "one", "1.50", psycopg.types.json.Jsonb({"a": [1, None]}), ["x", "y z"]))
        row = cur.fetchone()
        assert row[0] == 1 and str(row[1]) == "1.50" and row[2] == {"a": [1, None]} and row[3] == ["x", "y z"], row
    # Prepared once it was asked often enough, and used on whatever backend there is.
    for n in range(20):
        assert conn.execute("SELECT %s::int + id FROM item WHERE name = %s", (n, "one")).fetchone() == (n + 1,)
    with conn.cursor(binary=True, row_factory=dict_row) as cur:
        cur.execute("SELECT id, name, made, price, tags, data, blob FROM item")
        assert cur.fetchone()["name"] == "one"
    # A pipeline: several statements before the first answer; an error in it stops what follows up to the next sync.
    with conn.pipeline() as pipeline:
        cursors = [conn.execute("INSERT INTO item (id, name) VALUES (%s, 'p') RETURNING id", (100 + n,)) for n in range(50)]
        pipeline.sync()
        assert [cur.fetchone()[0] for cur in cursors] == [100 + n for n in range(50)]
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO item (id, name) VALUES (200, 'lost')")
            conn.execute("SELECT 1/0")
            conn.execute("INSERT INTO item (id, name) VALUES (201, 'lost')")
        raise AssertionError("no error")
    except psycopg.errors.DivisionByZero:
        pass
    assert conn.execute("SELECT count(*) FROM item WHERE name = 'lost'").fetchone() == (0,)
    cur = conn.cursor()
    cur.executemany("INSERT INTO item (id, name) VALUES (%s, %s) RETURNING id", [(300 + n, "many") for n in range(100)], returning=True)
    # Server cursors.
    with conn.transaction():
        with conn.cursor("named") as cur:
            cur.execute("SELECT id FROM item WHERE name = 'many' ORDER BY id")
            assert cur.fetchmany(10) == [(300 + n,) for n in range(10)]
            assert len(cur.fetchall()) == 90
        with conn.cursor("scrolled", scrollable=True, binary=True) as cur:
            cur.execute("SELECT id FROM item WHERE name = 'many' ORDER BY id")
            cur.scroll(50)
            assert cur.fetchone() == (350,)
            assert [row[0] for row in cur][-1] == 399
    # COPY both ways, text and binary.
    with conn.cursor() as cur:
        with cur.copy("COPY item (id, name, tags) FROM STDIN") as copy:
            for n in range(1000):
                copy.write_row((1000 + n, f"copied\t{n}", ["a", "b"]))
        with cur.copy("COPY item (id, name) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "text"])
            for n in range(1000):
                copy.write_row((2000 + n, "binary"))
        with cur.copy("COPY (SELECT id, name FROM item WHERE name = 'binary' ORDER BY id) TO STDOUT (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "text"])
            rows = list(copy.rows())
        assert rows == [(2000 + n, "binary") for n in range(1000)]
        try:
            with cur.copy("COPY item (id, name) FROM STDIN") as copy:
                copy.write_row((5000, "never"))
                raise KeyError("changed my mind")
        except KeyError:
            pass
    assert conn.execute("SELECT count(*) FROM item WHERE id >= 5000").fetchone() == (0,)
    # Large values.
    blob = bytes(range(256)) * 40960
    conn.execute("UPDATE item SET blob = %b WHERE id = 1", (blob,))
    assert conn.execute("SELECT blob FROM item WHERE id = 1", binary=True).fetchone()[0] == blob
    assert conn.execute("SELECT repeat('x', 10000000)").fetchone()[0] == "x" * 10_000_000
    # A statement that is cancelled, and the next that is not.
    threading.Timer(0.3, conn.cancel_safe if hasattr(conn, "cancel_safe") else conn.cancel).start()
    started = time.monotonic()
    try:
        conn.execute("SELECT pg_sleep(20)")
        raise AssertionError("not cancelled")
    except psycopg.errors.QueryCanceled:
        assert time.monotonic() - started < 10
    assert conn.execute("SELECT 1").fetchone() == (1,)
    # Transactions and savepoints.
    with conn.transaction():
        conn.execute("DELETE FROM item WHERE name = 'p'")
        try:
            with conn.transaction():
                conn.execute("INSERT INTO item (id, name) VALUES (1, 'twice')")
        except psycopg.errors.UniqueViolation as error:
            assert error.diag.constraint_name == "item_pkey" and error.diag.table_name == "item", error.diag.constraint_name
        assert conn.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    assert conn.execute("SELECT count(*) FROM item WHERE name = 'p'").fetchone() == (0,)

def work(pool, n):
    for k in range(20):
        with pool.connection() as conn:
            assert conn.execute("SELECT %s::int * 2", (n * k,)).fetchone() == (n * k * 2,)

with ConnectionPool("", min_size=4, max_size=8) as pool:
    threads = [threading.Thread(target=work, args=(pool, n)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print("ok")
