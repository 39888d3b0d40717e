#![doc = include_str!("../README.md")]

mod compile;
pub mod derive;
pub mod digest;
mod engine;
pub mod error;
mod eval;
mod explain;
pub mod model;
pub mod parse;
mod partial;
pub mod validate;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use engine::{Engine, Loader, ResidualEngine, parse_grants, validate};
pub use model::{Decision, Value};
