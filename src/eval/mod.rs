//! Evaluation: a frame against a snapshot gives an outcome, and an outcome a decision.

mod array;
mod decide;
mod derive;
mod encode;
mod expr;
mod frame;
mod jumps;
mod memo;
mod probe;
mod report;
mod route;
mod trouble;
mod validity;
mod view;

pub(crate) use array::kind as kind_of_elements;
pub(crate) use decide::{
    Approved, Hit, Outcome, Scratch, amount_trouble, conclude, condition, coverage_trouble, decide,
    key_trouble, requester_trouble,
};
pub(crate) use encode::Encoder;
pub(crate) use expr::{Truth, eval};
pub(crate) use frame::{Cell, Frame, tag};
pub(crate) use jumps::answer;
pub(crate) use memo::Memo;
pub(crate) use probe::{eval as eval_leaf, value};
pub(crate) use report::decision;
#[cfg(target_arch = "wasm32")]
pub(crate) use report::{approval, plain_limit, plain_reason, reason_at, shadow};
#[cfg(target_arch = "wasm32")]
pub(crate) use route::range;
pub(crate) use route::{FAULT, entity, id_text, part_of_split, routes};
pub(crate) use trouble::{Place, Trouble, path_of, pointer};
pub(crate) use validity::{Stated, invalid, invalid_field, invalid_under_any_action, own_entity};
pub(crate) use view::{Element, Elements, Reader, View};
