//! The functions that statements may call.

/// What kind of function it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionClass {
    Scalar,
    Aggregate,
    Window,
    SetReturning,
    Sequence,
    Identity,
}

const SCALAR: &[&str] = &[
    "abs",
    "lower",
    "upper",
    "length",
    "now",
    "round",
    "random",
    "pg_sleep",
    "ceil",
    "floor",
    "substring",
    "substr",
    "concat",
    "version",
    "md5",
    "repeat",
    "date_trunc",
    "to_char",
    "jsonb_build_object",
    "row_to_json",
];
const AGGREGATE: &[&str] = &["count", "sum", "min", "max", "avg", "array_agg", "string_agg"];
const WINDOW: &[&str] = &["row_number", "rank", "dense_rank", "lag", "lead"];
const SRF: &[&str] = &["generate_series", "unnest"];

/// Whether statements may call the function.
pub(crate) fn is_allowed(name: &str) -> Option<FunctionClass> {
    if SCALAR.contains(&name) {
        Some(FunctionClass::Scalar)
    } else if AGGREGATE.contains(&name) {
        Some(FunctionClass::Aggregate)
    } else if WINDOW.contains(&name) {
        Some(FunctionClass::Window)
    } else if SRF.contains(&name) {
        Some(FunctionClass::SetReturning)
    } else {
        None
    }
}
