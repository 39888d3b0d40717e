//! The core alone, natively: decisions from frames that are encoded already.
//!
//! `scripts/bench` writes the policies and requests, which it measures in WebAssembly as well, to a
//! file of `{"policies": […], "requests": […]}`, and names the file in `PORTCULLIS_WORKLOAD`.
#![expect(
    clippy::expect_used,
    reason = "a benchmark stops where there is nothing to measure"
)]

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use portcullis::{Engine, Value};

/// How often a frame is decided in a row, as in WebAssembly.
const REPEATS: usize = 64;

fn from_packed_frames(criterion: &mut Criterion) {
    let file = std::env::var("PORTCULLIS_WORKLOAD").expect("run by `make bench`");
    let text = std::fs::read_to_string(file).expect("the workload was written");
    let workload = Value::from_json(&text).expect("the workload is JSON");
    let policies = workload.get("policies").cloned().unwrap_or_default();
    let engine = Engine::load(policies, None).expect("the policies load");
    let Some(Value::Array(requests)) = workload.get("requests") else {
        return;
    };
    let mut decide = engine.packed(requests);
    let mut group = criterion.benchmark_group("decide");
    let decisions = requests.len().saturating_mul(REPEATS);
    // Many short samples of one kind: on a busy machine some of them are left alone.
    group.sampling_mode(SamplingMode::Flat);
    group.sample_size(1_000);
    group.nresamples(1_000);
    group.throughput(Throughput::Elements(
        u64::try_from(decisions).unwrap_or(u64::MAX),
    ));
    group.bench_function("packed", |bencher| {
        bencher.iter(|| {
            for place in 0..requests.len() {
                for _ in 0..REPEATS {
                    black_box(decide(black_box(place)));
                }
            }
        });
    });
    group.finish();
}

criterion_group!(benches, from_packed_frames);
criterion_main!(benches);
