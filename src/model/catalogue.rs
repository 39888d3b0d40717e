//! Catalogues: which actions, entities and tools there are, and what their fields hold.

use super::{Scalar, Value};

/// The actions that need no declaration, in the order of their numbers.
pub const BUILT_IN_ACTIONS: [&str; 4] = ["run_start", "tool_call", "agent_step", "llm_call"];

/// What a platform knows of its requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// Actions beyond the four built in.
    pub actions: Vec<String>,
    /// Shapes of entities and other top-level fields, by name.
    pub entities: Vec<(String, Shape)>,
    /// The tools.
    pub tools: Vec<Tool>,
}

/// A tool, in the shape of an MCP `tools/list` entry with facts added.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its id.
    pub name: String,
    /// The shape of its arguments.
    pub input: Shape,
    /// The whole entry as given, for its digest.
    pub definition: Value,
}

/// Kinds of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true`, `false`.
    Bool,
    /// Numbers.
    Number,
    /// Strings.
    String,
    /// Arrays.
    Array,
    /// Objects.
    Object,
}

/// What a JSON Schema says of a value, as far as conditions care.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// The kinds it may be of, `null` aside; empty where any.
    pub kinds: Vec<Kind>,
    /// The members that an object declares.
    pub members: Vec<(String, Shape)>,
    /// Whether other members are possible.
    pub open: bool,
    /// What the elements of an array are.
    pub elements: Option<Box<Shape>>,
    /// The only values it takes, where they are listed.
    pub values: Option<Vec<Scalar>>,
}
