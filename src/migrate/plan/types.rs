//! The names of types: as the service writes them -> as `format_type` prints them.
//!
//! In: `int`, `varchar(20)[]`, `timestamptz(3)`. Out: `integer`, `character varying(20)[]`, `timestamp(3) with time
//! zone`. The runner reads the server's own spelling back before it commits; this one serves where there is no server.
//! What is absent: whether a type exists.

use crate::migrate::lex::{self, Kind};

/// A `serial` type's real type.
pub(super) fn serial(name: &str) -> Option<&'static str> {
    match name {
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    }
}

/// The greatest number of an integer type; `None` for other types.
pub(super) fn integer_limit(normal: &str) -> Option<i64> {
    match normal {
        "smallint" => Some(i64::from(i16::MAX)),
        "integer" => Some(i64::from(i32::MAX)),
        "bigint" => Some(i64::MAX),
        _ => None,
    }
}

/// Whether a text is one type: several words only where PostgreSQL's types have them.
pub(super) fn is_type(text: &str) -> bool {
    let normal = normal(text);
    let bare: String = normal.split('"').step_by(2).collect();
    let outside = bare.split('(').map(|part| part.split_once(')').map_or(part, |(_, after)| after));
    let words = outside.collect::<String>().replace("[]", "");
    let known = [
        "double precision",
        "character varying",
        "bit varying",
        "timestamp with time zone",
        "timestamp without time zone",
        "time with time zone",
        "time without time zone",
    ];
    !words.contains(' ') || known.contains(&words.as_str()) || words.starts_with("interval ")
}

/// The normal spelling.
pub(super) fn normal(text: &str) -> String {
    let Ok(tokens) = lex::tokens(text) else { return text.to_owned() };
    // The words, the first parenthesised list (a modifier), and whether it is an array.
    let (mut words, mut modifier, mut array, mut depth) = (Vec::new(), String::new(), false, 0_usize);
    for token in &tokens {
        let slice = text.get(token.start..token.end).unwrap_or("");
        match &token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth = depth.saturating_sub(1),
            Kind::Sign('[') => array = true,
            Kind::Sign(']') => {}
            Kind::Number if array => {}
            Kind::Word(word) if depth == 0 && word == "array" => array = true,
            Kind::Word(word) if depth == 0 => words.push(word.clone()),
            Kind::Quoted(_) | Kind::Sign(_) if depth == 0 => words.push(slice.to_owned()),
            Kind::Word(_) | Kind::Quoted(_) | Kind::Text | Kind::Number | Kind::Sign(_) => modifier.push_str(slice),
        }
    }
    let mut name = words.join(" ").replace(" . ", ".").replace("pg_catalog.", "");
    if let Some(plain) = name.strip_prefix("public.") {
        name = plain.to_owned();
    }
    let with = |base: &str| if modifier.is_empty() { base.to_owned() } else { format!("{base}({modifier})") };
    let timed = |base: &str, zone: &str| format!("{} {zone} time zone", with(base));
    let base = match name.as_str() {
        "int" | "int4" | "integer" => "integer".to_owned(),
        "int2" | "smallint" => "smallint".to_owned(),
        "int8" | "bigint" => "bigint".to_owned(),
        "bool" | "boolean" => "boolean".to_owned(),
        "float8" | "double precision" => "double precision".to_owned(),
        "float4" | "real" => "real".to_owned(),
        "float" if modifier.parse::<u8>().is_ok_and(|bits| bits <= 24) => "real".to_owned(),
        "float" => "double precision".to_owned(),
        "decimal" | "dec" | "numeric" if !modifier.is_empty() && !modifier.contains(',') => {
            format!("numeric({modifier},0)")
        }
        "decimal" | "dec" | "numeric" => with("numeric"),
        "varchar" | "character varying" | "char varying" => with("character varying"),
        "char" | "character" | "nchar" if modifier.is_empty() => "character(1)".to_owned(),
        "char" | "character" | "nchar" => with("character"),
        "bpchar" if !modifier.is_empty() => with("character"),
        "bit" if modifier.is_empty() => "bit(1)".to_owned(),
        "varbit" | "bit varying" => with("bit varying"),
        "timestamptz" | "timestamp with time zone" => timed("timestamp", "with"),
        "timestamp" | "timestamp without time zone" => timed("timestamp", "without"),
        "timetz" | "time with time zone" => timed("time", "with"),
        "time" | "time without time zone" => timed("time", "without"),
        other => with(other),
    };
    if array { format!("{base}[]") } else { base }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_spelled_as_the_server_does() {
        for (written, expected) in [
            ("int", "integer"),
            ("VARCHAR (20) []", "character varying(20)[]"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp (0) without time zone", "timestamp(0) without time zone"),
            ("numeric( 12, 2 )", "numeric(12,2)"),
            ("decimal(5)", "numeric(5,0)"),
            ("char", "character(1)"),
            ("double  precision ARRAY[3]", "double precision[]"),
            ("float(24)", "real"),
            ("\"char\"", "\"char\""),
            ("public.mood", "mood"),
            ("other.\"Mood\"[]", "other.\"Mood\"[]"),
            ("jsonb", "jsonb"),
        ] {
            assert_eq!(normal(written), expected, "{written}");
            assert!(is_type(written), "{written}");
        }
    }

    #[test]
    fn what_is_no_type_is_told() {
        for written in ["int auto_increment", "text with (x)", "numeric(1) more", "a b"] {
            assert!(!is_type(written), "{written}");
        }
        assert!(is_type("interval day to second(3)") && is_type("\"two words\""));
    }
}
