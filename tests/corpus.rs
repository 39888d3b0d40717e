//! The corpora of the fuzz targets, each file given to what its target gives it to. `fuzz/answers.txt` holds what the reference
//! evaluator answered, as digests, so that this needs no reference. `scripts/fuzz` makes both.

#[path = "../fuzz/src/lib.rs"]
#[expect(
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the fuzz targets' own code, whose panics are findings"
)]
mod fuzz;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fuzz::{corpus, decide, index_scan, parse, reference};

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target)
}

#[expect(clippy::print_stderr, reason = "shown only where the test fails")]
/// Gives each file to a check. So that files that are not found don't pass for inputs that hold, there is a least number.
fn replay(target: &str, least: usize, check: impl Fn(&[u8])) {
    let files = corpus::files(&folder(target));
    assert!(files.len() >= least, "{target} has {} files", files.len());
    for (name, data) in files {
        // Printed if it fails, as cargo does with a test's output.
        eprintln!("fuzz/corpus/{target}/{name}");
        check(&data);
    }
}

#[test]
fn parse_holds() {
    replay("parse", 100, parse::check);
}

#[test]
fn decide_holds() {
    replay("decide", 100, decide::check);
}

#[test]
fn index_scan_holds() {
    replay("index_scan", 100, index_scan::check);
}

#[test]
fn the_reference_answered_the_same() {
    let answers = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/answers.txt");
    let answers = fs::read_to_string(answers).expect("fuzz/answers.txt is there");
    let expected: BTreeMap<&str, &str> = answers
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(digest, name)| (name, digest))
        .collect();
    assert!(
        expected.len() >= 100,
        "there are {} answers",
        expected.len()
    );
    let files: BTreeMap<_, _> = corpus::files(&folder("reference")).into_iter().collect();
    let mut differing = Vec::new();
    for (name, digest) in expected {
        let data = files.get(name).expect("each answer has its file");
        let question = reference::question(data).expect("each answer has a question");
        if reference::digest(&question.answer) != digest {
            differing.push(format!("{name}: {}\n{}", question.line, question.answer));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
