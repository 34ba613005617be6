//! TLS on both sides: who is believed, and who is not.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use orgfold::config::{ClientCert, Config, SslMode, TlsOptions};
use orgfold::tls::Tls;
use orgfold::upstream::Pools;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::net::TcpStream;

use crate::fleet::{Fleet, PASSWORD, RunningProxy};

const SCHEMA: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text);";

/// A folder with certificates.
struct Certificates {
    folder: tempfile::TempDir,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

impl Certificates {
    fn new() -> Certificates {
        Certificates { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, pem: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, pem).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    fn authority(&self, name: &str) -> (Authority, PathBuf) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let path = self.write(&format!("{name}.ca"), &authority.pem());
        (authority, path)
    }

    /// Certificate and key of a name, for hosts.
    fn signed(&self, by: &Authority, name: &str, hosts: &[&str], expired: bool) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(hosts.iter().map(|&host| host.to_owned()).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        if expired {
            params.not_before = rcgen::date_time_ymd(2001, 1, 1);
            params.not_after = rcgen::date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, by).unwrap();
        (
            self.write(&format!("{name}.crt"), &certificate.pem()),
            self.write(&format!("{name}.key"), &key.serialize_pem()),
        )
    }
}

async fn until<T>(mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(done) = attempt().await {
            return done;
        }
        assert!(Instant::now() < limit, "not within ten seconds");
        tokio::task::yield_now().await;
    }
}

/// Makes a shard's server speak TLS with this certificate, from now on.
async fn serve(fleet: &Fleet, shard: usize, (certificate, key): &(PathBuf, PathBuf)) {
    let client = fleet.shard_client(shard).await;
    let data: String = client.query_one("SHOW data_directory", &[]).await.unwrap().get(0);
    let owner = std::fs::metadata(&data).unwrap();
    for (from, to) in [(certificate, "server.crt"), (key, "server.key")] {
        let to = Path::new(&data).join(to);
        std::fs::copy(from, &to).unwrap();
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
        let _ = chown(&to, Some(owner.uid()), Some(owner.gid()));
    }
    client.batch_execute("ALTER SYSTEM SET ssl = on").await.unwrap();
    client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
}

fn asking(fleet: &Fleet, sslmode: SslMode, root: Option<&Path>) -> Config {
    let mut config = fleet.config();
    config.shards.sslmode = sslmode;
    config.shards.ssl_root_cert = root.map(Path::to_owned);
    config
}

