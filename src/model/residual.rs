//! Residuals: what remains of a policy set once parts of the requests are fixed.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Path, Value};

/// The form in which residuals are written. A reader refuses any other.
pub const RESIDUAL_FORM: u32 = 1;

/// A smaller policy set, for requests of which parts are fixed. It holds public policies alone, and says what private ones
/// may do to a decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Residual {
    /// The form in which it is written: 1.
    pub residual: u32,
    /// Members that each request must have at its top level as they are here.
    #[cfg_attr(feature = "types", ts(type = "{ [member: string]: unknown }"))]
    pub known: Value,
    /// Fields in them that may hold anything.
    #[cfg_attr(feature = "types", ts(type = "(string | string[])[]"))]
    pub unknown: Vec<Path>,
    /// Digest of the whole set, as decisions carry it.
    pub policy_set: String,
    /// Actions beyond those built in.
    pub actions: Vec<String>,
    /// Digest of the tool's definition, where the tool is known and has one.
    pub tool_definition: Option<String>,
    /// Whether tools have definitions that are left out, since which tool is called is not known.
    pub withholds_definitions: bool,
    /// What private policies do.
    pub private: Private,
    /// What is left of public policies.
    pub policies: Vec<ResidualPolicy>,
}

/// What private policies do to a decision, without a word of theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct Private {
    /// What some do to every request that fits.
    pub must: Vec<PrivatePart>,
    /// What some may do.
    pub may: Vec<PrivatePart>,
}

/// A part in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum PrivatePart {
    /// Permits, as the platform's allows do.
    Permit,
    /// Permits where a tenant does too.
    Delegate,
    /// Permits where the platform delegates.
    Share,
    /// Denies; under `may`, or asks people, or limits.
    Restrict,
    /// Forces the mode `draft`.
    Draft,
}

impl PrivatePart {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 5] = [
        ("permit", Self::Permit),
        ("delegate", Self::Delegate),
        ("share", Self::Share),
        ("restrict", Self::Restrict),
        ("draft", Self::Draft),
    ];
}

/// What is left of a public policy.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(export))]
pub struct ResidualPolicy {
    /// The policy, without what is decided.
    #[cfg_attr(feature = "types", ts(type = "import(\"./Policy.js\").Policy"))]
    pub policy: Value,
    /// The digest of the whole policy, where a grant may bind it.
    #[cfg_attr(feature = "types", ts(optional))]
    pub digest: Option<String>,
    /// Where the leaves that are left stand in the whole policy, in document order; nothing where they stand there still.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<String>>"))]
    pub pointers: Vec<String>,
}

/// Without what there is nothing of.
impl Serialize for ResidualPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("policy", &self.policy)?;
        if let Some(digest) = &self.digest {
            map.serialize_entry("digest", digest)?;
        }
        if !self.pointers.is_empty() {
            map.serialize_entry("pointers", &self.pointers)?;
        }
        map.end()
    }
}
