//! Prints what the reference answers to each file of a folder: a digest and the file's name. `tests/corpus.rs` holds the
//! engine against these without the reference.
//!
//! `cargo run --example answers -- corpus/reference`

#[path = "../fuzz_targets/child.rs"]
mod child;

use child::Reference;
use portcullis_fuzz::corpus::files;
use portcullis_fuzz::reference::{digest, question};

fn main() {
    let folder = std::env::args().nth(1).expect("a folder is named");
    let mut reference = Reference::start();
    for (name, data) in files(folder.as_ref()) {
        if let Some(question) = question(&data) {
            println!("{} {name}", digest(&reference.check(&question)));
        }
    }
}
