//! The engine: a policy set that decides.

mod digest;
mod explain;
mod facade;
mod grants;
mod loader;
mod packed;
mod preview;
mod residual;
mod residue;
mod scan;

pub use facade::{Engine, validate};
pub use grants::parse_grants;
pub use loader::Loader;
pub use residual::ResidualEngine;
#[cfg(target_arch = "wasm32")]
pub(crate) use residue::Residue;
