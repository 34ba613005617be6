# Ruby pg: parameters, prepared statements, pipelines, single-row mode, COPY, large values, cancels.
require 'pg'

def check(holds, what) = holds || raise(what.inspect)

def fails(kind)
  yield
  raise "no #{kind}"
rescue kind => error
  error
end

conn = PG.connect
conn.exec('DELETE FROM item')
row = conn.exec_params('INSERT INTO item (id, name, price, tags) VALUES ($1, $2, $3, $4) RETURNING *', [1, "it's", '1.50', '{x,"y z"}'])[0]
check row.values_at('name', 'price', 'tags') == ["it's", '1.50', '{x,"y z"}'], row
conn.prepare('put', 'INSERT INTO item (id, name) VALUES ($1::int8, $2)')
100.times { |n| conn.exec_prepared('put', [100 + n, "n#{n}"]) }
check conn.describe_prepared('put').nparams == 2, :describe
binary = conn.exec_params('SELECT id, blob FROM item WHERE id = $1', [{ value: [100].pack('q>'), type: 20, format: 1 }], 1)
check binary.getvalue(0, 0) == [100].pack('q>'), binary
conn.enter_pipeline_mode
50.times { |n| conn.send_query_params('SELECT name FROM item WHERE id = $1', [100 + n]) }
conn.pipeline_sync
50.times do |n|
  check conn.get_result.getvalue(0, 0) == "n#{n}", n
  check conn.get_result.nil?, :end
end
check conn.get_result.result_status == PG::PGRES_PIPELINE_SYNC, :sync
conn.exit_pipeline_mode
conn.send_query('SELECT id FROM item WHERE id >= 100 ORDER BY id')
conn.set_single_row_mode
check conn.get_result.stream_each_row.to_a.size == 100, :single
conn.copy_data('COPY item (id, name) FROM STDIN') { 1000.times { |n| conn.put_copy_data("#{1000 + n}\tcopied\n") } }
lines = 0
conn.copy_data("COPY (SELECT id FROM item WHERE name = 'copied') TO STDOUT") { lines += 1 while conn.get_copy_data }
check lines == 1000, lines
fails(PG::QueryCanceled) { conn.copy_data('COPY item (id, name) FROM STDIN') { raise PG::QueryCanceled, 'mine' } }
blob = Random.new(1).bytes(10_000_000)
back = conn.exec_params('UPDATE item SET blob = $1 WHERE id = 1 RETURNING blob', [{ value: blob, format: 1 }], 1)
check back.getvalue(0, 0) == blob, :blob
conn.transaction do
  conn.exec('SAVEPOINT here')
  twice = fails(PG::UniqueViolation) { conn.exec("INSERT INTO item (id, name) VALUES (1, 'twice')") }
  check twice.result.error_field(PG::Result::PG_DIAG_CONSTRAINT_NAME) == 'item_pkey', twice
  conn.exec('ROLLBACK TO here')
end
Thread.new { sleep 0.3; conn.cancel }
fails(PG::QueryCanceled) { conn.exec('SELECT pg_sleep(20)') }
check conn.exec('SELECT 1').getvalue(0, 0) == '1', :after
check conn.exec("SELECT 1; SELECT 'last'").getvalue(0, 0) == 'last', :several
conn.finish
puts 'ok'
