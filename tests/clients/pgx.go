// Go's pgx: a pool, prepared and binary, batches, transactions, COPY, large values, cancels, the simple protocol.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

func check(holds bool, what ...interface{}) {
	if !holds {
		panic(fmt.Sprint(what...))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func fails(err error, code string) {
	var fault *pgconn.PgError
	check(errors.As(err, &fault) && fault.Code == code, err, " instead of ", code)
}

func main() {
	ctx := context.Background()
	// All of it comes from the environment.
	pool, err := pgxpool.Connect(ctx, "pool_max_conns=4")
	must(err)
	defer pool.Close()
	_, err = pool.Exec(ctx, "DELETE FROM item")
	must(err)

	// Values both ways, in their own types.
	made := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var (
		name string
		at   time.Time
		tags []string
		data map[string]int
		blob []byte
	)
	insert := "INSERT INTO item (id, name, made, data, tags, blob) VALUES ($1, $2, $3, $4, $5, $6) RETURNING name, made, data, tags, blob"
	row := pool.QueryRow(ctx, insert, 1, "it's", made, map[string]int{"a": 1}, []string{"x", "y z"}, []byte{0, 1, 255})
	must(row.Scan(&name, &at, &data, &tags, &blob))
	check(name == "it's" && at.Equal(made) && data["a"] == 1 && len(tags) == 2 && bytes.Equal(blob, []byte{0, 1, 255}), name, at, data, tags, blob)

	// A batch: one round trip, and in the implicit transaction of its Sync.
	batch := &pgx.Batch{}
	for n := 0; n < 100; n++ {
		batch.Queue("INSERT INTO item (id, name) VALUES ($1, $2)", 100+n, fmt.Sprint("n", n))
	}
	batch.Queue("SELECT count(*) FROM item")
	results := pool.SendBatch(ctx, batch)
	for n := 0; n < 100; n++ {
		_, err = results.Exec()
		must(err)
	}
	var count int
	must(results.QueryRow().Scan(&count))
	must(results.Close())
	check(count == 101, count)

	// Many at once, on prepared statements.
	var all sync.WaitGroup
	wrong := make(chan string, 100)
	for n := 0; n < 100; n++ {
		all.Add(1)
		go func(n int) {
			defer all.Done()
			var name string
			if err := pool.QueryRow(ctx, "SELECT name FROM item WHERE id = $1", 100+n).Scan(&name); err != nil || name != fmt.Sprint("n", n) {
				wrong <- fmt.Sprint(n, name, err)
			}
		}(n)
	}
	all.Wait()
	close(wrong)
	for what := range wrong {
		panic(what)
	}

	// Transactions, savepoints, errors.
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	must(err)
	inner, err := tx.Begin(ctx)
	must(err)
	_, err = inner.Exec(ctx, "INSERT INTO item (id, name) VALUES (1, 'twice')")
	fails(err, "23505")
	must(inner.Rollback(ctx))
	_, err = tx.Exec(ctx, "UPDATE item SET name = 'changed' WHERE id = 1")
	must(err)
	must(tx.Commit(ctx))

	// COPY.
	rows := make([][]interface{}, 1000)
	for n := range rows {
		rows[n] = []interface{}{int64(1000 + n), "copied"}
	}
	copied, err := pool.CopyFrom(ctx, pgx.Identifier{"item"}, []string{"id", "name"}, pgx.CopyFromRows(rows))
	must(err)
	check(copied == 1000, copied)

	// Large values.
	large := bytes.Repeat([]byte("0123456789"), 1_000_000)
	must(pool.QueryRow(ctx, "UPDATE item SET blob = $1 WHERE id = 1 RETURNING blob", large).Scan(&blob))
	check(bytes.Equal(blob, large), "blob")

	// A context that ends cancels what runs.
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	_, err = pool.Exec(short, "SELECT pg_sleep(20)")
	cancel()
	check(err != nil, "slept")

	// Without prepared statements.
	conn, err := pool.Acquire(ctx)
	must(err)
	defer conn.Release()
	must(conn.QueryRow(ctx, "SELECT name FROM item WHERE id = $1", pgx.QuerySimpleProtocol(true), 1).Scan(&name))
	check(name == "changed", name)
	_, err = conn.Exec(ctx, "SELECT nothing FROM item")
	fails(err, "42703")
	fmt.Println("ok")
}
