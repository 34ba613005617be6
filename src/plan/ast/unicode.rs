//! What the escapes of `U&"..."` and `U&'...' UESCAPE 'c'` stand for.
//!
//! Source: `str_udeescape` of PostgreSQL's `parser.c`.

/// Whether a character may stand for the backslash.
pub(super) fn is_escape(c: char) -> bool {
    !(c.is_ascii_hexdigit() || c.is_whitespace() || matches!(c, '+' | '\'' | '"'))
}

/// The characters of a body. `double` is written twice where an escape makes it, as the body itself has it.
///
/// # Errors
///
/// What PostgreSQL says of escapes that are none.
pub(super) fn unescaped(body: &str, escape: char, double: Option<char>) -> Result<String, &'static str> {
    const PAIR: &str = "invalid Unicode surrogate pair";
    let mut value = String::with_capacity(body.len());
    let mut rest = body;
    let mut high: Option<u32> = None;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        let mut code = None;
        if c == escape {
            if let Some(behind) = rest.strip_prefix(escape) {
                rest = behind;
            } else {
                let (behind, length) = rest.strip_prefix('+').map_or((rest, 4), |behind| (behind, 6));
                let digits = behind.get(..length).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                code = Some(number.ok_or("invalid Unicode escape")?);
                rest = behind.get(length..).unwrap_or("");
            }
        }
        match (high.take(), code) {
            (None, None) => value.push(c),
            (None, Some(code @ 0xD800..=0xDBFF)) => high = Some(code),
            (None, Some(code)) => {
                let c = char::from_u32(code).filter(|c| *c != '\0').ok_or("invalid Unicode escape value")?;
                value.push(c);
                if double == Some(c) {
                    value.push(c);
                }
            }
            (Some(first), Some(second @ 0xDC00..=0xDFFF)) => {
                let whole = 0x1_0000 + ((first & 0x3FF) << 10) + (second & 0x3FF);
                value.push(char::from_u32(whole).ok_or(PAIR)?);
            }
            (Some(_), _) => return Err(PAIR),
        }
    }
    if high.is_some() { Err(PAIR) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        for (body, escape, value) in [
            (r"d\0061t\+000061", '\\', "data"),
            (r"d!0061!!\", '!', r"da!\"),
            (r"\D83D\DE00é", '\\', "\u{1F600}é"),
            (r"a\0027b''", '\\', "a''b''"),
            ("", '\\', ""),
        ] {
            assert_eq!(unescaped(body, escape, Some('\'')).as_deref(), Ok(value), "{body}");
        }
        for bad in [r"\006", r"\+00006", r"\00é1", r"\D83D", r"\D83Dx", r"\DE00", r"\0000", r"\+110000", r"\x"] {
            assert!(unescaped(bad, '\\', None).is_err(), "{bad}");
        }
    }
}
