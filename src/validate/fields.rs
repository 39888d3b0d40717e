//! Checks conditions against the fields that there are.

use crate::model::{Address, Condition, Derivation, Leaf, Path, Scalar, Test};
use crate::parse::{At, DiagnosticCode as Code, Findings, quote};

use super::kinds::{self, Kinds};
use super::leaf;
use super::literal;
use super::lookup::{Found, Scope, mend};

/// Walks the conditions of one policy.
pub(crate) struct Checker<'v, 'f> {
    pub(crate) scope: &'f Scope<'v>,
    pub(crate) findings: &'f mut Findings,
}

impl<'v> Checker<'v, '_> {
    /// Checks a condition; in a quantifier, `element` is what it is about.
    pub(crate) fn condition(
        &mut self,
        condition: &Condition,
        at: &At<'_>,
        element: Option<&Found<'v>>,
    ) {
        match condition {
            Condition::All(children) => self.children(children, &at.key("all"), element),
            Condition::Any(children) => self.children(children, &at.key("any"), element),
            Condition::Not(child) => self.condition(child, &at.key("not"), element),
            Condition::Leaf(leaf) => self.leaf(leaf, at, element),
        }
    }

    fn children(&mut self, children: &[Condition], at: &At<'_>, element: Option<&Found<'v>>) {
        for (i, child) in children.iter().enumerate() {
            self.condition(child, &at.index(i), element);
        }
    }

    fn leaf(&mut self, leaf: &Leaf, at: &At<'_>, element: Option<&Found<'v>>) {
        let sound = leaf::check(leaf, at, self.findings);
        let address = at.key(match leaf.address {
            Address::Field(_) => "field",
            _ => "item",
        });
        // Where the leaf is the element itself, there is no key to point to.
        let address = if leaf.address == Address::Element {
            at
        } else {
            &address
        };
        let mut found = self.known(&leaf.address, address, element);
        let operator = at.key(leaf.test.operator());
        if sound && let Some(found) = &found {
            self.leaf_types(leaf, found, address, &operator);
        }
        if let Some(path) = kinds::right_field(&leaf.test) {
            self.right(leaf, path, found.as_ref(), &operator);
        }
        if let Test::Quantified { body, .. } = &leaf.test {
            let elements = match (leaf.derivation, found.take()) {
                (Some(Derivation::Keys), _) => Found {
                    shapes: vec![&self.scope.vocabulary.string],
                    certain: true,
                    ..Found::default()
                },
                (None, Some(found)) => found.elements(),
                _ => Found::open(),
            };
            let elements = if elements.is_unknown() {
                Found::open()
            } else {
                elements
            };
            self.condition(body, &operator, Some(&elements));
        }
    }

    /// What is known of an address; `None`, which is noted, where there is no such field.
    pub(crate) fn known(
        &mut self,
        address: &Address,
        at: &At<'_>,
        element: Option<&Found<'v>>,
    ) -> Option<Found<'v>> {
        let (found, path) = match (address, element) {
            (Address::Field(path), _) => (self.scope.field(path), path),
            (Address::Item(path), Some(element)) => (element.at(path.segments()), path),
            (_, element) => return Some(element.cloned().unwrap_or_else(Found::open)),
        };
        if !found.is_unknown() {
            if found.strays {
                self.findings.warning(
                    Code::MixedType,
                    at,
                    &[
                        "what holds ",
                        &quote(&path.to_string()),
                        " is not always an object; else the leaf is an error",
                    ],
                    "narrow the target, or test for each type in a policy of its own",
                );
            }
            return Some(found);
        }
        let typed = self.scope.vocabulary.typed;
        // What is no member of an element of `keys` is so without a catalogue.
        if typed || found.certain {
            self.unknown(path, address, found.certain, at, element);
        }
        None
    }

    fn unknown(
        &mut self,
        path: &Path,
        address: &Address,
        certain: bool,
        at: &At<'_>,
        element: Option<&Found<'v>>,
    ) {
        let of_input = matches!(address, Address::Field(_)) && path.head() == "input";
        let suggestion = match (address, element) {
            (Address::Item(path), Some(element)) => {
                let names: Vec<&str> = path.segments().iter().map(AsRef::as_ref).collect();
                element
                    .shapes
                    .iter()
                    .find_map(|shape| mend(shape, "", &names))
            }
            _ => self.scope.suggestion(path),
        };
        let help = match &suggestion {
            Some(near) => ["did you mean ", &quote(near.trim_start_matches('.')), "?"].concat(),
            None if of_input => {
                "use an argument of one of the tools that the policy covers".to_owned()
            }
            None => "declare it in the catalogue, or use a field that is".to_owned(),
        };
        let name = quote(&path.to_string());
        let message: &[&str] = if of_input {
            &["no tool that the policy covers has ", &name]
        } else {
            &[&name, " is no field that the catalogue or the engine knows"]
        };
        self.note(certain, Code::UnknownField, at, message, &help);
    }

    /// An error where the finding is certain, else a warning.
    fn note(&mut self, certain: bool, code: Code, at: &At<'_>, message: &[&str], help: &str) {
        if certain {
            self.findings.error(code, at, message, help);
        } else {
            self.findings.warning(code, at, message, help);
        }
    }

    /// Checks a field that something other than a leaf reads.
    pub(crate) fn reads(&mut self, address: &Address, taken: Kinds, at: &At<'_>) {
        if let Some(found) = self.known(address, at, None) {
            self.types(&name_of(address), &found, taken, at);
        }
    }

    /// Notes where a value is never, or not always, of a kind that is taken.
    pub(crate) fn types(
        &mut self,
        name: &str,
        found: &Found<'v>,
        taken: Kinds,
        at: &At<'_>,
    ) -> bool {
        let given = &found.kinds();
        let mut possible = Kinds::NONE;
        for kinds in given {
            possible = possible.or(*kinds);
        }
        if given.is_empty() || possible == Kinds::ALL && given.iter().all(|k| *k == Kinds::ALL) {
            return true;
        }
        if !possible.meets(taken) {
            let help = if possible == Kinds::ARRAY && taken.meets(Kinds::SCALARS) {
                "ask `includes` of a list, or `some` and `every` of its elements"
            } else {
                "use another operator or literal, or derive the value by `as`"
            };
            let certain = self.scope.vocabulary.typed || found.certain;
            self.note(
                certain,
                Code::IncompatibleType,
                at,
                &[
                    name,
                    " is ",
                    &possible.words(),
                    ", and ",
                    &taken.words(),
                    " is asked for",
                ],
                help,
            );
            return false;
        }
        let sometimes = given.iter().any(|k| *k != Kinds::ALL && !k.within(taken));
        if sometimes {
            self.findings.warning(
                Code::MixedType,
                at,
                &[
                    name,
                    " is ",
                    &possible.words(),
                    ", and only ",
                    &taken.words(),
                    " is taken; else the leaf is an error",
                ],
                "narrow the target, or test for each type in a policy of its own",
            );
        }
        true
    }

    fn leaf_types(&mut self, leaf: &Leaf, found: &Found<'v>, at: &At<'_>, operator: &At<'_>) {
        if found.shapes.is_empty() && found.open {
            // It may be anything, and so may its elements.
            return;
        }
        let taken = match leaf.derivation {
            Some(derivation) => kinds::input(derivation),
            None => kinds::test_takes(&leaf.test),
        };
        let name = name_of(&leaf.address);
        if !self.types(&name, found, taken, at) || leaf.derivation.is_some() {
            return;
        }
        match &leaf.test {
            Test::Equals { .. } | Test::In { .. } => self.values(leaf, &name, found, operator),
            Test::Includes(_) | Test::IncludesSome { .. } => {
                let elements = found.elements();
                let asked = Kinds::of_all(kinds::literals(&leaf.test));
                let asked = if asked.is_empty() {
                    Kinds::SCALARS
                } else {
                    asked
                };
                if self.types(
                    &["an element of ", &name].concat(),
                    &elements,
                    asked,
                    operator,
                ) {
                    self.values(leaf, &name, &elements, operator);
                }
            }
            _ => {}
        }
    }

    /// Notes literals that are none of the values that the field's schemas list.
    fn values(&mut self, leaf: &Leaf, name: &str, found: &Found<'v>, at: &At<'_>) {
        if found.open || found.shapes.iter().any(|shape| shape.values.is_none()) {
            return;
        }
        let listed = kinds::is_listed(&leaf.test);
        for (i, literal) in kinds::literals(&leaf.test).iter().enumerate() {
            let mut values = found
                .shapes
                .iter()
                .filter_map(|shape| shape.values.as_ref());
            if values.any(|values| values.contains(literal)) {
                continue;
            }
            let element = at.index(i);
            let at = if listed { &element } else { at };
            let help = self.known_values(literal, found);
            let certain = found.certain;
            self.note(
                certain,
                Code::ImpossibleLiteral,
                at,
                &[name, " never is or holds ", &literal::show(literal)],
                &help,
            );
        }
    }

    fn known_values(&self, literal: &Scalar, found: &Found<'v>) -> String {
        let mut words: Vec<&str> = Vec::new();
        for value in found
            .shapes
            .iter()
            .filter_map(|shape| shape.values.as_ref())
            .flatten()
        {
            if let Scalar::String(word) = value
                && !words.contains(&word.as_str())
            {
                words.push(word);
            }
        }
        let text = match literal {
            Scalar::String(text) => text.as_str(),
            _ => "",
        };
        let otherwise = match words.len() {
            0 | 21.. => "use a value that its schema lists".to_owned(),
            _ => ["one of: ", &words.join(", ")].concat(),
        };
        crate::parse::did_you_mean(text, &mut words.iter().copied(), &otherwise)
    }
}

fn name_of(address: &Address) -> String {
    match address {
        Address::Field(path) | Address::Item(path) => quote(&path.to_string()),
        Address::Element => "the element".to_owned(),
    }
}
