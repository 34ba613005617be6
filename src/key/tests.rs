//! Keys: the vectors of both forms, repair and refusal, order, blocks.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

const VECTORS: [(&str, &str); 11] = [
    ("01Q36000000RXX5", "EAO"),
    ("005360000016xkG", "AAQ"),
    ("01I36000002zD9R", "EAU"),
    ("0013600001ohPTp", "AAM"),
    ("0012A00001aaAaa", "QAE"),
    ("0012000001A10aA", "AAR"),
    ("a0D30000001n7Pi", "EAI"),
    ("0012000001A1AA0", "AAN"),
    ("0010g00001Z54O9", "AAJ"),
    ("500x000000003TR", "AAY"),
    ("0000A0000A0000A", "QQQ"),
];

#[test]
fn both_forms_of_every_vector() {
    for (short, mask) in VECTORS {
        let key: Key = short.parse().unwrap();
        let long = format!("{short}{mask}");
        assert_eq!(key.long(), long);
        assert_eq!(long.parse(), Ok(key), "{long}");
        for mangled in [long.to_ascii_lowercase(), long.to_ascii_uppercase()] {
            assert_eq!(mangled.parse(), Ok(key), "{mangled}");
        }
        assert_eq!(Key::of_parts(key.prefix(), key.shard(), key.sequence()), Some(key));
        assert_eq!(serde_json::from_str::<Key>(&format!("\"{long}\"")).unwrap(), key);
        assert_eq!(serde_json::to_string(&key).unwrap(), format!("\"{short}\""));
    }
}

#[test]
fn what_is_damaged_is_refused() {
    for text in [
        "",
        "01Q36000000RXX",
        "01Q36000000RXX5E",
        "01Q36000000RXX5EAO0",
        "01Q36000000RXX-",
        "01Q36000000RXXé",
        "01Q361000000XX5",
        // A mask that is none, and masks that ask for an upper-case digit.
        "01Q36000000RXX5E9O",
        "01Q36000000RXX5FAO",
        "01Q36000000RXX5EBO",
        "01Q36000000RXX5EA!",
        " 1Q36000000RXX5",
    ] {
        let refused = text.parse::<Key>().unwrap_err();
        assert_eq!(refused.sqlstate().code(), "22P02", "{text}");
    }
    for text in ["", "01", "01Q3", "0 1", "01é"] {
        assert!(text.parse::<Prefix>().is_err(), "{text}");
    }
}

#[test]
fn prefixes_are_numbers() {
    assert_eq!(Prefix::of_number(0).unwrap().as_str(), "000");
    assert_eq!(Prefix::of_number(Prefix::COUNT - 1).unwrap().as_str(), "zzz");
    assert_eq!(Prefix::of_number(Prefix::COUNT), None);
    let named: Prefix = "01Q".parse().unwrap();
    assert_eq!(Prefix::of_number(named.number()), Some(named));
}

#[test]
fn blocks_are_used_up_and_no_number_comes_twice() {
    assert!(Block::try_new(1, 0).is_err());
    assert!(Block::try_new(Key::MAX_SEQUENCE, 2).is_err());
    assert!(Block::try_new(u64::MAX, 2).is_err());
    assert!(Generator::new(Key::MAX_SHARD + 1).is_none());
    let generator = Arc::new(Generator::new(7).unwrap());
    let prefix: Prefix = "a00".parse().unwrap();
    assert_eq!(generator.next(prefix), None);
    generator.fill(Block::try_new(1000, 500).unwrap());
    generator.fill(Block::try_new(5000, 500).unwrap());
    let draw = || {
        let generator = Arc::clone(&generator);
        std::thread::spawn(move || std::iter::from_fn(|| generator.next(prefix)).collect::<Vec<Key>>())
    };
    let threads = [draw(), draw(), draw()];
    let keys: Vec<Key> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(keys.len(), 1000);
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 1000);
    assert!(keys.iter().all(|key| key.shard() == 7 && key.prefix() == prefix));
    assert_eq!((generator.next(prefix), generator.left()), (None, 0));
}

proptest! {
    #[test]
    fn order_is_that_of_the_text(a in any_key(), b in any_key()) {
        prop_assert_eq!(a.cmp(&b), a.as_str().as_bytes().cmp(b.as_str().as_bytes()));
        let parts = |key: Key| (key.prefix().number(), key.shard(), key.sequence());
        prop_assert_eq!(a.cmp(&b), parts(a).cmp(&parts(b)));
    }

    #[test]
    fn the_long_form_survives_any_case(key in any_key(), upper in any::<u32>()) {
        let mangled: String = key.long().chars().enumerate()
            .map(|(at, c)| if upper >> at & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        prop_assert_eq!(mangled.parse(), Ok(key));
    }

    #[test]
    fn any_text_is_a_key_or_refused(text in "[0-9A-Za-zé -]{13,19}") {
        if let Ok(key) = text.parse::<Key>() {
            prop_assert_eq!(key.as_str().to_ascii_lowercase(), text.get(..15).unwrap().to_ascii_lowercase());
            prop_assert_eq!(key.long().parse(), Ok(key));
        }
    }
}

fn any_key() -> impl Strategy<Value = Key> {
    (0..Prefix::COUNT, 0..=Key::MAX_SHARD, 0..=Key::MAX_SEQUENCE)
        .prop_map(|(prefix, shard, number)| Key::of_parts(Prefix::of_number(prefix).unwrap(), shard, number).unwrap())
}
