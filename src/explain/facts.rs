//! What a leaf read and what it asked, rebuilt from the compiled program and the request.

use crate::compile::{Check, Compiled, Constant, Constants, NodeId, Probe, Step};
use crate::eval::{Element, Elements, Reader, Trouble, View, path_of, value};
use crate::explain::words::order_name;
use crate::model::{
    FieldName, Inclusion, LeafFacts, Literal, MAX_ELEMENTS, MAX_STRING_BYTES, PatternKind, Scalar,
    Value, sorted_set,
};

/// Everything that explaining one policy reads.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) request: &'a Value,
    pub(crate) policy: &'a Compiled,
}

/// What stands at a node of the request.
pub(super) enum Found<'a> {
    Value(&'a Value),
    /// A name of an object, under `keys`.
    Name(&'a str),
    /// An element of a default.
    Literal(&'a Scalar),
    Absent,
    /// An ancestor is there and is no object.
    Blocked,
}

impl Found<'_> {
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Value(value) => (*value).clone(),
            Self::Name(name) => Value::from(*name),
            Self::Literal(scalar) => scalar_value(scalar),
            Self::Absent | Self::Blocked => Value::Null,
        }
    }

    /// What a value is, where it can't be shown.
    fn left_out(&self) -> Option<&'static str> {
        let Self::Value(value) = self else {
            return None;
        };
        let shown = match value {
            Value::String(text) => text.len() <= MAX_STRING_BYTES,
            Value::Array(elements) => elements.len() <= MAX_ELEMENTS,
            Value::Number(_) => value.as_number().is_some(),
            Value::Unsupported | Value::Oversized(_) => false,
            Value::Null | Value::Bool(_) | Value::Object(_) => true,
        };
        (!shown).then(|| value.kind_name())
    }
}

/// The path of a node, for the element in hand.
pub(super) fn field(reader: Reader<'_>, node: NodeId, element: Option<Element<'_>>) -> FieldName {
    let index = element.map(|e| u32::try_from(e.index).unwrap_or(u32::MAX));
    FieldName(path_of(reader.snapshot, node, index))
}

/// Finds in the request what a node names.
pub(super) fn locate<'a>(
    context: Context<'a>,
    node: NodeId,
    element: Option<Element<'a>>,
) -> Found<'a> {
    if let Some(Element {
        elements: Elements::Scalars(scalars),
        index,
        column,
    }) = element
        && context.reader.is_column(node)
    {
        return match scalars.get(index) {
            Some(scalar) if node == column => Found::Literal(scalar),
            _ => Found::Blocked,
        };
    }
    let nodes = &context.reader.snapshot.nodes;
    let mut lineage: Vec<NodeId> = nodes.lineage(node).collect();
    lineage.reverse();
    let index = element.map_or(0, |e| e.index);
    let steps = lineage.into_iter().filter_map(|id| nodes.get(id));
    steps.fold(Found::Value(context.request), |at, node| {
        follow(at, &node.step, index)
    })
}

fn follow<'a>(at: Found<'a>, step: &Step, index: usize) -> Found<'a> {
    let value = match at {
        Found::Value(value) => value,
        other => return other,
    };
    let below = match (step, value) {
        (Step::Root | Step::Derived(_), _) => Some(value),
        (Step::Member(name), Value::Object(_)) => value.get(name),
        (Step::Member(_), _) => return Found::Blocked,
        (Step::Elements, Value::Array(elements)) => elements.get(index),
        (Step::Keys, Value::Object(members)) => {
            let names = names_of(members);
            return names
                .get(index)
                .map_or(Found::Absent, |name| Found::Name(name));
        }
        (Step::Elements | Step::Keys, _) => return Found::Blocked,
    };
    match below {
        None | Some(Value::Null) => Found::Absent,
        Some(value) => Found::Value(value),
    }
}

/// The facts of a leaf; `trouble` is what it came to, where that is an error of its own.
pub(super) fn leaf_facts<'a>(
    context: Context<'a>,
    probe: &'a Probe,
    element: Option<Element<'a>>,
    trouble: Option<Trouble>,
) -> LeafFacts {
    let reader = context.reader;
    let found = locate(context, probe.node, element);
    let absent = matches!(found, Found::Absent);
    let left_out = found.left_out();
    let (operator, expected) = asked(context, probe);
    let actual = match left_out {
        Some(_) => Value::Null,
        None if matches!(probe.check, Check::Quantified { .. }) => Value::Null,
        None => found.to_value(),
    };
    LeafFacts {
        field: field(reader, probe.node, element),
        derivation: probe.derivation.map(crate::model::Derivation::name),
        operator,
        ignore_case: matches!(
            probe.check,
            Check::Pattern {
                ignore_case: true,
                ..
            } | Check::Matches {
                ignore_case: true,
                ..
            }
        ),
        expected,
        actual,
        absent,
        left_out,
        default: probe.default.as_ref().filter(|_| absent).map(literal_value),
        derived: derived(context, probe, element),
        error: trouble.map(|t| t.code),
        error_field: trouble
            .filter(|t| t.node != probe.node)
            .map(|t| field(reader, t.node, element)),
    }
}

