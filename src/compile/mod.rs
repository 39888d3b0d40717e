//! Compilation: a validated set becomes nodes to read, programs to run and an index to find them.

mod buckets;
mod hot;
mod index;
mod jumps;
mod nodes;
mod order;
mod policy;
mod program;
mod shelves;
mod snapshot;

pub(crate) use buckets::{BucketId, Split};
pub(crate) use hot::role;
pub(crate) use index::ENTITY_SCOPES;
pub(crate) use jumps::{APPLIES, Ask, Jump, PASSES};
pub(crate) use nodes::{NodeId, Nodes, Step, fixed};
pub(crate) use policy::{Compiled, CompiledLimit};
pub(crate) use program::{Check, Constant, Constants, Expr, Probe};
#[cfg(target_arch = "wasm32")]
pub(crate) use program::{Read, merged};
pub(crate) use snapshot::Snapshot;
