//! The fields that there are: the engine's own and those of a catalogue.

use crate::error::Diagnostic;
use crate::model::{BUILT_IN_ACTIONS, Catalogue, Kind, Scalar, Shape, Tool};
use crate::parse::{At, DiagnosticCode as Code, Findings, quote};

use super::kinds::Kinds;

/// The entities that have an id.
const ENTITIES: [&str; 7] = ["tenant", "app", "user", "workflow", "agent", "tool", "run"];
/// The top-level fields whose shape is the engine's.
const FIXED: [&str; 3] = ["action", "now", "input"];

/// What a set of policies can speak of, made once for all of them.
#[derive(Clone, Debug)]
pub struct Vocabulary<'c> {
    /// Top-level fields other than `input`.
    pub(crate) roots: Vec<(String, Shape)>,
    /// Whether there is a catalogue.
    pub(crate) typed: bool,
    /// All actions.
    pub(crate) actions: Vec<&'c str>,
    /// The tools of the catalogue.
    pub(crate) tools: &'c [Tool],
    /// The shape of a string: what the elements of `keys` are.
    pub(crate) string: Shape,
}

impl<'c> Vocabulary<'c> {
    /// The engine's own words, and those of the catalogue if there is one.
    #[must_use]
    pub fn new(catalogue: Option<&'c Catalogue>) -> Self {
        let mut actions = BUILT_IN_ACTIONS.to_vec();
        let mut roots = Vec::new();
        let mut tools: &[Tool] = &[];
        let mut action = of_kind(Kind::String);
        if let Some(catalogue) = catalogue {
            actions.extend(catalogue.actions.iter().map(String::as_str));
            tools = &catalogue.tools;
        }
        action.values = Some(
            actions
                .iter()
                .map(|a| Scalar::String((*a).to_owned()))
                .collect(),
        );
        roots.push(("action".to_owned(), action));
        roots.push(("now".to_owned(), of_kind(Kind::Number)));
        for name in ENTITIES {
            roots.push((name.to_owned(), entity(name, catalogue)));
        }
        for (name, shape) in catalogue.map_or(&[][..], |c| &c.entities) {
            if !ENTITIES.contains(&name.as_str()) && !FIXED.contains(&name.as_str()) {
                roots.push((name.clone(), shape.clone()));
            }
        }
        Self {
            roots,
            typed: catalogue.is_some(),
            actions,
            tools,
            string: of_kind(Kind::String),
        }
    }
}

/// What is wrong with a catalogue beyond its shape: built-in fields that it declares to be of another type.
#[must_use]
pub fn check_catalogue(catalogue: &Catalogue) -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    let at = At::Catalogue.key("entities");
    for (name, shape) in &catalogue.entities {
        let at = at.key(name);
        if FIXED.contains(&name.as_str()) {
            let help = "the engine knows its shape; arguments are declared by the tools";
            findings.error(
                Code::ConflictingField,
                &at,
                &[&quote(name), " can't be declared"],
                help,
            );
            continue;
        }
        if !Kinds::of_shape(shape).meets(Kinds::OBJECT) && ENTITIES.contains(&name.as_str()) {
            conflict(&at, name, Kinds::OBJECT, &mut findings);
        }
        let properties = at.key("properties");
        for (member, own) in own_members(name, true) {
            let declared = shape.members.iter().find(|(known, _)| *known == member);
            let own = Kinds::of_shape(&own);
            if let Some((_, declared)) = declared
                && !declared.kinds.is_empty()
                && !Kinds::of_shape(declared).within(own)
            {
                conflict(&properties.key(&member), &member, own, &mut findings);
            }
        }
    }
    findings.diagnostics
}

fn conflict(at: &At<'_>, name: &str, kinds: Kinds, findings: &mut Findings) {
    findings.error(
        Code::ConflictingField,
        at,
        &[
            &quote(name),
            " is ",
            &kinds.words(),
            ", and is declared to be of another type",
        ],
        "declare it so, or leave it out",
    );
}

/// An entity with its own members and those that the catalogue declares.
fn entity(name: &str, catalogue: Option<&Catalogue>) -> Shape {
    let entities = catalogue.map_or(&[][..], |c| &c.entities);
    let declared = entities
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, shape)| shape);
    let mut members = own_members(name, catalogue.is_some());
    for (member, shape) in declared.map_or(&[][..], |d| &d.members) {
        match members.iter_mut().find(|(known, _)| known == member) {
            // The narrower of two shapes of one kind; a conflict is noted elsewhere.
            Some((_, own)) => {
                if own.values.is_none() && !shape.kinds.is_empty() {
                    *own = shape.clone();
                }
            }
            None => members.push((member.clone(), shape.clone())),
        }
    }
    Shape {
        kinds: vec![Kind::Object],
        members,
        open: declared.map_or(entities.is_empty(), |d| d.open),
        ..Shape::default()
    }
}

/// What an entity has by itself: what every valid request guarantees, and `all` that is documented.
fn own_members(name: &str, all: bool) -> Vec<(String, Shape)> {
    let mut members = vec![("id", of_kind(Kind::String))];
    if name == "run" {
        let mut mode = of_kind(Kind::String);
        mode.values = Some(
            ["draft", "auto"]
                .map(|m| Scalar::String(m.to_owned()))
                .to_vec(),
        );
        members.push(("mode", mode));
    }
    if all {
        match name {
            "run" => members.extend([
                ("root_id", of_kind(Kind::String)),
                ("cost_cents", of_kind(Kind::Number)),
                ("llm_calls", of_kind(Kind::Number)),
            ]),
            "user" => members.push(("roles", strings())),
            "tool" => members.extend([
                ("risk_level", of_kind(Kind::String)),
                ("side_effects", strings()),
                ("annotations", annotations()),
            ]),
            _ => {}
        }
    }
    if !ENTITIES.contains(&name) {
        members.clear();
    }
    named(members)
}

fn annotations() -> Shape {
    let hints = [
        "readOnlyHint",
        "destructiveHint",
        "idempotentHint",
        "openWorldHint",
    ];
    Shape {
        kinds: vec![Kind::Object],
        members: named(hints.map(|hint| (hint, of_kind(Kind::Bool))).to_vec()),
        open: true,
        ..Shape::default()
    }
}

fn named(members: Vec<(&str, Shape)>) -> Vec<(String, Shape)> {
    members
        .into_iter()
        .map(|(name, shape)| (name.to_owned(), shape))
        .collect()
}

fn of_kind(kind: Kind) -> Shape {
    Shape {
        kinds: vec![kind],
        ..Shape::default()
    }
}

fn strings() -> Shape {
    Shape {
        elements: Some(Box::new(of_kind(Kind::String))),
        ..of_kind(Kind::Array)
    }
}
