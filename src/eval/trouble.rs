//! Troubles: errors of leaves and of coverage, small enough for the fast path.

use crate::compile::{Check, Compiled, Expr, NodeId, Snapshot, Step, fixed};
use crate::model::{ErrorCode, Fault, FieldName, Path, Pointer};

/// What in a policy was in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Its coverage: the entity of its scope.
    Scope,
    /// A leaf, by number.
    Leaf(u32),
    /// A limit, by number.
    Limit(u32),
    /// Who asks for the approval.
    Requester,
}

/// An error, not yet in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: ErrorCode,
    pub(crate) node: NodeId,
    /// Which element of an array, where the node is one of its elements.
    pub(crate) element: Option<u32>,
    pub(crate) place: Place,
}

impl Trouble {
    /// The same in words, for people and agents: names of fields, never their values.
    pub(crate) fn fault(self, snapshot: &Snapshot, policy: &Compiled) -> Fault {
        let field = path_of(snapshot, self.node, self.element);
        let name = field.as_ref().map_or_else(String::new, ToString::to_string);
        Fault {
            code: self.code,
            message: message(self.code, &name, self.place),
            field: FieldName(field),
            pointer: Some(pointer(policy, self.place).into()),
        }
    }
}

/// The path of a node; the number of an element is a name like any other.
pub(crate) fn path_of(snapshot: &Snapshot, node: NodeId, element: Option<u32>) -> Option<Path> {
    let mut names: Vec<Box<str>> = Vec::new();
    for at in snapshot.nodes.lineage(node) {
        match snapshot.nodes.get(at).map(|n| &n.step) {
            Some(Step::Member(name)) => names.push(name.clone()),
            Some(Step::Elements | Step::Keys) => {
                names.extend(element.map(|i| i.to_string().into()));
            }
            _ => {}
        }
    }
    names.reverse();
    Path::from_segments(names).ok()
}

fn message(code: ErrorCode, field: &str, place: Place) -> String {
    let what = match code {
        ErrorCode::Missing => match place {
            Place::Scope if !field.ends_with(".id") => {
                "is not stated: say `null` where there is none"
            }
            Place::Limit(_) => "is missing, and a limit is counted by it",
            Place::Requester => "is missing, and the approval must not be the requester's own",
            _ => "is missing",
        },
        ErrorCode::WrongType => "is of another type than the policy needs",
        ErrorCode::Unsupported => "holds what JSON can't say, or a number that isn't exact",
        ErrorCode::TooLong => "is longer than a policy may read",
        ErrorCode::TooMany => "has more elements than a policy may read",
        ErrorCode::TooCostly => "takes more steps to match than a policy may spend",
        ErrorCode::Underivable => "is not well formed for what the policy reads from it",
        ErrorCode::InvalidRequest => "is not as a request must be",
    };
    ["`", field, "` ", what].concat()
}

/// Where in the policy a place is.
pub(crate) fn pointer(policy: &Compiled, place: Place) -> Pointer {
    let rule = Pointer::root().key("rule_expr");
    match place {
        Place::Scope => Pointer::root().key("scope"),
        Place::Limit(index) => rule.key("then").key("limits").index(index as usize),
        Place::Requester => rule.key("approval").key("exclude_requester"),
        Place::Leaf(leaf) => {
            let clauses = [("when", &policy.when), ("unless", &policy.unless)];
            let found = clauses
                .into_iter()
                .find_map(|(key, expr)| leaf_pointer(expr.as_ref()?, leaf, &rule.key(key)));
            found.unwrap_or(rule)
        }
    }
}

fn leaf_pointer(expr: &Expr, leaf: u32, at: &Pointer) -> Option<Pointer> {
    let among = |children: &[Expr], key: &str| {
        let at = at.key(key);
        children
            .iter()
            .enumerate()
            .find_map(|(i, child)| leaf_pointer(child, leaf, &at.index(i)))
    };
    match expr {
        Expr::All(children) => among(children, "all"),
        Expr::Any(children) => among(children, "any"),
        Expr::Not(child) => leaf_pointer(child, leaf, &at.key("not")),
        Expr::Probe(probe) if probe.index == leaf => Some(at.clone()),
        Expr::Probe(probe) => match &probe.check {
            Check::Quantified { every, body, .. } => {
                leaf_pointer(body, leaf, &at.key(if *every { "every" } else { "some" }))
            }
            _ => None,
        },
    }
}

/// The fault of a request that is amiss itself.
pub(crate) fn invalid_request(snapshot: &Snapshot, node: NodeId) -> Fault {
    let field = path_of(snapshot, node, None);
    let what = match node {
        fixed::ROOT => "the request is no plain object",
        fixed::ACTION => "`action` is not a declared action",
        fixed::NOW => "`now` is no whole number of milliseconds since the epoch",
        fixed::TENANT_ID => "`tenant.id` is no non-empty string",
        fixed::RUN_MODE => "`run.mode` is neither `draft` nor `auto`",
        _ => "is no string",
    };
    let message = match &field {
        Some(field) if what == "is no string" => ["`", &field.to_string(), "` ", what].concat(),
        _ => what.to_owned(),
    };
    Fault {
        code: ErrorCode::InvalidRequest,
        field: FieldName(field),
        pointer: None,
        message,
    }
}
