//! Conditions: the tree that a rule's `when` and `unless` hold.

use super::Path;

/// A condition: true, false or error for a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// True where every child is; false where any child is false.
    All(Vec<Condition>),
    /// True where any child is; false where every child is false.
    Any(Vec<Condition>),
    /// The opposite; an error stays one.
    Not(Box<Condition>),
    /// One predicate of one field, or of two.
    Leaf(Box<Leaf>),
}

/// A predicate: where it looks, what it derives, what it asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Where the value stands.
    pub address: Address,
    /// What takes the place of an absent value.
    pub default: Option<Literal>,
    /// What is made of the value before it is tested.
    pub derivation: Option<Derivation>,
    /// What is asked of it.
    pub test: Test,
}

/// Where a leaf's value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `field`: a path from the root of the request.
    Field(Path),
    /// No address: the element of the quantifier around.
    Element,
    /// `item`: a path in that element.
    Item(Path),
}

/// A literal of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A finite number within ±(2^53 − 1).
    Number(f64),
    /// A string.
    String(String),
}

/// The kinds of scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScalarKind {
    /// `true`, `false`.
    Bool,
    /// Numbers.
    Number,
    /// Strings.
    String,
}

impl Scalar {
    /// Which kind it is of.
    #[must_use]
    pub fn kind(&self) -> ScalarKind {
        match self {
            Self::Bool(_) => ScalarKind::Bool,
            Self::Number(_) => ScalarKind::Number,
            Self::String(_) => ScalarKind::String,
        }
    }
}

/// A default: one value, or a list of values of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// One value.
    Scalar(Scalar),
    /// A list, possibly empty.
    List(Vec<Scalar>),
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A literal.
    Literal(Scalar),
    /// `{"field": …}`: another field, read as it is.
    Field(Path),
}

/// The right side of a membership test.
#[derive(Clone, Debug, PartialEq)]
pub enum List {
    /// Literals of one kind, at least one.
    Literals(Vec<Scalar>),
    /// `{"field": …}`: an array field.
    Field(Path),
}

/// The orders of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
}

impl Order {
    /// Whether two numbers stand in this order.
    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// The string operators that take patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// `starts_with`
    StartsWith,
    /// `ends_with`
    EndsWith,
    /// `contains`
    Contains,
    /// `matches`: a glob.
    Matches,
}

/// What an array must hold of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inclusion {
    /// `includes_any`
    Any,
    /// `includes_all`
    All,
}

/// What a leaf asks of its value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `eq`, and `ne` where `negated`.
    Equals {
        /// Whether it is `ne`.
        negated: bool,
        /// What to compare with.
        right: Operand,
    },
    /// `lt`, `lte`, `gt`, `gte`.
    Compares {
        /// Which of them.
        order: Order,
        /// A number, a timestamp (RFC 3339, a string literal) or a field.
        right: Operand,
    },
    /// `in`, and `not_in` where `negated`.
    In {
        /// Whether it is `not_in`.
        negated: bool,
        /// Among which.
        list: List,
    },
    /// `includes`.
    Includes(Operand),
    /// `includes_any`, `includes_all`.
    IncludesSome {
        /// Which of them.
        inclusion: Inclusion,
        /// The literals, of one kind, at least one.
        literals: Vec<Scalar>,
    },
    /// `starts_with`, `ends_with`, `contains`, `matches`.
    Pattern {
        /// Which of them.
        kind: PatternKind,
        /// Any of these will do; at least one, none empty.
        patterns: Vec<String>,
        /// Whether case is folded on both sides.
        ignore_case: bool,
        /// Whether it was written as a list, for printing.
        listed: bool,
    },
    /// `within`: any of these folders will do.
    Within {
        /// Paths, as written; at least one.
        folders: Vec<String>,
        /// Whether it was written as a list, for printing.
        listed: bool,
    },
    /// `exists`.
    Exists(bool),
    /// `some`, and `every` where `every`.
    Quantified {
        /// Whether it is `every`.
        every: bool,
        /// The condition on each element.
        body: Box<Condition>,
    },
}

/// What `as` makes of a value.
#[cfg_attr(
    feature = "types",
    derive(schemars::JsonSchema, ts_rs::TS),
    schemars(rename_all = "snake_case"),
    ts(export, rename_all = "snake_case")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Derivation {
    /// Elements of an array, code points of a string.
    Size,
    /// Member names of an object.
    Keys,
    /// Simple case folding.
    Lower,
    /// Milliseconds of an RFC 3339 string.
    Timestamp,
    /// The number in a string, in JSON's grammar.
    Number,
    /// Scheme of a URL.
    UrlScheme,
    /// Host of a URL.
    UrlHost,
    /// Path of a URL, decoded once.
    UrlPath,
    /// `domain`, `public_ip`, `private_ip` or `loopback`, of a URL.
    HostClass,
    /// A file path with `.`, `..` and `//` resolved.
    FilePath,
    /// Domain of an e-mail address.
    EmailDomain,
    /// Hour of the day in UTC, 0 to 23.
    UtcHour,
    /// Day of the week in UTC, `mon` to `sun`.
    UtcWeekday,
}

impl Derivation {
    /// All of them, with their names in policies.
    pub const ALL: [(&'static str, Self); 13] = [
        ("size", Self::Size),
        ("keys", Self::Keys),
        ("lower", Self::Lower),
        ("timestamp", Self::Timestamp),
        ("number", Self::Number),
        ("url_scheme", Self::UrlScheme),
        ("url_host", Self::UrlHost),
        ("url_path", Self::UrlPath),
        ("host_class", Self::HostClass),
        ("file_path", Self::FilePath),
        ("email_domain", Self::EmailDomain),
        ("utc_hour", Self::UtcHour),
        ("utc_weekday", Self::UtcWeekday),
    ];

    /// Its name in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, d)| *d == self)
            .map_or("", |(name, _)| name)
    }
}
