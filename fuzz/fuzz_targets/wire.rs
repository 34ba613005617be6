#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orgfold_fuzz::wire(bytes));
