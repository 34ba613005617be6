//! The configuration file: the example is complete and parses, mistakes are refused, secrets stay hidden.

use std::collections::BTreeSet;

use orgfold::config::{Config, ConfigError};

const EXAMPLE: &str = include_str!("../../examples/orgfold.toml");
const SOURCE: &str = include_str!("../../src/config.rs");

/// The example with every commented key switched on, except the passwords beside their variables.
fn everything() -> String {
    let on = |line: &str| {
        let key = line.strip_prefix("# ").filter(|rest| {
            let name = rest.split(" = ").next().unwrap_or("");
            rest.contains(" = ") && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        });
        key.unwrap_or(line).to_owned()
    };
    EXAMPLE.lines().map(on).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_parses_as_it_is_and_with_every_key() {
    let as_it_is: Config = toml::from_str(EXAMPLE).unwrap();
    assert_eq!(as_it_is.shards.password_env.as_deref(), Some("ORGFOLD_RUNTIME_PASSWORD"));
    let all: Config = toml::from_str(&everything()).unwrap();
    assert_eq!(all.functions.allow.len(), 2);
}

#[test]
fn the_example_shows_the_real_defaults() {
    let bare: Config = toml::from_str("[directory]\nurl = \"postgres://x@y/z\"").unwrap();
    let all: Config = toml::from_str(&everything()).unwrap();
    assert_eq!(bare.directory.poll_ms, all.directory.poll_ms);
    assert_eq!(bare.shards.user, all.shards.user);
    assert_eq!(bare.shards.pool_size, all.shards.pool_size);
    assert_eq!(bare.shards.pool_wait_ms, all.shards.pool_wait_ms);
    assert_eq!(bare.shards.connect_timeout_ms, all.shards.connect_timeout_ms);
    assert_eq!(bare.shards.sslmode, all.shards.sslmode);
    assert_eq!(bare.proxy.listen, all.proxy.listen);
    assert_eq!(bare.proxy.tls_required, all.proxy.tls_required);
    assert_eq!(bare.proxy.max_frame_bytes, all.proxy.max_frame_bytes);
    assert_eq!(bare.proxy.max_clients, all.proxy.max_clients);
    assert_eq!(bare.proxy.auth_timeout_ms, all.proxy.auth_timeout_ms);
    assert_eq!(bare.proxy.drain_ms, all.proxy.drain_ms);
    assert_eq!(bare.migrate.user, all.migrate.user);
    assert_eq!(bare.migrate.leaves, all.migrate.leaves);
    assert_eq!(bare.migrate.identity_stride, all.migrate.identity_stride);
}

#[test]
fn the_example_has_every_key() {
    let shown: toml::Table = toml::from_str(&everything()).unwrap();
    let mut missing = BTreeSet::new();
    let mut keys = 0;
    for (section, config) in [
        ("directory", "DirectoryConfig"),
        ("shards", "ShardsConfig"),
        ("proxy", "ProxyConfig"),
        ("admin", "AdminConfig"),
        ("log", "LogConfig"),
        ("migrate", "MigrateConfig"),
        ("functions", "FunctionsConfig"),
    ] {
        let start = SOURCE.find(&format!("pub struct {config} {{")).unwrap();
        let body = SOURCE[start..].split("\n}").next().unwrap();
        for key in body.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next()) {
            if key.contains(' ') {
                continue; // the struct's own line
            }
            keys += 1;
            if shown[section].get(key).is_none() {
                missing.insert(format!("{section}.{key}"));
            }
        }
    }
    assert!(keys >= 25, "the keys were not found in config.rs");
    assert!(missing.is_empty(), "examples/orgfold.toml lacks {missing:?}");
    let sections: BTreeSet<&str> = shown.keys().map(String::as_str).collect();
    assert_eq!(sections, BTreeSet::from(["admin", "directory", "functions", "log", "migrate", "proxy", "shards"]));
}

#[test]
fn mistakes_are_refused_and_secrets_stay_hidden() {
    for bad in [
        "",
        "[directory]",
        "[directory]\nurl = 5",
        "[directory]\nurl = \"\"\ncolour = 1",
        "[directory]\nurl = \"\"\n[shard]",
        "[directory]\nurl = \"\"\n[migrate]\nleaves = 0",
        "[directory]\nurl = \"\"\n[shards]\nsslmode = \"maybe\"",
    ] {
        assert!(toml::from_str::<Config>(bad).is_err(), "{bad}");
    }
    let text =
        "[directory]\nurl = \"postgres://u:hidden1@h/d\"\npassword = \"hidden2\"\n[shards]\npassword = \"hidden3\"";
    let config: Config = toml::from_str(text).unwrap();
    assert!(!format!("{config:?}").contains("hidden"));
    let broken: Config = toml::from_str("[directory]\nurl = \"postgres://u:hidden@h:port/d\"").unwrap();
    let Err(error @ ConfigError::Url(_)) = broken.directory.postgres() else { panic!("it was taken") };
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(!format!("{error} {source}").contains("hidden"), "{error}: {source}");
}

#[test]
fn a_password_key_wins_over_the_variable_and_both_over_the_url() {
    let config = |more: &str| -> Config {
        toml::from_str(&format!("[directory]\nurl = \"postgres://u:url@h/d\"\n{more}")).unwrap()
    };
    let password = |more: &str| -> Option<String> {
        let settings = config(more).directory.postgres().unwrap();
        settings.get_password().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    };
    // Every test run has PATH.
    let variable = std::env::var("PATH").unwrap();
    assert_eq!(password("").as_deref(), Some("url"));
    assert_eq!(password("password_env = \"PATH\"").as_deref(), Some(variable.as_str()));
    assert_eq!(password("password = \"key\"\npassword_env = \"PATH\"").as_deref(), Some("key"));
    let unset = config("password_env = \"ORGFOLD_NO_SUCH_VARIABLE\"");
    assert!(matches!(unset.directory.postgres(), Err(ConfigError::NoVariable(_))));
}
