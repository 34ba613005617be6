//! Functions from a request's head to the name of its org.
//!
//! Invariants: what names two orgs names none, so that a proxy in front and the service never read two meanings.

use http::header::HOST;
use http::request::Parts;

/// The org in a header. Only where something that you trust sets that header, and takes away what a caller sent.
pub fn of_header(name: &'static str) -> impl Fn(&Parts) -> Option<String> + Clone + Send + Sync {
    move |head| {
        let mut values = head.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then(|| value.to_owned())
    }
}

/// The org in the host name, before this domain: `acme` of `acme.example.com` for the domain `example.com`.
pub fn of_host(domain: &'static str) -> impl Fn(&Parts) -> Option<String> + Clone + Send + Sync {
    move |head| label(&host(head)?, domain)
}

/// The host that was asked for; `None` where the request names two.
fn host(head: &Parts) -> Option<String> {
    let mut headers = head.headers.get_all(HOST).iter();
    let header = match headers.next() {
        Some(value) => Some(value.to_str().ok()?.to_ascii_lowercase()),
        None => None,
    };
    if headers.next().is_some() {
        return None;
    }
    // HTTP/2 has it in the URI.
    let authority = head.uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
    match (header, authority) {
        (Some(header), Some(authority)) => (header == authority).then_some(header),
        (header, authority) => header.or(authority),
    }
}

/// The one label before a domain.
fn label(host: &str, domain: &str) -> Option<String> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) => return None,
        None => host,
    };
    let label = name.strip_suffix(&domain.to_ascii_lowercase())?.strip_suffix('.')?;
    (!label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .then(|| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_header_names_one_org_or_none() {
        let name = of_header("x-org");
        assert_eq!(name(&head("/", &[("X-Org", "acme")])).as_deref(), Some("acme"));
        assert_eq!(name(&head("/", &[])), None);
        assert_eq!(name(&head("/", &[("x-org", "acme"), ("x-org", "globex")])), None);
    }

    #[test]
    fn a_host_names_one_org_or_none() {
        let name = of_host("Example.com");
        for (host, org) in [
            ("acme.example.com", Some("acme")),
            ("ACME.Example.COM:8080", Some("acme")),
            ("example.com", None),
            (".example.com", None),
            ("acme.other.com", None),
            ("acme.example.com.evil.com", None),
            ("evilexample.com", None),
            ("a.b.example.com", None),
            ("user@acme.example.com", None),
            ("acme.example.com:80:90", None),
        ] {
            assert_eq!(name(&head("/", &[("host", host)])).as_deref(), org, "{host}");
        }
        assert_eq!(name(&head("http://acme.example.com/", &[])).as_deref(), Some("acme"));
        assert_eq!(name(&head("http://acme.example.com/", &[("host", "globex.example.com")])), None);
        assert_eq!(name(&head("/", &[("host", "acme.example.com"), ("host", "acme.example.com")])), None);
        assert_eq!(name(&head("/", &[])), None);
    }
}
