#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| orgfold_fuzz::literals(text));