/// What `as` made of the value.
fn derived<'a>(
    context: Context<'a>,
    probe: &'a Probe,
    element: Option<Element<'a>>,
) -> Option<Value> {
    probe.derivation?;
    match value(context.reader, probe, element).ok()? {
        View::Number(n) => Some(Value::Number(n)),
        View::Text(text) => {
            let text = context.reader.text(text, probe.place).ok()?;
            Some(Value::String(text.into_owned()))
        }
        View::Array(_) => names(&locate(context, probe.node, element)),
        View::Absent | View::Bool(_) | View::Object(_) => None,
    }
}

/// The names of an object as `keys` gives them.
fn names_of(members: &[(String, Value)]) -> Vec<&str> {
    sorted_set(members.iter().map(|(name, _)| name.as_str()).collect())
}

fn names(found: &Found<'_>) -> Option<Value> {
    let Found::Value(Value::Object(members)) = found else {
        return None;
    };
    let names = names_of(members);
    Some(Value::Array(names.into_iter().map(Value::from).collect()))
}

/// The operator's name, and what it compares with.
pub(crate) fn asked(context: Context<'_>, probe: &Probe) -> (&'static str, Value) {
    let either = |negated: bool, yes, no| if negated { no } else { yes };
    let constant = |place, constant| constant_value(context.reader, place, constant);
    let constants =
        |place, constants| Value::Array(constant_values(context.reader, place, constants));
    let right = |node| right_value(context, node);
    match &probe.check {
        Check::Equals { negated, right } => {
            (either(*negated, "eq", "ne"), constant(probe.place, *right))
        }
        Check::EqualsField {
            negated,
            right: node,
        } => (either(*negated, "eq", "ne"), right(*node)),
        Check::Compares { order, right } => (order_name(*order), Value::Number(*right)),
        Check::ComparesField { order, right: node } => (order_name(*order), right(*node)),
        Check::In { negated, right } => (
            either(*negated, "in", "not_in"),
            constants(probe.place, right),
        ),
        Check::InField {
            negated,
            right: node,
        } => (either(*negated, "in", "not_in"), right(*node)),
        Check::Includes(literal) => ("includes", constant(probe.elements, *literal)),
        Check::IncludesField(node) => ("includes", right(*node)),
        Check::IncludesSome { inclusion, right } => (
            match inclusion {
                Inclusion::Any => "includes_any",
                Inclusion::All => "includes_all",
            },
            constants(probe.elements, right),
        ),
        Check::Pattern { kind, patterns, .. } => (
            match kind {
                PatternKind::StartsWith => "starts_with",
                PatternKind::EndsWith => "ends_with",
                PatternKind::Contains => "contains",
                PatternKind::Matches => "matches",
            },
            one_or_list(patterns.iter().map(|p| p.to_string())),
        ),
        Check::Matches { globs, .. } => {
            ("matches", one_or_list(globs.iter().map(|g| g.to_string())))
        }
        Check::Within(folders) => ("within", one_or_list(folders.iter().map(|f| f.to_string()))),
        Check::Exists(expected) => ("exists", Value::Bool(*expected)),
        Check::Quantified { every, .. } => (either(!*every, "every", "some"), Value::Null),
    }
}

fn one_or_list(texts: impl ExactSizeIterator<Item = String>) -> Value {
    let one = texts.len() == 1;
    let mut texts: Vec<Value> = texts.map(Value::String).collect();
    match texts.pop() {
        Some(text) if one => text,
        last => {
            texts.extend(last);
            Value::Array(texts)
        }
    }
}

fn right_value(context: Context<'_>, node: NodeId) -> Value {
    let name = path_of(context.reader.snapshot, node, None);
    let name = name.map_or(Value::Null, |path| path.to_value());
    let value = locate(context, node, None).to_value();
    Value::Object(vec![
        ("field".to_owned(), name),
        ("value".to_owned(), value),
    ])
}

pub(super) fn constant_value(reader: Reader<'_>, place: NodeId, constant: Constant) -> Value {
    match constant {
        Constant::Bool(b) => Value::Bool(b),
        Constant::Number(n) => Value::Number(n),
        Constant::Text(id) => {
            let node = reader.snapshot.nodes.get(place);
            node.and_then(|n| n.literal(id))
                .map_or(Value::Null, Value::from)
        }
    }
}

pub(super) fn constant_values(
    reader: Reader<'_>,
    place: NodeId,
    constants: &Constants,
) -> Vec<Value> {
    match constants {
        Constants::Bools { yes, no } => [(true, *yes), (false, *no)]
            .into_iter()
            .filter(|(_, there)| *there)
            .map(|(b, _)| Value::Bool(b))
            .collect(),
        Constants::Numbers(numbers) => numbers.iter().map(|n| Value::Number(*n)).collect(),
        Constants::Texts(ids) => ids
            .iter()
            .map(|id| constant_value(reader, place, Constant::Text(*id)))
            .collect(),
    }
}

fn scalar_value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Bool(b) => Value::Bool(*b),
        Scalar::Number(n) => Value::Number(*n),
        Scalar::String(s) => Value::from(s.as_str()),
    }
}

pub(crate) fn literal_value(literal: &Literal) -> Value {
    match literal {
        Literal::Scalar(scalar) => scalar_value(scalar),
        Literal::List(list) => Value::Array(list.iter().map(scalar_value).collect()),
    }
}
