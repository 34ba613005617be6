//! Smart keys: a key tells what it is the key of.
//!
//! ```
//! use orgfold::{Key, Prefix};
//!
//! let key: Key = "01Q36000000RXX5".parse()?;
//! assert_eq!(key.prefix(), "01Q".parse::<Prefix>()?);
//! // The form with a mask survives what does not know case.
//! assert_eq!(key.long(), "01Q36000000RXX5EAO");
//! assert_eq!("01q36000000rxx5eao".parse::<Key>()?, key);
//! // What is damaged is refused.
//! assert!("01Q36000000RXX".parse::<Key>().is_err());
//! # Ok::<(), orgfold::key::InvalidKey>(())
//! ```
//!
//! 15 characters of base 62 in ASCII order: three of prefix, which name the object, two of the shard it was born on, a
//! reserved `0`, nine of sequence. The form of 18 characters adds a mask of its upper-case letters, so that a key that went
//! through something that does not know case can be repaired. Both forms are read everywhere; what is damaged is refused
//! (22P02). They are parameters and columns of text ([`ToSql`](tokio_postgres::types::ToSql)), and serde's strings. Invariants: a [`Key`] is always whole; its order is that of its text. What is absent: I/O; where blocks of
//! sequence numbers come from is the caller's affair.

mod generator;
mod sql;

pub use generator::{Block, Generator, InvalidBlock};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::sqlstate::SqlState;

/// The digits, in ASCII order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The digits of the mask.
const MASK: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// What stands between a key's shard and its sequence.
const RESERVED: u8 = b'0';

/// How many characters the short form has.
pub const KEY_LENGTH: usize = 15;

/// How many the form with the mask has.
pub const LONG_KEY_LENGTH: usize = 18;

/// The value of a digit.
fn value_of(digit: u8) -> Option<u64> {
    let value = match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'Z' => digit - b'A' + 10,
        b'a'..=b'z' => digit - b'a' + 36,
        _ => return None,
    };
    Some(u64::from(value))
}

/// Writes a number, the last digit last; what does not fit is cut off.
fn write_number(mut number: u64, out: &mut [u8]) {
    for place in out.iter_mut().rev() {
        let digit = usize::try_from(number % 62).unwrap_or(0);
        *place = DIGITS.get(digit).copied().unwrap_or(RESERVED);
        number /= 62;
    }
}

fn read_number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| number.checked_mul(62)?.checked_add(value_of(*digit)?))
}

/// Text that is no key (22P02).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid input syntax for a key: \"{0}\"")]
pub struct InvalidKey(String);

impl InvalidKey {
    /// Its SQLSTATE.
    #[must_use]
    pub const fn sqlstate(&self) -> SqlState {
        SqlState::INVALID_TEXT_REPRESENTATION
    }
}

/// The first three characters of a key, which name its object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix([u8; 3]);

impl Prefix {
    /// How many there are.
    pub const COUNT: u32 = 62 * 62 * 62;

