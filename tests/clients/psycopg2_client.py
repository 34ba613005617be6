"""psycopg2: the simple protocol, named cursors, COPY, cancels, adapters."""
import io, threading
import psycopg2, psycopg2.extras, psycopg2.errors, psycopg2.extensions

conn = psycopg2.connect("")
with conn, conn.cursor() as cur:
    cur.execute("DELETE FROM item")
    cur.execute("INSERT INTO item (id, name, price, data, tags, blob) VALUES (%s, %s, %s, %s, %s, %s) RETURNING *",
                (1, "it's; -- \\ one", 1.5, psycopg2.extras.Json({"a": 1}), ["x", "y'z"], psycopg2.Binary(b"\0\x01\xff'")))
    row = cur.fetchone()
    assert row[1] == "it's; -- \\ one" and bytes(row[6]) == b"\0\x01\xff'" and row[5] == ["x", "y'z"], row
    psycopg2.extras.execute_values(cur, "INSERT INTO item (id, name) VALUES %s", [(100 + n, f"n{n}") for n in range(500)])
    psycopg2.extras.execute_batch(cur, "UPDATE item SET price = %s WHERE id = %s", [(n, 100 + n) for n in range(100)])
    assert cur.statusmessage == "UPDATE 1", cur.statusmessage
with conn, conn.cursor(name="named", cursor_factory=psycopg2.extras.DictCursor) as cur:
    cur.itersize = 50
    cur.execute("SELECT id, name FROM item WHERE id >= 100 ORDER BY id")
    assert [row["id"] for row in cur] == [100 + n for n in range(500)]
with conn, conn.cursor() as cur:
    cur.copy_from(io.StringIO("".join(f"{1000 + n}\tcopied\n" for n in range(1000))), "item", columns=("id", "name"))
    out = io.StringIO()
    cur.copy_expert("COPY (SELECT id FROM item WHERE name = 'copied' ORDER BY id) TO STDOUT WITH CSV HEADER", out)
    assert out.getvalue().splitlines() == ["id"] + [str(1000 + n) for n in range(1000)]
with conn, conn.cursor() as cur:
    large = "ä" * 5_000_000
    cur.execute("UPDATE item SET name = %s WHERE id = 1", (large,))
    cur.execute("SELECT name FROM item WHERE id = 1")
    assert cur.fetchone()[0] == large
try:
    with conn, conn.cursor() as cur:
        cur.execute("INSERT INTO item (id, name) VALUES (1, 'twice')")
    raise AssertionError("no error")
except psycopg2.errors.UniqueViolation as error:
    assert error.diag.constraint_name == "item_pkey"
threading.Timer(0.3, conn.cancel).start()
try:
    with conn, conn.cursor() as cur:
        cur.execute("SELECT pg_sleep(20)")
    raise AssertionError("not cancelled")
except psycopg2.errors.QueryCanceled:
    pass
conn.set_session(isolation_level="REPEATABLE READ", readonly=True)
with conn, conn.cursor() as cur:
    cur.execute("SHOW transaction_isolation")
    assert cur.fetchone() == ("repeatable read",)
    try:
        cur.execute("DELETE FROM item")
        raise AssertionError("read only")
    except psycopg2.errors.ReadOnlySqlTransaction:
        conn.rollback()
conn.set_session(isolation_level="DEFAULT", readonly=False)
conn.set_client_encoding("UTF8")
with conn, conn.cursor() as cur:
    cur.execute("PREPARE q (int) AS SELECT name FROM item WHERE id = $1")
    for n in range(5):
        cur.execute("EXECUTE q (%s)", (100 + n,))
        assert cur.fetchone() == (f"n{n}",)
    cur.execute("DEALLOCATE q")
conn.close()
print("ok")
