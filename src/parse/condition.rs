//! Reads the tree of conditions.

use crate::model::{Condition, MAX_DEPTH, MAX_NODES, Value};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::findings::Findings;
use super::leaf::Slots;
use super::members::{self, Object};

/// The keys of a condition: the joints, what leads to a value, then the operators.
pub(crate) const KEYS: [&str; 27] = [
    "all",
    "any",
    "not",
    "field",
    "item",
    "default",
    "as",
    "ignore_case",
    "eq",
    "ne",
    "lt",
    "lte",
    "gt",
    "gte",
    "in",
    "not_in",
    "includes",
    "includes_any",
    "includes_all",
    "starts_with",
    "ends_with",
    "contains",
    "matches",
    "within",
    "exists",
    "some",
    "every",
];
const JOINTS: usize = 3;

/// Reads the conditions of one rule.
pub(crate) struct Tree<'f> {
    pub(crate) findings: &'f mut Findings,
    nodes: usize,
    depth: usize,
    pub(crate) in_quantifier: bool,
}

impl<'f> Tree<'f> {
    /// Nothing read yet.
    pub(crate) fn new(findings: &'f mut Findings) -> Self {
        Self {
            findings,
            nodes: 0,
            depth: 0,
            in_quantifier: false,
        }
    }

    /// How many conditions were read.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes
    }

    /// Reads a condition. One that is broken, which is noted, becomes an empty `all`, which stands
    /// for no condition that could be written.
    pub(crate) fn read(&mut self, value: &Value, at: &At<'_>) -> Condition {
        self.nodes = self.nodes.saturating_add(1);
        if self.depth >= MAX_DEPTH {
            self.findings.over_cap(
                Code::ConditionTooDeep,
                at,
                "the condition",
                self.depth.saturating_add(1),
                MAX_DEPTH,
                "levels or more",
            );
            return broken();
        }
        self.depth = self.depth.saturating_add(1);
        let condition = self.read_inner(value, at);
        self.depth = self.depth.saturating_sub(1);
        condition.unwrap_or_else(broken)
    }

    fn read_inner(&mut self, value: &Value, at: &At<'_>) -> Option<Condition> {
        let mut slots: Slots<'_> = [None; KEYS.len()];
        let object = members::members(value, &KEYS, &mut slots, at, self.findings);
        if object == Object::Not {
            return None;
        }
        let given = slots.iter().flatten().count();
        if given == 0 {
            if object == Object::Known {
                self.findings.error(
                    Code::EmptyCondition,
                    at,
                    &["the condition is empty"],
                    "leave it out where nothing is asked, or write a condition",
                );
            }
            return None;
        }
        let joints = slots.iter().take(JOINTS).flatten().count();
        if joints == 0 {
            return self.read_leaf(&slots, object, at);
        }
        if given > 1 {
            self.findings.error(
                Code::AmbiguousCondition,
                at,
                &["the condition is several things at once"],
                "write one of `all`, `any`, `not` or a leaf; combine them by `{\"all\": […]}`",
            );
            return None;
        }
        match slots {
            [Some(children), ..] => {
                let children = self.read_children(children, &at.key("all"))?;
                Some(Condition::All(children))
            }
            [_, Some(children), ..] => {
                let children = self.read_children(children, &at.key("any"))?;
                Some(Condition::Any(children))
            }
            [_, _, Some(child), ..] => {
                Some(Condition::Not(Box::new(self.read(child, &at.key("not")))))
            }
            _ => None,
        }
    }

    fn read_children(&mut self, value: &Value, at: &At<'_>) -> Option<Vec<Condition>> {
        let Value::Array(elements) = value else {
            self.findings
                .wrong_type(at, "a list of conditions", value, "put them in `[…]`");
            return None;
        };
        if elements.is_empty() {
            self.findings.error(
                Code::EmptyCondition,
                at,
                &["there are no conditions in it"],
                "write at least one, or leave it out",
            );
            return None;
        }
        // Far over the cap, only the count goes on.
        let read = elements.len().min(MAX_NODES.saturating_add(1));
        let children = elements
            .iter()
            .take(read)
            .enumerate()
            .map(|(i, child)| self.read(child, &at.index(i)))
            .collect();
        self.nodes = self
            .nodes
            .saturating_add(elements.len().saturating_sub(read));
        Some(children)
    }
}

/// What stands for a condition that could not be read.
pub(crate) fn broken() -> Condition {
    Condition::All(Vec::new())
}
