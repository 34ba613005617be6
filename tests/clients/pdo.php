<?php
// PHP PDO and pgsql: native and emulated prepares, COPY, large values, lobs, cancels by timeout, persistent connections.
function check($holds, $what) { if (!$holds) { throw new Exception(var_export($what, true)); } }
function fails($state, $act) {
    try { $act(); } catch (PDOException $error) { check($error->getCode() === $state, $error->getMessage()); return $error; }
    throw new Exception("no $state");
}
$dsn = sprintf('pgsql:host=%s;port=%s;dbname=%s', getenv('PGHOST'), getenv('PGPORT'), getenv('PGDATABASE'));
foreach ([[false, false], [true, false], [false, true]] as [$emulate, $persistent]) {
    $pdo = new PDO($dsn, getenv('PGUSER'), getenv('PGPASSWORD'), [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_EMULATE_PREPARES => $emulate, PDO::ATTR_PERSISTENT => $persistent]);
    $pdo->exec('DELETE FROM item');
    $put = $pdo->prepare('INSERT INTO item (id, name, price) VALUES (?, ?, ?) RETURNING id, price');
    $put->execute([1, "it's", '1.50']);
    check($put->fetch(PDO::FETCH_NUM) == [1, '1.50'], 'insert');
    for ($n = 0; $n < 100; $n++) { $put->execute([100 + $n, "n$n", null]); }
    $get = $pdo->prepare('SELECT name FROM item WHERE id = :id');
    for ($n = 0; $n < 20; $n++) {
        $get->execute(['id' => 100 + $n]);
        check($get->fetchColumn() === "n$n", $n);
    }
    check($pdo->query('SELECT id FROM item WHERE id >= 100 ORDER BY id')->fetchAll(PDO::FETCH_COLUMN) == range(100, 199), 'all');
    $pdo->beginTransaction();
    $pdo->exec('SAVEPOINT here');
    $twice = fails('23505', fn() => $pdo->exec("INSERT INTO item (id, name) VALUES (1, 'twice')"));
    check(str_contains($twice->getMessage(), 'item_pkey'), $twice);
    fails('25P02', fn() => $pdo->exec('SELECT 1'));
    $pdo->exec('ROLLBACK TO here');
    $pdo->exec("UPDATE item SET price = 2 WHERE id = 1");
    $pdo->rollBack();
    check($pdo->query('SELECT price FROM item WHERE id = 1')->fetchColumn() === '1.50', 'rolled back');
    check($pdo->pgsqlCopyFromArray('item', array_map(fn($n) => (1000 + $n) . "\tcopied", range(0, 999)), "\t", '\\\\N', 'id,name'), 'copy in');
    check(count($pdo->pgsqlCopyToArray('item', "\t", '\\\\N', 'id,name')) === 1101, 'copy out');
    $blob = random_bytes(1000) . str_repeat("orgfold\0", $emulate ? 500000 : 1250000);
    $update = $pdo->prepare('UPDATE item SET blob = ? WHERE id = 1 RETURNING blob');
    $update->bindParam(1, $blob, PDO::PARAM_LOB);
    $update->execute();
    check(stream_get_contents($update->fetchColumn()) === $blob, 'blob');
    $pdo->exec("SET statement_timeout = '300ms'");
    fails('57014', fn() => $pdo->query('SELECT pg_sleep(20)'));
    $pdo->exec('RESET statement_timeout');
    unset($put, $get, $update, $pdo);
}
$conn = pg_connect(sprintf("host=%s port=%s dbname=%s user=%s password='%s'", getenv('PGHOST'), getenv('PGPORT'), getenv('PGDATABASE'), getenv('PGUSER'), getenv('PGPASSWORD')));
check(pg_send_query($conn, 'SELECT pg_sleep(20)'), 'send');
usleep(300000);
check(pg_cancel_query($conn), 'cancel');
check(pg_fetch_result(pg_query_params($conn, 'SELECT $1::int + 1', [41]), 0, 0) === '42', 'after');
echo "ok\n";
