//! Who may knock at all: `[[proxy.access]]`, and what failed logins cost.
//!
//! In: where a client comes from, what it asks for, whether TLS is on. Out: how it proves its role, or a refusal. Invariants:
//! the first rule that fits decides; where there are rules and none fits, the client is refused; nothing here asks
//! whether a role or an org exists; memory is bounded. What is absent: the proof itself (the handshake's).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::fault::Fault;
use crate::config::{AccessMethod, AccessRule};
use crate::sqlstate::SqlState;

/// A client at the door.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) address: IpAddr,
    pub(super) role: Box<str>,
    pub(super) tls: bool,
    /// The rules as they were when it came.
    pub(super) rules: Arc<[AccessRule]>,
}

impl Caller {
    /// How it proves its role for that database; `None` where there are no rules.
    ///
    /// # Errors
    /// 28000 when no rule lets it.
    pub(super) fn method(&self, database: &str) -> Result<Option<AccessMethod>, Fault> {
        if self.rules.is_empty() {
            return Ok(None);
        }
        let (address, role) = (self.address.to_canonical(), &self.role);
        let encryption = if self.tls { "SSL encryption" } else { "no encryption" };
        let refused = |why: &str| {
            let message = format!("{why} host \"{address}\", user \"{role}\", database \"{database}\", {encryption}");
            Err(Fault::fatal(SqlState::INVALID_AUTHORIZATION, message))
        };
        match self.rules.iter().find(|rule| self.fits(rule, database)).map(|rule| rule.method) {
            None => refused("no access rule for"),
            Some(AccessMethod::Reject) => refused("an access rule rejects connection for"),
            Some(method) => Ok(Some(method)),
        }
    }

    fn fits(&self, rule: &AccessRule, database: &str) -> bool {
        rule.network.is_none_or(|network| network.contains(&self.address.to_canonical()))
            && rule.role.as_deref().is_none_or(|role| *role == *self.role)
            && rule.org.as_deref().is_none_or(|org| org == database)
            && (!rule.tls || self.tls)
    }

    /// Whether it may change over to that org: only where it would have come in with the proof that it has given.
    ///
    /// # Errors
    /// 28000 when a rule forbids it.
    pub(super) fn may_change_to(&self, org: &str, proven: Option<AccessMethod>) -> Result<(), Fault> {
        let fits = self.method(org).is_ok_and(|method| method == proven);
        if fits {
            return Ok(());
        }
        // The same words as for an org that is not there.
        let message = format!("role \"{}\" may not act for org \"{org}\"", self.role);
        Err(Fault::error(SqlState::INVALID_AUTHORIZATION, message))
    }
}

/// How many addresses are remembered.
const MOST: usize = 16_384;

/// After how long an address's failures are forgotten.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// How many failures cost nothing: people mistype.
const FREE: u32 = 4;

/// The longest delay.
const LONGEST: Duration = Duration::from_secs(2);

/// Failed logins by address.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<HashMap<IpAddr, (u32, Instant)>>);

/// Whoever has an IPv6 address has 2^64 of them.
fn network_of(address: SocketAddr) -> IpAddr {
    match address.ip().to_canonical() {
        IpAddr::V6(v6) => {
            let network = u128::from(v6) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Failures {
    /// Whether that address has failed so often that it is not heard.
    ///
    /// # Errors
    /// 28000, whatever role and password it would have sent.
    pub(super) fn check(&self, address: SocketAddr, most: u32) -> Result<(), Fault> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&network_of(address)).copied();
        match known {
            Some((count, since)) if most > 0 && count >= most && since.elapsed() < FORGOTTEN => {
                let fault = Fault::fatal(SqlState::INVALID_AUTHORIZATION, "too many failed logins from this address");
                Err(fault.hint("wait a minute"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// One more failed; how long it waits for its answer.
    pub(super) fn failed(&self, address: SocketAddr) -> Duration {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network_of(address);
        if known.len() >= MOST && !known.contains_key(&address) {
            known.retain(|_, (_, since)| since.elapsed() < FORGOTTEN);
            if known.len() >= MOST {
                // More addresses than can be remembered: each waits.
                return LONGEST;
            }
        }
        let (count, since) = known.entry(address).or_insert_with(|| (0, Instant::now()));
        if since.elapsed() >= FORGOTTEN {
            (*count, *since) = (0, Instant::now());
        }
        *count = count.saturating_add(1);
        match count.saturating_sub(FREE) {
            0 => Duration::ZERO,
            more => (Duration::from_millis(50) * 2u32.saturating_pow(more.min(10))).min(LONGEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(rules: &str, address: &str, role: &str, org: &str, tls: bool) -> Result<Option<AccessMethod>, String> {
        #[derive(serde::Deserialize)]
        struct Rules {
            access: Vec<AccessRule>,
        }
        let rules: Rules = toml::from_str(rules).unwrap();
        let caller = Caller { address: address.parse().unwrap(), role: role.into(), tls, rules: rules.access.into() };
        caller.method(org).map_err(|fault| fault.message)
    }

    #[test]
    fn the_first_rule_that_fits_decides_and_none_is_a_refusal() {
        let rules = "access = [
            { network = '10.1.0.0/16', method = 'reject' },
            { network = '10.0.0.0/8', role = 'app', org = 'acme', method = 'scram' },
            { network = 'fd00::/8', tls = true, method = 'cert' }]";
        assert_eq!(method(rules, "10.2.0.1", "app", "acme", false), Ok(Some(AccessMethod::Scram)));
        // An IPv4 address through an IPv6 socket.
        assert_eq!(method(rules, "::ffff:10.2.0.1", "app", "acme", false), Ok(Some(AccessMethod::Scram)));
        assert_eq!(method(rules, "fd00::1", "any", "any", true), Ok(Some(AccessMethod::Cert)));
        let rejects =
            "an access rule rejects connection for host \"10.1.0.1\", user \"app\", database \"acme\", no encryption";
        assert_eq!(method(rules, "10.1.0.1", "app", "acme", false), Err(rejects.to_owned()));
        for (address, role, org, tls) in [
            ("10.2.0.1", "other", "acme", true),
            ("10.2.0.1", "app", "globex", true),
            ("fd00::1", "app", "acme", false),
            ("192.168.0.1", "app", "acme", true),
        ] {
            assert!(method(rules, address, role, org, tls).unwrap_err().starts_with("no access rule"), "{address}");
        }
        assert_eq!(method("access = []", "10.2.0.1", "app", "acme", false), Ok(None));
    }

    #[test]
    fn failures_cost_time_and_are_bounded() {
        let failures = Failures::default();
        let address: SocketAddr = "[fd00::1]:1".parse().unwrap();
        let delays: Vec<Duration> = (0..20).map(|_| failures.failed(address)).collect();
        assert!(delays.iter().take(4).all(Duration::is_zero));
        assert!(delays.windows(2).all(|pair| pair[0] <= pair[1]) && delays[19] == LONGEST, "{delays:?}");
        // The same network, another address.
        let neighbour: SocketAddr = "[fd00::2]:1".parse().unwrap();
        assert!(failures.check(neighbour, 20).is_err() && failures.check(neighbour, 21).is_ok());
        assert!(failures.check(neighbour, 0).is_ok(), "switched off");
        assert!(failures.check("[fd01::1]:1".parse().unwrap(), 1).is_ok());
        for n in 0..20_000u32 {
            failures.failed((std::net::Ipv4Addr::from(n), 1).into());
        }
        assert!(failures.0.lock().unwrap().len() <= MOST);
    }
}
