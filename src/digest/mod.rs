//! Digests of canonical JSON: what a policy, a policy set and a request are known by.

mod canonical;
mod sha256;
mod value;

pub use canonical::{utf16_cmp, write_number, write_string};
pub use sha256::{Digest, push_hex};
pub use value::{canonical, canonical_object_within, digest_of, write_canonical};
