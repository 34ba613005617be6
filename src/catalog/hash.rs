//! PostgreSQL's hash partitioning of one `bigint` column, computed here so that physical SQL can name the leaf.
//!
//! Source: Bob Jenkins's lookup3 (2006, public domain) as PostgreSQL uses it (`hash_bytes_uint32_extended`,
//! `hashint8extended`), combined and taken modulo as in its `compute_partition_hash_value`.

use super::LeafCount;
use crate::org::OrgId;

/// PostgreSQL's `HASH_PARTITION_SEED`.
const PARTITION_SEED: u64 = 0x7A5B_2236_7996_DCFD;

/// The number of a leaf: less than the shard's [`LeafCount`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LeafNumber(u16);

impl LeafNumber {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// The leaf that holds an org's rows, the same in every table of a shard with that many leaves.
#[must_use]
pub fn leaf_of(org: OrgId, leaves: LeafCount) -> LeafNumber {
    let hash = combine(0, hash_int8_extended(org.get(), PARTITION_SEED));
    let remainder = hash % u64::from(leaves.get());
    // The remainder of a division by a u16 is itself a u16.
    LeafNumber(u16::try_from(remainder).unwrap_or(0))
}

/// `hash_combine64` of PostgreSQL's common/hashfn.h.
const fn combine(a: u64, b: u64) -> u64 {
    a ^ (b.wrapping_add(0x49a0_f4dd_15e5_a8e3).wrapping_add(a << 54).wrapping_add(a >> 7))
}

/// `hashint8extended`: folds the halves so that equal int4 and int8 values hash alike.
fn hash_int8_extended(value: i64, seed: u64) -> u64 {
    let bits = value.cast_unsigned();
    let low = (bits & 0xffff_ffff) as u32;
    let high = (bits >> 32) as u32;
    let folded = low ^ if value >= 0 { high } else { !high };
    hash_uint32_extended(folded, seed)
}

/// `hash_bytes_uint32_extended`.
fn hash_uint32_extended(k: u32, seed: u64) -> u64 {
    let start = 0x9e37_79b9_u32.wrapping_add(4).wrapping_add(3_923_095);
    let (mut a, mut b, mut c) = (start, start, start);
    if seed != 0 {
        a = a.wrapping_add((seed >> 32) as u32);
        b = b.wrapping_add((seed & 0xffff_ffff) as u32);
        (a, b, c) = mix(a, b, c);
    }
    a = a.wrapping_add(k);
    (_, b, c) = last(a, b, c);
    (u64::from(b) << 32) | u64::from(c)
}

fn mix(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    a = a.wrapping_sub(c) ^ c.rotate_left(4);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(6);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(8);
    b = b.wrapping_add(a);
    a = a.wrapping_sub(c) ^ c.rotate_left(16);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(19);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(4);
    b = b.wrapping_add(a);
    (a, b, c)
}

fn last(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    c = (c ^ b).wrapping_sub(b.rotate_left(24));
    (a, b, c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_those_of_the_server() {
        // Read from a server with satisfies_hash_partition; tests/postgres asks it again, for random ids.
        for (org, of_16, of_1024) in [
            (1, 8, 952),
            (2, 10, 378),
            (3, 9, 185),
            (42, 2, 610),
            (1000, 4, 468),
            (4_294_967_296, 8, 952),
            (4_294_967_297, 0, 432),
            (i64::MAX, 6, 630),
            (7_777_777_777, 4, 340),
        ] {
            let org = OrgId::try_new(org).unwrap();
            assert_eq!(leaf_of(org, LeafCount::STANDARD).get(), of_16, "{org}");
            assert_eq!(leaf_of(org, LeafCount::try_new(1024).unwrap()).get(), of_1024, "{org}");
        }
    }
}