/// What connecting to the first shard says: `encrypted`, `plain`, or why not.
async fn connecting(fleet: &Fleet, config: &Config) -> String {
    let directory = orgfold::directory::Directory::connect(&config.directory).await.unwrap();
    let snapshot = directory.snapshot();
    let shard = snapshot.shards().find(|shard| shard.name == "shard1").unwrap();
    match Pools::new(&config.shards).unwrap().connect_apart(shard).await {
        Ok(backend) => {
            let client = fleet.shard_client(1).await;
            let row =
                client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = $1", &[&backend.key.pid]).await.unwrap();
            if row.get(0) { "encrypted".to_owned() } else { "plain".to_owned() }
        }
        Err(error) => format!("{} {error}", error.sqlstate().code()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_are_believed_as_far_as_the_mode_says() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).separate().start().await;
    let certificates = Certificates::new();
    let (ours, root) = certificates.authority("ours");
    let (_, other) = certificates.authority("other");
    let right = certificates.signed(&ours, "shard", &["127.0.0.1"], false);
    let elsewhere = certificates.signed(&ours, "elsewhere", &["elsewhere.example"], false);
    let expired = certificates.signed(&ours, "expired", &["127.0.0.1"], true);
    // Without TLS on the server.
    assert_eq!(connecting(&fleet, &asking(&fleet, SslMode::Prefer, None)).await, "plain");
    let none = connecting(&fleet, &asking(&fleet, SslMode::Require, None)).await;
    assert_eq!(none, "08001 cannot connect to the shard: the server does not offer TLS");
    serve(&fleet, 1, &right).await;
    until(async || (connecting(&fleet, &asking(&fleet, SslMode::Prefer, None)).await == "encrypted").then_some(()))
        .await;
    assert_eq!(connecting(&fleet, &asking(&fleet, SslMode::Disable, None)).await, "plain");
    for (mode, authority, wanted) in [
        (SslMode::Require, None, "encrypted"),
        (SslMode::Require, Some(&root), "encrypted"),
        (SslMode::VerifyCa, Some(&root), "encrypted"),
        (SslMode::VerifyFull, Some(&root), "encrypted"),
        (SslMode::Require, Some(&other), "authority"),
        (SslMode::VerifyCa, Some(&other), "authority"),
        (SslMode::VerifyFull, Some(&other), "authority"),
    ] {
        let said = connecting(&fleet, &asking(&fleet, mode, authority.map(PathBuf::as_path))).await;
        let refused = "08001 cannot connect to the shard: the server's certificate was signed by an unknown authority";
        assert_eq!(said, if wanted == "authority" { refused } else { wanted }, "{mode:?}");
    }
    serve(&fleet, 1, &elsewhere).await;
    let full = asking(&fleet, SslMode::VerifyFull, Some(&root));
    let wrong_host = "08001 cannot connect to the shard: the server's certificate is for another host";
    until(async || (connecting(&fleet, &full).await == wrong_host).then_some(())).await;
    assert_eq!(connecting(&fleet, &asking(&fleet, SslMode::VerifyCa, Some(&root))).await, "encrypted");
    serve(&fleet, 1, &expired).await;
    let too_old = "08001 cannot connect to the shard: the server's certificate has expired";
    until(async || (connecting(&fleet, &full).await == too_old).then_some(())).await;
    // What needs an authority says so, instead of believing anybody.
    let error = Pools::new(&asking(&fleet, SslMode::VerifyFull, None).shards).unwrap_err();
    assert_eq!(error.to_string(), "sslmode verify-ca and verify-full need ssl_root_cert");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_to_a_shard_is_encrypted_and_the_client_hears_why_not() {
    let fleet = Fleet::with().ddl(SCHEMA).orgs(&["one"]).role("app", &[]).separate().start().await;
    let certificates = Certificates::new();
    let (ours, root) = certificates.authority("ours");
    let right = certificates.signed(&ours, "shard", &["127.0.0.1"], false);
    let expired = certificates.signed(&ours, "expired", &["127.0.0.1"], true);
    for shard in [1, 2] {
        serve(&fleet, shard, &right).await;
    }
    let config = asking(&fleet, SslMode::VerifyFull, Some(&root));
    until(async || (connecting(&fleet, &config).await == "encrypted").then_some(())).await;
    // Plain connections are no longer taken: whatever works from here on is encrypted.
    let client = fleet.shard_client(1).await;
    let hba: String = client.query_one("SHOW hba_file", &[]).await.unwrap().get(0);
    let rules =
        "local all all scram-sha-256\nhostssl all all all scram-sha-256\nhostnossl all postgres all scram-sha-256\n";
    std::fs::write(&hba, rules).unwrap();
    client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    until(async || connecting(&fleet, &asking(&fleet, SslMode::Disable, None)).await.contains("refused").then_some(()))
        .await;
    // The library, migrate, operations and the proxy.
    let orgfold = orgfold::Orgfold::connect(config.clone()).await.unwrap();
    orgfold.org("one").unwrap().execute("INSERT INTO item VALUES (1, 'a')", &[]).await.unwrap();
    let options = orgfold::migrate::MigrateOptions {
        config: config.clone(),
        files: vec![
            orgfold::migrate::SchemaFile::new("0000_test.sql", SCHEMA),
            orgfold::migrate::SchemaFile::new("0001_more.sql", "CREATE TABLE more (id integer PRIMARY KEY);"),
        ],
        shard: None,
    };
    for outcome in orgfold::migrate::run(&options, |_| {}).await.unwrap() {
        outcome.result.unwrap();
    }
    let proxy = fleet.proxy_with(config.clone()).await;
    let client = proxy.connect("app", "one").await;
    assert_eq!(client.query("TABLE item", &[]).await.unwrap().len(), 1);
    // A cancel goes the same way.
    let token = client.cancel_token();
    let (stopped, ()) = tokio::join!(client.simple_query("SELECT pg_sleep(20)"), async {
        until(async || {
            let running =
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()";
            fleet.shard_client(1).await.query_opt(running, &[]).await.unwrap()
        })
        .await;
        token.cancel_query(tokio_postgres::NoTls).await.unwrap();
    });
    assert_eq!(stopped.unwrap_err().code().unwrap().code(), "57014");
    // The certificate expires; new connections are refused, in words that a client may read.
    serve(&fleet, 1, &expired).await;
    let wanted = "cannot connect to the database server: the server's certificate has expired";
    until(async || {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orgfold_runtime'";
        fleet.shard_client(1).await.batch_execute(kill).await.unwrap();
        let error = client.query("TABLE item", &[]).await.err()?;
        let report = error.as_db_error()?;
        (report.code().code() == "08001" && report.message() == wanted).then_some(())
    })
    .await;
}

struct Door {
    _fleet: Fleet,
    proxy: RunningProxy,
    certificates: Certificates,
    ours: Authority,
    root: PathBuf,
    psql: PathBuf,
    config: Config,
}

impl Door {
    async fn open(change: impl FnOnce(&mut Config, &Path)) -> Door {
        let options = Fleet::with().ddl(SCHEMA).orgs(&["one", "two"]).role("app", &["one"]).role("other", &["two"]);
        let fleet = options.start().await;
        let certificates = Certificates::new();
        let (ours, root) = certificates.authority("ours");
        let (cert, key) = certificates.signed(&ours, "proxy", &["localhost"], false);
        let mut config = fleet.config();
        (config.proxy.tls_cert, config.proxy.tls_key) = (Some(cert), Some(key));
        config.proxy.tls_required = true;
        change(&mut config, &root);
        let proxy = fleet.proxy_with(config.clone()).await;
        let psql = fleet.tool("psql");
        Door { _fleet: fleet, proxy, certificates, ours, root, psql, config }
    }

    fn psql(&self, role: &str, org: &str, more: &str) -> String {
        let output = Command::new(&self.psql)
            .args(["-X", "-At", "-c", "SELECT 'in'"])
            .arg(format!("host=localhost port={} user={role} dbname={org} {more}", self.proxy.port()))
            .env("PGPASSWORD", PASSWORD)
            .env("HOME", self.certificates.folder.path())
            .output()
            .unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap().trim_end().to_owned()
    }

    fn verified(&self, more: &str) -> String {
        format!("sslmode=verify-full sslrootcert={} {more}", self.root.display())
    }

    fn shown(&self, (cert, key): &(PathBuf, PathBuf)) -> String {
        self.verified(&format!("sslcert={} sslkey={}", cert.display(), key.display()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scram_is_bound_to_the_connection_and_no_offer_can_be_taken_away() {
    let door = Door::open(|_, _| {}).await;
    for version in ["TLSv1.2", "TLSv1.3"] {
        let more =
            format!("channel_binding=require ssl_min_protocol_version={version} ssl_max_protocol_version={version}");
        assert_eq!(door.psql("app", "one", &door.verified(&more)), "in", "{version}");
    }
    assert_eq!(door.psql("app", "one", &door.verified("channel_binding=disable")), "in");
    assert!(door.psql("app", "one", "sslmode=disable").contains("connections must be encrypted"));
    // Directly, by the driver that the library brings.
    let tls = TlsOptions { sslmode: SslMode::VerifyFull, root_cert: Some(door.root.clone()), ..TlsOptions::default() };
    let tls = Tls::new(&tls).unwrap();
    let mut settings = tokio_postgres::Config::new();
    settings.host("localhost").port(door.proxy.port()).user("app").password(PASSWORD).dbname("one");
    settings.channel_binding(tokio_postgres::config::ChannelBinding::Require);
    for negotiation in
        [tokio_postgres::config::SslNegotiation::Direct, tokio_postgres::config::SslNegotiation::Postgres]
    {
        let mut settings = tls.applied(settings.clone());
        settings.ssl_negotiation(negotiation);
        let (client, connection) = settings.connect(tls.clone()).await.unwrap();
        let task = tokio::spawn(connection);
        client.batch_execute("SELECT 1").await.unwrap();
        task.abort();
    }
    // A client that could have bound, and was kept from seeing that it may.
    let socket = TcpStream::connect(("127.0.0.1", door.proxy.port())).await.unwrap();
    let mut stream = tls.negotiate("localhost", socket).await.unwrap().ok().unwrap();
    let mut out = bytes::BytesMut::new();
    orgfold::wire::request::startup(&[("user", "app"), ("database", "one")], &mut out);
    orgfold::wire::request::sasl_initial("SCRAM-SHA-256", b"y,,n=,r=abcdefgh", &mut out);
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    stream.write_all(&out).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer);
    assert!(text.contains("SCRAM-SHA-256-PLUS") && text.contains("08P01"), "{text}");
    assert!(text.contains("channel binding negotiation error"), "{text}");
    // Directly, but for another protocol.
    let mut browser = rustls_client(&door.root);
    browser.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(browser.clone()));
    let connect = async |connector: tokio_rustls::TlsConnector| {
        let socket = TcpStream::connect(("127.0.0.1", door.proxy.port())).await.unwrap();
        let mut stream = connector.connect("localhost".try_into().unwrap(), socket).await.ok()?;
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.ok()?;
        stream.read_u8().await.ok()
    };
    assert_eq!(connect(connector).await, None);
    browser.alpn_protocols.clear();
    assert_eq!(connect(tokio_rustls::TlsConnector::from(std::sync::Arc::new(browser))).await, None);
}

fn rustls_client(root: &Path) -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_root_certificates(orgfold::tls::roots(root).unwrap()).with_no_client_auth()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_speaks_for_its_own_role_and_for_that_roles_orgs() {
    let door = Door::open(|config, root| {
        config.proxy.tls_client_ca = Some(root.to_owned());
        config.proxy.tls_client_auth = ClientCert::Cert;
        config.proxy.tls_client_roles.insert("machine.7".to_owned(), "other".to_owned());
    })
    .await;
    let app = door.certificates.signed(&door.ours, "app", &[], false);
    let machine = door.certificates.signed(&door.ours, "machine.7", &[], false);
    let expired = door.certificates.signed(&door.ours, "old", &[], true);
    let (strangers, _) = door.certificates.authority("strangers");
    let stranger = door.certificates.signed(&strangers, "stranger", &[], false);
    let wrong = |role: &str| format!("certificate authentication failed for user \"{role}\"");
    assert_eq!(door.psql("app", "one", &door.shown(&app)), "in");
    assert_eq!(door.psql("other", "two", &door.shown(&machine)), "in");
    for (role, org, shown, refusal) in [
        // Another's role, mapped or not; one that is not there sounds the same.
        ("other", "two", door.shown(&app), wrong("other")),
        ("app", "one", door.shown(&machine), wrong("app")),
        ("nobody", "one", door.shown(&app), wrong("nobody")),
        // The password is right, but it does not count.
        ("app", "one", door.verified("sslcert=none"), wrong("app")),
        // The role is bound to one org.
        ("app", "two", door.shown(&app), "role \"app\" may not act for org \"two\"".to_owned()),
        ("other", "one", door.shown(&machine), "role \"other\" may not act for org \"one\"".to_owned()),
    ] {
        let said = door.psql(role, org, &shown);
        assert!(said.contains(&refusal) && !said.contains("in\n"), "{role} {org}: {said}");
    }
    for unfit in [&expired, &stranger] {
        let said = door.psql("app", "one", &door.shown(unfit));
        assert!(said.contains("error") && !said.starts_with("in"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_and_password_are_both_asked_for_where_both_are_wanted() {
    let door = Door::open(|config, root| {
        config.proxy.tls_client_ca = Some(root.to_owned());
        config.proxy.tls_client_auth = ClientCert::CertAndPassword;
    })
    .await;
    let app = door.certificates.signed(&door.ours, "app", &[], false);
    assert_eq!(door.psql("app", "one", &door.shown(&app)), "in");
    let said = door.psql("app", "one", &format!("{} password=wrong", door.shown(&app)));
    assert!(said.contains("password authentication failed"), "{said}");
    let said = door.psql("app", "one", &door.verified("sslcert=none"));
    assert!(said.contains("certificate authentication failed"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_reloaded_without_losing_a_session() {
    let door = Door::open(|_, _| {}).await;
    let tls = TlsOptions { sslmode: SslMode::Require, ..TlsOptions::default() };
    let tls = Tls::new(&tls).unwrap();
    let (old, connection) = tls.applied(door.proxy.settings("app", "one")).connect(tls).await.unwrap();
    tokio::spawn(connection);
    let (theirs, new_root) = door.certificates.authority("theirs");
    let (cert, key) = door.certificates.signed(&theirs, "renewed", &["localhost"], false);
    let mut config = door.config.proxy.clone();
    (config.tls_cert, config.tls_key) = (Some(cert), Some(door.certificates.path("no such file")));
    let error = door.proxy.certificates().reload(&config).unwrap_err();
    assert!(error.to_string().contains("cannot read"), "{error}");
    assert_eq!(door.psql("app", "one", &door.verified("channel_binding=require")), "in");
    config.tls_key = Some(key);
    door.proxy.certificates().reload(&config).unwrap();
    let renewed = format!("sslmode=verify-full sslrootcert={} channel_binding=require", new_root.display());
    assert_eq!(door.psql("app", "one", &renewed), "in");
    assert!(door.psql("app", "one", &door.verified("")).contains("certificate verify failed"));
    old.batch_execute("SELECT 1").await.unwrap();
}
