//! [`Traces`]: queries as OpenTelemetry spans, after they were answered.
//!
//! In: what a session knows of a query. Out: spans, sent in batches by a thread of the exporter's. Invariants: no value and no
//! literal is in a span; a query that is not sampled costs a look. A client that traces says so in a comment, in the manner of
//! sqlcommenter: `/*traceparent='00-...'*/`; its queries are children of its span, and always sampled where it samples.

use std::time::Duration;

/// What is known of a query.
#[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "told to nobody in this build"))]
pub(super) struct Query<'q> {
    pub(super) took: Duration,
    /// The client's text, for the comment alone.
    pub(super) text: &'q str,
    /// The text without literals: what is shown.
    pub(super) shown: &'q str,
    pub(super) role: &'q str,
    pub(super) org: Option<&'q str>,
    pub(super) shard: Option<&'q str>,
    pub(super) leaf: Option<u16>,
    pub(super) fingerprint: u64,
    pub(super) request: super::who::Request,
}

/// The client's own span: trace, span, and whether it is sampled.
#[cfg(feature = "otel")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent<'t> {
    trace: &'t str,
    span: &'t str,
    sampled: bool,
}

#[cfg(feature = "otel")]
impl<'t> Parent<'t> {
    /// What `traceparent='00-TRACE-SPAN-FLAGS'` in a text says.
    pub(super) fn of(text: &'t str) -> Option<Parent<'t>> {
        let (_, rest) = text.split_once("traceparent='")?;
        let mut parts = rest.split_once('\'')?.0.split('-');
        let hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let version = parts.next().filter(|part| part.len() == 2).filter(hex)?;
        let trace = parts.next().filter(|part| part.len() == 32).filter(hex)?;
        let span = parts.next().filter(|part| part.len() == 16).filter(hex)?;
        let flags = parts.next().filter(|part| part.len() == 2).filter(hex)?;
        let none = |part: &str| part.bytes().all(|byte| byte == b'0');
        if version == "ff" || none(trace) || none(span) || parts.next().is_some() {
            return None;
        }
        let sampled = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
        Some(Parent { trace, span, sampled })
    }
}

#[cfg(feature = "otel")]
mod otlp {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::SystemTime;

    use opentelemetry::trace::{
        Span as _, SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
        TracerProvider as _,
    };
    use opentelemetry::{Context, KeyValue};
    use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

    use super::{Parent, Query};
    use crate::config::LogConfig;

    /// Where spans go.
    pub(in crate::frontend) struct Traces {
        provider: SdkTracerProvider,
        tracer: SdkTracer,
        /// Of 10,000 queries.
        share: u64,
        asked: AtomicU64,
    }

    impl std::fmt::Debug for Traces {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("Traces").field("share", &self.share).finish_non_exhaustive()
        }
    }

    impl Drop for Traces {
        fn drop(&mut self) {
            if let Err(error) = self.provider.shutdown() {
                tracing::warn!(%error, "the last traces were not sent");
            }
        }
    }

    impl Traces {
        /// As the config says; none where it names no receiver.
        pub(in crate::frontend) fn new(config: &LogConfig) -> Result<Option<Traces>, String> {
            let Some(url) = &config.traces else { return Ok(None) };
            let endpoint = format!("{}/v1/traces", url.trim_end_matches('/'));
            let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).build();
            let exporter = exporter.map_err(|error| error.to_string())?;
            let provider = SdkTracerProvider::builder()
                .with_batch_exporter(exporter)
                .with_resource(Resource::builder().with_service_name("orgfold").build())
                .build();
            let tracer = provider.tracer("orgfold");
            let share = (config.traces_percent.clamp(0.0, 100.0) * 100.0) as u64;
            Ok(Some(Traces { provider, tracer, share, asked: AtomicU64::new(0) }))
        }

        /// A query was answered.
        pub(in crate::frontend) fn query(&self, query: &Query<'_>) {
            let parent = Parent::of(query.text);
            let drawn = || {
                // Spread evenly: every so many-th, not the first of each ten thousand.
                let number = self.asked.fetch_add(1, Ordering::Relaxed) % 10_000;
                (number + 1) * self.share / 10_000 > number * self.share / 10_000
            };
            if !parent.map_or_else(drawn, |parent| parent.sampled) {
                return;
            }
            let context =
                parent.and_then(remote).map_or_else(Context::new, |span| Context::new().with_remote_span_context(span));
            let ended = SystemTime::now();
            let mut attributes = vec![
                KeyValue::new("db.system.name", "postgresql"),
                KeyValue::new("db.query.text", query.shown.to_owned()),
                KeyValue::new("orgfold.role", query.role.to_owned()),
                KeyValue::new("orgfold.fingerprint", format!("{:016x}", query.fingerprint)),
                KeyValue::new("orgfold.request", query.request.to_string()),
            ];
            attributes.extend(query.org.map(|org| KeyValue::new("db.namespace", org.to_owned())));
            attributes.extend(query.shard.map(|shard| KeyValue::new("orgfold.shard", shard.to_owned())));
            attributes.extend(query.leaf.map(|leaf| KeyValue::new("orgfold.leaf", i64::from(leaf))));
            let mut builder = self.tracer.span_builder("query");
            builder.span_kind = Some(SpanKind::Server);
            builder.start_time = ended.checked_sub(query.took);
            builder.attributes = Some(attributes);
            self.tracer.build_with_context(builder, &context).end_with_timestamp(ended);
        }
    }

    fn remote(parent: Parent<'_>) -> Option<SpanContext> {
        let (trace, span) = (TraceId::from_hex(parent.trace).ok()?, SpanId::from_hex(parent.span).ok()?);
        Some(SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::default()))
    }
}

#[cfg(feature = "otel")]
pub(super) use otlp::Traces;

/// There are none in this build.
#[cfg(not(feature = "otel"))]
#[derive(Debug)]
pub(super) enum Traces {}

#[cfg(not(feature = "otel"))]
impl Traces {
    /// As the config says; this build can send none.
    pub(super) fn new(config: &crate::config::LogConfig) -> Result<Option<Traces>, String> {
        match &config.traces {
            None => Ok(None),
            Some(_) => Err("[log] traces: this orgfold was built without the feature `otel`".to_owned()),
        }
    }

    pub(super) fn query(&self, _: &Query<'_>) {
        match *self {}
    }
}

#[cfg(all(test, feature = "otel"))]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_what_the_comment_says() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let text = |said: &str| format!("SELECT 1 /*action='x',traceparent='{said}'*/");
        let sound = text(&format!("00-{trace}-b7ad6b7169203331-01"));
        assert_eq!(Parent::of(&sound), Some(Parent { trace, span: "b7ad6b7169203331", sampled: true }));
        let unsampled = text(&format!("00-{trace}-b7ad6b7169203331-00"));
        assert_eq!(Parent::of(&unsampled).map(|parent| parent.sampled), Some(false));
        for wrong in [
            "",
            "00",
            "00-1-2-01",
            &format!("ff-{trace}-b7ad6b7169203331-01"),
            &format!("00-{trace}-0000000000000000-01"),
            &format!("00-{}-b7ad6b7169203331-01", trace.to_uppercase()),
            &format!("00-{trace}-b7ad6b7169203331-01-x"),
        ] {
            assert_eq!(Parent::of(&text(wrong)), None, "{wrong}");
        }
        assert_eq!(Parent::of("SELECT 'traceparent='"), None);
    }
}
