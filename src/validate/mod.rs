//! Decides whether policies that were read make sense: their types, their names, and what is legal and unwise.
//!
//! A [`ValidPolicy`] comes from here alone, so that nothing else can be compiled.
//!
//! Without a catalogue, what is judged is what a policy says by itself, and a comparison that the engine's own fields can
//! never satisfy (`run.mode` against a number) is a warning. With one, fields are typed:
//!
//! - The built-in fields are always known: `action`, `now`, the six entities' ids, `run`'s, `tool`'s and `user.roles`.
//! - An entity that the catalogue declares has the built-in members and the declared ones, no others, unless its schema says
//!   `additionalProperties`. A built-in entity that it does not declare has the built-in members only if the catalogue
//!   declares any entity at all; a catalogue of tools alone says nothing of entities.
//! - Another top-level field that it does not declare may hold anything, unless its name looks like a slip: near a known
//!   name, or that of an argument without its `input.`
//! - `input` is typed by the tools that the policy covers: those that its target matches at the scope `tool`, else all. An
//!   argument that no tool has is an error where the policy is of tool calls only, and a warning where other actions may
//!   bring it. Policies that don't cover `tool_call` read it as they like.

mod fields;
mod guards;
mod ids;
mod kinds;
mod leaf;
mod literal;
mod lookup;
mod policy;
mod right;
mod set;
mod vocabulary;

pub use ids::IdRegistry;
pub use literal::folder;
pub(crate) use literal::{FIRST_MS, LAST_MS, MAX_SIZE};
pub use policy::{ValidPolicy, validate_policy};
pub use set::{ValidSet, Validated, admit, validate};
pub use vocabulary::{Vocabulary, check_catalogue};
