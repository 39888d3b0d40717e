//! Every cap of the language, in one table.

/// The largest magnitude a number may have: 2^53 − 1.
pub const MAX_NUMBER: f64 = 9_007_199_254_740_991.0;
/// `now` lies within ± this many milliseconds of the epoch, as JavaScript's dates do.
pub const MAX_TIME_MS: f64 = 8.64e15;
/// Bytes of RFC 8785 JSON in one `rule_expr`.
pub const MAX_RULE_BYTES: usize = 65_536;
/// Conditions nested in one another; a leaf alone is 1.
pub const MAX_DEPTH: usize = 32;
/// Conditions in one rule, `when` and `unless` together.
pub const MAX_NODES: usize = 1_000;
/// Literals in one list.
pub const MAX_LITERALS: usize = 10_000;
/// Segments in one path.
pub const MAX_SEGMENTS: usize = 32;
/// Bytes (UTF-8) of a policy's id or name.
pub const MAX_NAME_BYTES: usize = 256;
/// Actions that there may be, the built-in ones included.
pub const MAX_ACTIONS: usize = 64;
/// Nesting of any JSON text that is parsed.
pub const MAX_JSON_DEPTH: usize = 128;
/// Bytes (UTF-8) of a string that an operator reads.
pub const MAX_STRING_BYTES: usize = 65_536;
/// Elements of an array, and members of an object under `keys`.
pub const MAX_ELEMENTS: usize = 10_000;
/// Bytes (UTF-8) of all strings of one array, or of one item path over its elements.
pub const MAX_COLUMN_BYTES: usize = 1_048_576;
/// Elements of all arrays at one item path of an array's elements; names, under `keys`.
pub const MAX_NESTED_ELEMENTS: usize = 1_000_000;
/// Bytes (UTF-8) of all strings of those arrays.
pub const MAX_NESTED_BYTES: usize = 16_777_216;
/// Elements × leaves under one quantifier.
pub const MAX_CELLS: usize = 100_000;
/// Steps of pattern matching that one leaf may take.
pub const MAX_STEPS: u64 = 8_388_608;
/// Nesting of the `input` that a request digest covers.
pub const MAX_DIGEST_DEPTH: usize = 64;
/// Bytes of RFC 8785 JSON that a request digest covers.
pub const MAX_DIGEST_BYTES: usize = 16_777_216;
