//! Bytes as text: JSON, policies, a catalogue.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portcullis_fuzz::parse::check(data));
