//! The type rules of a leaf that need no catalogue.

use crate::derive::{Glob, file_path, parse_rfc3339};
use crate::model::{Address, Derivation, Leaf, List, Literal, Operand, PatternKind, Scalar, Test};
use crate::parse::{At, DiagnosticCode as Code, Findings, quote};

use super::kinds::{self, Kinds};
use super::literal;
use super::policy::invalid_glob;

/// Checks the leaf at `at`; whether its types are right, so that its field can be judged.
pub(crate) fn check(leaf: &Leaf, at: &At<'_>, findings: &mut Findings) -> bool {
    let before = findings.errors;
    let right = at.key(leaf.test.operator());
    check_element_operand(leaf, &right, findings);
    if check_derivation(leaf, at, findings) {
        check_literals(leaf, &right, findings);
        check_patterns(leaf, &right, findings);
    }
    check_default(leaf, at, findings);
    findings.errors == before
}

/// An element is not compared with an array field: a later analysis stands on it.
fn check_element_operand(leaf: &Leaf, at: &At<'_>, findings: &mut Findings) {
    let of_element = !matches!(leaf.address, Address::Field(_));
    let with_array = matches!(
        leaf.test,
        Test::In {
            list: List::Field(_),
            ..
        } | Test::Includes(Operand::Field(_))
    );
    if of_element && with_array {
        findings.error(
            Code::FieldNotAllowed,
            at,
            &["in a quantifier, an element can't be compared so with a field"],
            "compare it with literals, or by `eq` with a field of one value",
        );
    }
}

/// Whether what `as` gives is something that the operator takes.
fn check_derivation(leaf: &Leaf, at: &At<'_>, findings: &mut Findings) -> bool {
    let Some(derivation) = leaf.derivation else {
        return true;
    };
    let given = kinds::output(derivation);
    let taken = kinds::operator_takes(&leaf.test);
    let within = matches!(leaf.test, Test::Within { .. });
    let is_path = matches!(derivation, Derivation::FilePath | Derivation::UrlPath);
    if !given.meets(taken) || (within && !is_path) {
        let help = if within {
            "`within` takes `file_path` or `url_path`"
        } else {
            "use another operator, or another `as`"
        };
        findings.error(
            Code::IncompatibleDerivation,
            &at.key("as"),
            &[
                "`",
                derivation.name(),
                "` gives ",
                &given.words(),
                ", which `",
                leaf.test.operator(),
                "` does not take",
            ],
            help,
        );
        return false;
    }
    if derivation == Derivation::Size && kinds::right_field(&leaf.test).is_some() {
        findings.error(
            Code::FieldNotAllowed,
            &at.key(leaf.test.operator()),
            &["`size` is compared with literals only"],
            "write the number itself",
        );
        return false;
    }
    true
}

fn check_literals(leaf: &Leaf, at: &At<'_>, findings: &mut Findings) {
    if let Test::Compares {
        right: Operand::Literal(scalar),
        ..
    } = &leaf.test
    {
        check_order(leaf.derivation, scalar, at, findings);
        return;
    }
    let Some(derivation) = leaf.derivation else {
        return;
    };
    // What `keys` gives is an array of strings; else the value itself is compared.
    let (given, of_elements) = match derivation {
        Derivation::Keys => (Kinds::STRING, true),
        other => (kinds::output(other), false),
    };
    let listed = kinds::is_listed(&leaf.test);
    for (i, scalar) in kinds::literals(&leaf.test).iter().enumerate() {
        let element = at.index(i);
        let at = if listed { &element } else { at };
        if !Kinds::of(scalar).meets(given) {
            findings.error(
                Code::WrongLiteralType,
                at,
                &[
                    "`",
                    derivation.name(),
                    "` gives ",
                    &given.words(),
                    ", and the literal is ",
                    &Kinds::of(scalar).words(),
                ],
                "write a literal of that type",
            );
        } else if !of_elements && !literal::can_give(derivation, scalar) {
            impossible(derivation, scalar, at, findings);
        }
    }
}

