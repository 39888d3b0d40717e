//! The bindings: what JavaScript calls. They hold no logic.
//!
//! The hot call is [`Core::decide`]: JavaScript writes a frame and the picked buckets into the
//! core's memory, and reads the outcome from there. The cold calls pass whole values.

mod core;
mod deep;
mod json;
mod load;
mod preview;
mod words;

#[cfg(test)]
mod tests;

pub use self::core::Core;
pub use load::CoreLoader;
