//! Structured cases, and texts: load, decide, explain, digest.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portcullis_fuzz::decide::check(data));
