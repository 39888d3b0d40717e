//! Structured cases: the engine against the reference evaluator.
#![no_main]

mod child;

use std::cell::RefCell;

use child::Reference;
use portcullis_fuzz::reference::question;

thread_local! {
    static REFERENCE: RefCell<Reference> = RefCell::new(Reference::start());
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some(question) = question(data) {
        REFERENCE.with_borrow_mut(|reference| reference.check(&question));
    }
});
