//! Reads a leaf: an address, a default, a derivation, one operator.

use crate::model::{
    Address, Condition, Derivation, Inclusion, Leaf, Order, PatternKind, Test, Value,
};

use super::codes::DiagnosticCode as Code;
use super::condition::{KEYS, Tree};
use super::cursor::At;
use super::findings::did_you_mean;
use super::members::{self, Object};
use super::operand;
use super::values;

/// The members of a condition, in the order of its keys.
pub(crate) type Slots<'v> = [Option<&'v Value>; KEYS.len()];

const OPERATORS: usize = 8;

impl Tree<'_> {
    /// Reads a leaf from the members that were found.
    pub(crate) fn read_leaf(
        &mut self,
        slots: &Slots<'_>,
        object: Object,
        at: &At<'_>,
    ) -> Option<Condition> {
        let [_, _, _, field, item, default, derivation, ignore_case, ..] = *slots;
        let address = self.address(field, item, object, at);
        let default = default.map(|v| operand::default(v, &at.key("default"), self.findings));
        let derivation = derivation.map(|v| self.derivation(v, &at.key("as")));
        let operator = self.operator(slots, object, at);
        let (key, value) = operator?;
        let pattern = matches!(key, "starts_with" | "ends_with" | "contains" | "matches");
        if ignore_case.is_some() && !pattern {
            let why = "only `starts_with`, `ends_with`, `contains` and `matches` can ignore case; with others use `\"as\": \"lower\"`";
            members::misplaced_key("ignore_case", at, why, self.findings);
        }
        if key == "exists" {
            for (name, given) in [("default", default.is_some()), ("as", derivation.is_some())] {
                if given {
                    let why = "`exists` asks of the value itself";
                    members::misplaced_key(name, at, why, self.findings);
                }
            }
        }
        let ignore_case = match ignore_case {
            Some(v) => values::boolean(v, &at.key("ignore_case"), self.findings),
            None => Some(false),
        };
        let test = self.test(key, value, ignore_case, &at.key(key));
        Some(Condition::Leaf(Box::new(Leaf {
            address: address?,
            // A default or a derivation that was given and is broken breaks the leaf.
            default: transpose(default)?,
            derivation: transpose(derivation)?,
            test: test?,
        })))
    }

    fn address(
        &mut self,
        field: Option<&Value>,
        item: Option<&Value>,
        object: Object,
        at: &At<'_>,
    ) -> Option<Address> {
        match (field, item) {
            (Some(_), Some(_)) => {
                self.findings.error(
                    Code::SeveralAddresses,
                    at,
                    &["the leaf has both `field` and `item`"],
                    "`field` is a path from the root, `item` one in the element; keep one",
                );
                None
            }
            (Some(field), None) => {
                values::path(field, &at.key("field"), self.findings).map(Address::Field)
            }
            (None, Some(_)) if !self.in_quantifier => {
                let why = "`item` is a path in an element, inside `some` or `every`; elsewhere use `field`";
                members::misplaced_key("item", at, why, self.findings);
                None
            }
            (None, Some(item)) => {
                values::path(item, &at.key("item"), self.findings).map(Address::Item)
            }
            (None, None) if self.in_quantifier => Some(Address::Element),
            (None, None) => {
                if object == Object::Known {
                    self.findings.error(
                        Code::MissingAddress,
                        at,
                        &["the leaf has no `field`"],
                        "say which field it looks at, as `\"field\": \"input.amount\"`",
                    );
                }
                None
            }
        }
    }

    fn derivation(&mut self, value: &Value, at: &At<'_>) -> Option<Derivation> {
        if matches!(value, Value::Array(_)) {
            self.findings.error(
                Code::SeveralDerivations,
                at,
                &["a leaf has at most one `as`"],
                "name one derivation, as a string",
            );
            return None;
        }
        let name = values::text(value, at, self.findings)?;
        let mut all = Derivation::ALL.iter();
        if let Some((_, derivation)) = all.find(|(known, _)| *known == name) {
            return Some(*derivation);
        }
        let mut known = Derivation::ALL.iter().map(|(known, _)| *known);
        let otherwise = "one of: size, keys, lower, timestamp, number, url_scheme, url_host, url_path, host_class, file_path, email_domain, utc_hour, utc_weekday";
        let help = did_you_mean(name, &mut known, otherwise);
        self.findings.error(
            Code::UnknownValue,
            at,
            &["unknown derivation ", &super::findings::quote(name)],
            &help,
        );
        None
    }

    /// The one operator and its right side.
    fn operator<'v>(
        &mut self,
        slots: &Slots<'v>,
        object: Object,
        at: &At<'_>,
    ) -> Option<(&'static str, &'v Value)> {
        let mut found = None;
        for (key, slot) in KEYS.iter().zip(slots).skip(OPERATORS) {
            let Some(value) = slot else { continue };
            if let Some((first, _)) = found {
                self.findings.error(
                    Code::SeveralOperators,
                    at,
                    &["the leaf has both `", first, "` and `", key, "`"],
                    "write one leaf for each, and join them by `{\"all\": […]}`",
                );
                return None;
            }
            found = Some((*key, *value));
        }
        if found.is_none() && object == Object::Known {
            self.findings.error(
                Code::MissingOperator,
                at,
                &["the leaf asks nothing of its value"],
                "add one operator, such as `eq`, `in` or `exists`",
            );
        }
        found
    }

    fn test(
        &mut self,
        key: &str,
        value: &Value,
        ignore_case: Option<bool>,
        at: &At<'_>,
    ) -> Option<Test> {
        let order = match key {
            "lt" => Some(Order::Less),
            "lte" => Some(Order::LessOrEqual),
            "gt" => Some(Order::Greater),
            "gte" => Some(Order::GreaterOrEqual),
            _ => None,
        };
        if let Some(order) = order {
            let right = operand::operand(value, at, self.findings)?;
            return Some(Test::Compares { order, right });
        }
        let pattern = match key {
            "starts_with" => Some(PatternKind::StartsWith),
            "ends_with" => Some(PatternKind::EndsWith),
            "contains" => Some(PatternKind::Contains),
            "matches" => Some(PatternKind::Matches),
            _ => None,
        };
        if let Some(kind) = pattern {
            let (patterns, listed) = operand::patterns(value, at, self.findings)?;
            return Some(Test::Pattern {
                kind,
                patterns,
                ignore_case: ignore_case?,
                listed,
            });
        }
        Some(match key {
            "eq" | "ne" => Test::Equals {
                negated: key == "ne",
                right: operand::operand(value, at, self.findings)?,
            },
            "in" | "not_in" => Test::In {
                negated: key == "not_in",
                list: operand::list(value, at, self.findings)?,
            },
            "includes" => Test::Includes(operand::operand(value, at, self.findings)?),
            "includes_any" | "includes_all" => Test::IncludesSome {
                inclusion: if key == "includes_any" {
                    Inclusion::Any
                } else {
                    Inclusion::All
                },
                literals: operand::literals_only(value, at, self.findings)?,
            },
            "within" => {
                let (folders, listed) = operand::patterns(value, at, self.findings)?;
                Test::Within { folders, listed }
            }
            "exists" => Test::Exists(values::boolean(value, at, self.findings)?),
            _ => return self.quantifier(key == "every", value, at),
        })
    }

    fn quantifier(&mut self, every: bool, value: &Value, at: &At<'_>) -> Option<Test> {
        if self.in_quantifier {
            self.findings.error(
                Code::NestedQuantifier,
                at,
                &["a quantifier stands in another"],
                "`some` and `every` go one level deep",
            );
            return None;
        }
        self.in_quantifier = true;
        let body = self.read(value, at);
        self.in_quantifier = false;
        Some(Test::Quantified {
            every,
            body: Box::new(body),
        })
    }
}

/// `None` where something was given that could not be read.
#[expect(
    clippy::option_option,
    reason = "given and broken is not the same as not given"
)]
fn transpose<T>(given: Option<Option<T>>) -> Option<Option<T>> {
    match given {
        None => Some(None),
        Some(None) => None,
        Some(read) => Some(read),
    }
}
