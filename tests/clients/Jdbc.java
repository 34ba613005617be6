// pgjdbc: server-prepared statements past their threshold, fetch sizes, batches, COPY, binary transfer, cancels, metadata.
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.*;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

public class Jdbc {
    static void check(boolean holds, Object what) {
        if (!holds) throw new AssertionError(what);
    }

    interface Act { void run() throws Exception; }

    static SQLException fails(String state, Act act) throws Exception {
        try {
            act.run();
        } catch (SQLException error) {
            check(state.equals(error.getSQLState()), error + " " + error.getSQLState());
            return error;
        }
        throw new AssertionError("no " + state);
    }

    public static void main(String[] args) throws Exception {
        for (String mode : new String[] {"extended", "simple", "extendedForPrepared", "extendedCacheEverything"}) run(mode);
        System.out.println("ok");
    }

    static void run(String mode) throws Exception {
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        Properties properties = new Properties();
        properties.setProperty("user", System.getenv("PGUSER"));
        properties.setProperty("password", System.getenv("PGPASSWORD"));
        properties.setProperty("preferQueryMode", mode);
        properties.setProperty("reWriteBatchedInserts", "true");
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("DELETE FROM item");
            }
            String put = "INSERT INTO item (id, name, price, made) VALUES (?, ?, ?, ?)";
            try (PreparedStatement statement = connection.prepareStatement(put, new String[] {"id", "price"})) {
                statement.setLong(1, 1);
                statement.setString(2, "it's");
                statement.setBigDecimal(3, new BigDecimal("1.50"));
                statement.setTimestamp(4, Timestamp.valueOf("2026-01-02 03:04:05"));
                check(statement.executeUpdate() == 1, "insert");
                try (ResultSet keys = statement.getGeneratedKeys()) {
                    check(keys.next() && keys.getLong(1) == 1 && keys.getBigDecimal(2).equals(new BigDecimal("1.50")), "keys");
                }
            }
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO item (id, name) VALUES (?, ?)")) {
                for (int n = 0; n < 300; n++) {
                    statement.setLong(1, 100 + n);
                    statement.setString(2, "n" + n);
                    statement.addBatch();
                }
                check(statement.executeBatch().length == 300, "batch");
            }
            connection.commit();
            // Past the threshold the driver names its statements and takes binary rows.
            try (PreparedStatement statement = connection.prepareStatement("SELECT id, name, price, made FROM item WHERE id = ?")) {
                for (int n = 0; n < 12; n++) {
                    statement.setLong(1, 100 + n);
                    try (ResultSet rows = statement.executeQuery()) {
                        check(rows.next() && rows.getString(2).equals("n" + n), n);
                    }
                    connection.commit();
                }
            }
            // Rows in pieces: a portal that goes on.
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(17);
                try (ResultSet rows = statement.executeQuery("SELECT id FROM item WHERE id >= 100 ORDER BY id")) {
                    for (int n = 0; n < 300; n++) check(rows.next() && rows.getLong(1) == 100 + n, n);
                    check(!rows.next(), "more");
                }
            }
            connection.commit();
            Savepoint savepoint = connection.setSavepoint("here");
            SQLException twice = fails("23505", () -> {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("INSERT INTO item (id, name) VALUES (1, 'twice')");
                }
            });
            check(twice.getMessage().contains("\"item_pkey\""), twice);
            fails("25P02", () -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT 1");
                }
            });
            connection.rollback(savepoint);
            connection.commit();
            connection.setAutoCommit(true);
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            StringBuilder data = new StringBuilder();
            for (int n = 0; n < 1000; n++) data.append(1000 + n).append("\tcopied\n");
            check(copy.copyIn("COPY item (id, name) FROM STDIN", new StringReader(data.toString())) == 1000, "copy in");
            StringWriter out = new StringWriter();
            check(copy.copyOut("COPY (SELECT id FROM item WHERE name = 'copied') TO STDOUT", out) == 1000, "copy out");
            byte[] blob = new byte[10_000_000];
            for (int n = 0; n < blob.length; n++) blob[n] = (byte) n;
            // (The driver writes no bytes into texts.)
            if (!mode.equals("simple")) try (PreparedStatement statement = connection.prepareStatement("UPDATE item SET blob = ? WHERE id = 1 RETURNING blob")) {
                statement.setBytes(1, blob);
                try (ResultSet rows = statement.executeQuery()) {
                    check(rows.next() && java.util.Arrays.equals(rows.getBytes(1), blob), "blob");
                }
            }
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(1);
                fails("57014", () -> statement.execute("SELECT pg_sleep(20)"));
                statement.setQueryTimeout(0);
                check(statement.execute("SELECT 1; SELECT 2") && statement.getMoreResults(), "several");
            }
            check(connection.isValid(5), "valid");
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            fails("25006", () -> {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("DELETE FROM item");
                }
            });
            connection.rollback();
            connection.setReadOnly(false);
            try (ResultSet columns = connection.getMetaData().getColumns(null, "public", "part", null)) {
                check(columns.next() && columns.getString("COLUMN_NAME").equals("id"), "metadata");
                check(columns.next() && columns.getString("COLUMN_NAME").equals("item_id") && !columns.next(), "metadata");
            }
            connection.rollback();
        }
    }
}