    /// The prefix of that number, counted from `000`.
    #[must_use]
    pub fn of_number(number: u32) -> Option<Prefix> {
        if number >= Prefix::COUNT {
            return None;
        }
        let mut digits = [0; 3];
        write_number(u64::from(number), &mut digits);
        Some(Prefix(digits))
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u32 {
        read_number(&self.0).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("000")
    }
}

impl FromStr for Prefix {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Prefix, InvalidKey> {
        let digits = <[u8; 3]>::try_from(text.as_bytes()).ok();
        let digits = digits.filter(|digits| digits.iter().all(|digit| value_of(*digit).is_some()));
        digits.map(Prefix).ok_or_else(|| InvalidKey(text.to_owned()))
    }
}

impl TryFrom<String> for Prefix {
    type Error = InvalidKey;
    fn try_from(text: String) -> Result<Prefix, InvalidKey> {
        text.parse()
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> String {
        prefix.as_str().to_owned()
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A smart key, in its form of 15 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key([u8; KEY_LENGTH]);

impl Key {
    /// The greatest number of a sequence.
    pub const MAX_SEQUENCE: u64 = 62_u64.pow(9) - 1;

    /// The greatest number of a shard.
    pub const MAX_SHARD: u16 = 62 * 62 - 1;

    /// The key of these parts; `None` where one is too great.
    #[must_use]
    pub fn of_parts(prefix: Prefix, shard: u16, sequence: u64) -> Option<Key> {
        if shard > Key::MAX_SHARD || sequence > Key::MAX_SEQUENCE {
            return None;
        }
        let mut digits = [RESERVED; KEY_LENGTH];
        let (head, tail) = digits.split_at_mut(6);
        let (named, rest) = head.split_at_mut(3);
        named.copy_from_slice(&prefix.0);
        write_number(u64::from(shard), rest.get_mut(..2)?);
        write_number(sequence, tail);
        Some(Key(digits))
    }

    /// The object's prefix.
    #[must_use]
    pub fn prefix(self) -> Prefix {
        let [a, b, c, ..] = self.0;
        Prefix([a, b, c])
    }

    /// The number of the shard it was born on.
    #[must_use]
    pub fn shard(self) -> u16 {
        let [_, _, _, a, b, ..] = self.0;
        read_number(&[a, b]).and_then(|number| u16::try_from(number).ok()).unwrap_or(0)
    }

    /// The number of its sequence.
    #[must_use]
    pub fn sequence(self) -> u64 {
        self.0.get(6..).and_then(read_number).unwrap_or(0)
    }

    /// The form of 15 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Digits are ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The form of 18 characters.
    #[must_use]
    pub fn long(self) -> String {
        let mut text = String::with_capacity(LONG_KEY_LENGTH);
        text.push_str(self.as_str());
        for group in self.0.chunks(5) {
            let upper = group.iter().enumerate().filter(|(_, digit)| digit.is_ascii_uppercase());
            let bits: usize = upper.map(|(at, _)| 1 << at).sum();
            text.push(char::from(MASK.get(bits).copied().unwrap_or(b'A')));
        }
        text
    }

    /// What the mask says of the letters' case is what they get.
    fn repaired(digits: &[u8], mask: &[u8]) -> Option<[u8; KEY_LENGTH]> {
        let mut whole = <[u8; KEY_LENGTH]>::try_from(digits).ok()?;
        for (group, sign) in whole.chunks_mut(5).zip(mask) {
            let bits = MASK.iter().position(|known| *known == sign.to_ascii_uppercase())?;
            for (at, digit) in group.iter_mut().enumerate() {
                let upper = bits >> at & 1 == 1;
                match (upper, digit.is_ascii_alphabetic()) {
                    (true, true) => digit.make_ascii_uppercase(),
                    (false, true) => digit.make_ascii_lowercase(),
                    (false, false) => {}
                    // A digit has no case: something was lost.
                    (true, false) => return None,
                }
            }
        }
        Some(whole)
    }
}

impl FromStr for Key {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Key, InvalidKey> {
        let invalid = || InvalidKey(text.chars().take(64).collect());
        let bytes = text.as_bytes();
        let digits = match bytes.len() {
            KEY_LENGTH => <[u8; KEY_LENGTH]>::try_from(bytes).ok(),
            LONG_KEY_LENGTH => {
                bytes.split_at_checked(KEY_LENGTH).and_then(|(digits, mask)| Key::repaired(digits, mask))
            }
            _ => None,
        };
        let whole = |digits: &[u8; KEY_LENGTH]| {
            digits.get(5) == Some(&RESERVED) && digits.iter().all(|digit| value_of(*digit).is_some())
        };
        digits.filter(whole).map(Key).ok_or_else(invalid)
    }
}

impl TryFrom<String> for Key {
    type Error = InvalidKey;
    fn try_from(text: String) -> Result<Key, InvalidKey> {
        text.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.as_str().to_owned()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
