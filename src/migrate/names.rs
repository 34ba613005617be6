//! The names PostgreSQL itself would choose for constraints, indexes and sequences.
//!
//! In: the table, its columns, what is taken. Out: a name of at most 63 bytes, as `ChooseIndexName`,
//! `ChooseConstraintName` and `makeObjectName` of PostgreSQL make it, so that a service that names none finds in errors
//! the names it knows. What is absent: checking names that the service chose itself.

use crate::catalog::MAX_IDENTIFIER_BYTES;

/// `<first>_<second>_<label>`, cut to fit, with a number when it is taken.
pub(super) fn choose(first: &str, second: Option<&str>, label: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut number = 0_u32;
    loop {
        let label = if number == 0 { label.to_owned() } else { format!("{label}{number}") };
        let name = assemble(first, second, &label);
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}

fn assemble(first: &str, second: Option<&str>, label: &str) -> String {
    let around = label.len() + 1 + usize::from(second.is_some());
    let room = MAX_IDENTIFIER_BYTES.saturating_sub(around);
    let (mut a, mut b) = (first.len(), second.map_or(0, str::len));
    while a + b > room {
        if a > b { a -= 1 } else { b -= 1 }
    }
    match second {
        Some(second) => format!("{}_{}_{label}", cut(first, a), cut(second, b)),
        None => format!("{}_{label}", cut(first, a)),
    }
}

/// The names of columns in a name: joined until there is more than fits anyway.
pub(super) fn joined(parts: &[String]) -> String {
    let mut joined = String::new();
    for part in parts {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(part);
        if joined.len() > MAX_IDENTIFIER_BYTES {
            break;
        }
    }
    cut(&joined, MAX_IDENTIFIER_BYTES).to_owned()
}

/// The base of the leaf indexes' names: the name itself, or cut to leave room, told apart by a checksum.
pub(super) fn physical_base(name: &str, room: usize, taken: impl Fn(&str) -> bool) -> String {
    if name.len() <= room && !taken(name) {
        return name.to_owned();
    }
    let mut salt = 0_u32;
    loop {
        let sum = fnv(name, salt);
        let base = format!("{}_{sum:08x}", cut(name, room.saturating_sub(9)));
        if !taken(&base) {
            return base;
        }
        salt += 1;
    }
}

/// FNV-1a, 32 bits: only to tell names apart that are cut alike.
fn fnv(text: &str, salt: u32) -> u32 {
    text.bytes().fold(0x811c_9dc5 ^ salt, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// At most `bytes` of a text, whole characters only.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_postgresql_s() {
        let free = |_: &str| false;
        assert_eq!(choose("invoice", None, "pkey", free), "invoice_pkey");
        assert_eq!(choose("invoice", Some("a_b"), "key", |name| name == "invoice_a_b_key"), "invoice_a_b_key1");
        let long = choose(&"t".repeat(60), Some(&"c".repeat(60)), "fkey", free);
        assert_eq!(long, format!("{}_{}_fkey", "t".repeat(29), "c".repeat(28)));
        assert_eq!(choose(&"é".repeat(31), None, "pkey", free), format!("{}_pkey", "é".repeat(29)));
    }

    #[test]
    fn long_names_are_told_apart() {
        let (a, b) = ("x".repeat(62) + "a", "x".repeat(62) + "b");
        let (short_a, short_b) = (physical_base(&a, 59, |_| false), physical_base(&b, 59, |_| false));
        assert!(short_a.len() <= 59 && short_a != short_b);
        assert_eq!(physical_base("short", 59, |_| false), "short");
    }
}
