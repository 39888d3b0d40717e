//! The one kind of hash map of the crate: names to numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// Names to numbers. The hasher has no random keys: the crate has no randomness.
pub(crate) type Names = HashMap<Box<str>, u32, BuildHasherDefault<DefaultHasher>>;
