//! Large sets: the index against a scan.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portcullis_fuzz::index_scan::check(data));
