#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| orgfold_fuzz::print_parse(text));