fn impossible(derivation: Derivation, literal: &Scalar, at: &At<'_>, findings: &mut Findings) {
    let mended = match literal {
        Scalar::String(text) => literal::mended(derivation, text),
        _ => None,
    };
    let help = match (mended, literal::words(derivation), derivation) {
        (Some(mended), ..) => ["did you mean ", &quote(&mended), "?"].concat(),
        (_, Some(words), _) => ["one of: ", &words.join(", ")].concat(),
        (.., Derivation::Size) => "sizes are whole numbers from 0 to 65,536".to_owned(),
        (.., Derivation::UtcHour) => "hours are whole numbers from 0 to 23".to_owned(),
        (.., Derivation::Timestamp) => "times are whole milliseconds".to_owned(),
        (.., Derivation::UrlScheme) => "write the scheme alone, as `https`".to_owned(),
        (.., Derivation::UrlHost) => "write the host alone, as `example.com`".to_owned(),
        (.., Derivation::EmailDomain) => "write the domain alone, as `example.com`".to_owned(),
        _ => "write it as the derivation gives it: resolved and decoded".to_owned(),
    };
    findings.error(
        Code::ImpossibleLiteral,
        at,
        &[
            "`",
            derivation.name(),
            "` never gives ",
            &literal::show(literal),
        ],
        &help,
    );
}

/// The right side of `lt` and the like: a number, or a time where milliseconds can stand on the left.
fn check_order(
    derivation: Option<Derivation>,
    scalar: &Scalar,
    at: &At<'_>,
    findings: &mut Findings,
) {
    let counts = matches!(derivation, Some(Derivation::Size | Derivation::UtcHour));
    match scalar {
        Scalar::Number(_) => {}
        Scalar::String(text) if !counts => {
            if parse_rfc3339(text).is_none() {
                findings.error(
                    Code::InvalidTimestamp,
                    at,
                    &[&quote(text), " is no timestamp"],
                    "write a number without quotes, or a time as `2026-01-31T12:00:00Z`",
                );
            }
        }
        _ => findings.error(
            Code::WrongLiteralType,
            at,
            &[
                "only numbers and timestamps have an order, and the literal is ",
                &Kinds::of(scalar).words(),
            ],
            "write a number",
        ),
    }
}

fn check_patterns(leaf: &Leaf, at: &At<'_>, findings: &mut Findings) {
    let listed = kinds::is_listed(&leaf.test);
    match &leaf.test {
        Test::Pattern {
            kind,
            patterns,
            ignore_case,
            ..
        } => {
            for (i, pattern) in patterns.iter().enumerate() {
                let element = at.index(i);
                let at = if listed { &element } else { at };
                if *kind == PatternKind::Matches && Glob::parse(pattern).is_err() {
                    invalid_glob(at, findings);
                } else if let Some(derivation) = leaf.derivation
                    && !literal::can_match(derivation, *kind, pattern, *ignore_case)
                {
                    let literal = Scalar::String(pattern.clone());
                    impossible(derivation, &literal, at, findings);
                }
            }
        }
        Test::Within { folders, .. } => {
            for (i, folder) in folders.iter().enumerate() {
                let element = at.index(i);
                let at = if listed { &element } else { at };
                if literal::folder(folder, leaf.derivation).is_none() {
                    findings.error(
                        Code::InvalidFolder,
                        at,
                        &[&quote(folder), " is no folder"],
                        "write a path that does not climb above where it starts, without `\\`",
                    );
                }
            }
        }
        _ => {}
    }
}

/// A default takes the place of the raw value, so it must be what the derivation or the operator reads.
fn check_default(leaf: &Leaf, at: &At<'_>, findings: &mut Findings) {
    let Some(default) = &leaf.default else { return };
    let taken = match leaf.derivation {
        Some(derivation) => kinds::input(derivation),
        None => kinds::test_takes(&leaf.test),
    };
    let at = at.key("default");
    let given = Kinds::of_default(default);
    if !given.meets(taken) {
        findings.error(
            Code::InvalidDefault,
            &at,
            &[
                "the leaf reads ",
                &taken.words(),
                ", and its default is ",
                &given.words(),
            ],
            "write a default of that type",
        );
        return;
    }
    if let (Literal::List(elements), None) = (default, leaf.derivation) {
        let asked = Kinds::of_all(kinds::literals(&leaf.test));
        let held = Kinds::of_all(elements);
        if !asked.is_empty() && !held.is_empty() && asked != held {
            findings.error(
                Code::InvalidDefault,
                &at,
                &["the default holds another type than the operator asks for"],
                "write a default with elements of that type",
            );
        }
        return;
    }
    let derives = match (leaf.derivation, default) {
        (Some(derivation), default) => literal::derives(derivation, default),
        (None, Literal::Scalar(Scalar::String(text)))
            if matches!(leaf.test, Test::Within { .. }) =>
        {
            file_path(text).is_some()
        }
        _ => true,
    };
    if !derives {
        findings.error(
            Code::InvalidDefault,
            &at,
            &["nothing can be derived from the default"],
            "write a default as the field itself would be",
        );
    }
}
