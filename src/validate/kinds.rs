//! Sets of kinds of values, and which of them operators and derivations take and give.

use crate::model::{Derivation, Kind, List, Literal, Operand, Scalar, ScalarKind, Shape, Test};

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const BOOL: Self = Self(1);
    pub(crate) const NUMBER: Self = Self(2);
    pub(crate) const STRING: Self = Self(4);
    pub(crate) const ARRAY: Self = Self(8);
    pub(crate) const OBJECT: Self = Self(16);
    pub(crate) const SCALARS: Self = Self(7);
    pub(crate) const ALL: Self = Self(31);

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of these are among the others.
    pub(crate) fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// In words: "a number or a string".
    pub(crate) fn words(self) -> String {
        if self == Self::ALL {
            return "anything".to_owned();
        }
        let names = [
            (Self::BOOL, "a boolean"),
            (Self::NUMBER, "a number"),
            (Self::STRING, "a string"),
            (Self::ARRAY, "an array"),
            (Self::OBJECT, "an object"),
        ];
        let mut words = String::new();
        for (kind, name) in names {
            if self.meets(kind) {
                if !words.is_empty() {
                    words.push_str(" or ");
                }
                words.push_str(name);
            }
        }
        words
    }

    /// The kind of a literal.
    pub(crate) fn of(scalar: &Scalar) -> Self {
        match scalar.kind() {
            ScalarKind::Bool => Self::BOOL,
            ScalarKind::Number => Self::NUMBER,
            ScalarKind::String => Self::STRING,
        }
    }

    /// The kind of a list of literals, which are all of one.
    pub(crate) fn of_all(scalars: &[Scalar]) -> Self {
        scalars.first().map_or(Self::NONE, Self::of)
    }

    /// The kind of a default.
    pub(crate) fn of_default(default: &Literal) -> Self {
        match default {
            Literal::Scalar(scalar) => Self::of(scalar),
            Literal::List(_) => Self::ARRAY,
        }
    }

    /// What a field of this shape may be.
    pub(crate) fn of_shape(shape: &Shape) -> Self {
        if shape.kinds.is_empty() {
            return Self::ALL;
        }
        shape.kinds.iter().fold(Self::NONE, |kinds, kind| {
            kinds.or(match kind {
                Kind::Bool => Self::BOOL,
                Kind::Number => Self::NUMBER,
                Kind::String => Self::STRING,
                Kind::Array => Self::ARRAY,
                Kind::Object => Self::OBJECT,
            })
        })
    }
}

/// What a derivation derives from.
pub(crate) fn input(derivation: Derivation) -> Kinds {
    match derivation {
        Derivation::Size => Kinds::STRING.or(Kinds::ARRAY),
        Derivation::Keys => Kinds::OBJECT,
        Derivation::UtcHour | Derivation::UtcWeekday => Kinds::NUMBER,
        _ => Kinds::STRING,
    }
}

/// What a derivation gives.
pub(crate) fn output(derivation: Derivation) -> Kinds {
    match derivation {
        Derivation::Size | Derivation::Timestamp | Derivation::Number | Derivation::UtcHour => {
            Kinds::NUMBER
        }
        Derivation::Keys => Kinds::ARRAY,
        _ => Kinds::STRING,
    }
}

/// What an operator takes, whatever its right side.
pub(crate) fn operator_takes(test: &Test) -> Kinds {
    match test {
        Test::Equals { .. } | Test::In { .. } => Kinds::SCALARS,
        Test::Compares { .. } => Kinds::NUMBER,
        Test::Includes(_) | Test::IncludesSome { .. } | Test::Quantified { .. } => Kinds::ARRAY,
        Test::Pattern { .. } | Test::Within { .. } => Kinds::STRING,
        Test::Exists(_) => Kinds::ALL,
    }
}

/// What an operator takes with its right side.
pub(crate) fn test_takes(test: &Test) -> Kinds {
    match test {
        Test::Equals {
            right: Operand::Literal(scalar),
            ..
        } => Kinds::of(scalar),
        Test::In {
            list: List::Literals(scalars),
            ..
        } => Kinds::of_all(scalars),
        _ => operator_takes(test),
    }
}

/// The literals that a test compares its value, or its value's elements, with.
pub(crate) fn literals(test: &Test) -> &[Scalar] {
    match test {
        Test::Equals {
            right: Operand::Literal(scalar),
            ..
        }
        | Test::Includes(Operand::Literal(scalar)) => std::slice::from_ref(scalar),
        Test::In {
            list: List::Literals(scalars),
            ..
        }
        | Test::IncludesSome {
            literals: scalars, ..
        } => scalars,
        _ => &[],
    }
}

/// Whether its literals stand in a list.
pub(crate) fn is_listed(test: &Test) -> bool {
    match test {
        Test::In { .. } | Test::IncludesSome { .. } => true,
        Test::Pattern { listed, .. } | Test::Within { listed, .. } => *listed,
        _ => false,
    }
}

/// The field on the right side, if there is one.
pub(crate) fn right_field(test: &Test) -> Option<&crate::model::Path> {
    match test {
        Test::Equals {
            right: Operand::Field(path),
            ..
        }
        | Test::Compares {
            right: Operand::Field(path),
            ..
        }
        | Test::Includes(Operand::Field(path))
        | Test::In {
            list: List::Field(path),
            ..
        } => Some(path),
        _ => None,
    }
}
