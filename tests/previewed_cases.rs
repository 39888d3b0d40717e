//! The cases of decisions with a part unknown: what is decided is among what the preview says, in a matrix too, and a
//! residual decides it as the whole set does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "vectors/cases.rs"]
#[expect(dead_code, reason = "what is expected of decisions is another test's")]
mod cases;

use cases::{Case, elements};
use portcullis::model::{Decision, Path, Preview, PreviewCell};
use portcullis::{Engine, ResidualEngine, Value};

/// Characters of a case's request and policies; larger ones are about caps.
const LARGE: usize = 20_000;

#[test]
fn every_decision_is_among_what_its_previews_say() {
    cases::check_each(|case| {
        let size = |value| serde_json::to_string(value).unwrap().len();
        if size(&case.request).max(size(&case.policies)) > LARGE {
            return Vec::new();
        }
        let policies = public(&case.policies);
        let engine = Engine::load(policies, case.catalogue.as_ref()).unwrap();
        let whole = Whole {
            decision: engine.decide(&case.request),
            engine,
        };
        let mut problems = whole.previews(case);
        problems.extend(whole.matrices(case));
        problems.extend(whole.residual(case));
        problems
    });
}

/// Values for a member of the request.
type List = (String, Vec<Value>);

struct Whole {
    engine: Engine,
    decision: Decision,
}

impl Whole {
    fn previews(&self, case: &Case) -> Vec<String> {
        let request = &case.request;
        let mut problems = Vec::new();
        for unknown in unknowns(request) {
            let preview = self.engine.preview(request, &unknown);
            let mut amiss =
                |what: &str| problems.push(format!("{unknown:?} unknown: {what}: {preview:?}"));
            let Decision { effect, mode, .. } = &self.decision;
            if !preview.effects.contains(effect) {
                amiss("an effect is missing");
            }
            if !preview.modes.contains(mode) {
                amiss("a mode is missing");
            }
            let is_settled = preview.effects.len() == 1 && preview.modes.len() == 1;
            match &preview.decision {
                Some(settled) if *settled != self.decision => amiss("another decision is settled"),
                Some(_) if !is_settled => amiss("it is settled, and more than one may be"),
                None if unknown.is_empty() => amiss("with nothing unknown it is not settled"),
                _ => {}
            }
        }
        problems
    }

    fn matrices(&self, case: &Case) -> Vec<String> {
        let request = &case.request;
        let list = |name: &str| {
            let own = request.get(name).cloned();
            (
                name.to_owned(),
                own.into_iter().chain([Value::Null]).collect(),
            )
        };
        let both = [list("tool"), list("user")];
        let matrices: [(&[&str], &[List]); 5] = [
            (&[], &both),
            (&["input"], &both),
            (&["agent"], &both),
            (&["user.roles"], &both),
            (&["user.roles"], &both[1..]),
        ];
        let mut problems = Vec::new();
        for (unknown, vary) in matrices {
            let paths = unknown.iter().map(|path| Path::parse(path).unwrap());
            let paths: Vec<Path> = paths.collect();
            let cells = self.engine.preview_many(request, &paths, vary);
            let previews = requests(request, vary);
            let previews = previews
                .iter()
                .map(|one| cell(self.engine.preview(one, &paths)));
            let previews: Vec<PreviewCell> = previews.collect();
            if cells != previews {
                problems.push(format!(
                    "{unknown:?} unknown: {cells:?} in a matrix, and {previews:?} one by one"
                ));
            }
        }
        problems
    }

    fn residual(&self, case: &Case) -> Vec<String> {
        let mut problems = Vec::new();
        for names in [&["tenant"][..], &["tenant", "user", "app"]] {
            let known = names.iter().filter_map(|name| {
                let member = case.request.get(name)?;
                Some(((*name).to_owned(), member.clone()))
            });
            // Without a tenant there is none.
            let Ok(residual) = self.engine.residual(&Value::Object(known.collect()), &[]) else {
                continue;
            };
            let residual = serde_json::to_string(&residual).unwrap();
            let there = ResidualEngine::load_json(&residual)
                .unwrap()
                .decide(&case.request);
            let code = serde_json::to_value(there.code).unwrap();
            if code != "ask_server" && code != "outside_residual" && there != self.decision {
                problems.push(format!("with {names:?} known, {there:?} by {residual}"));
            }
        }
        problems
    }
}

/// Nothing, each member of the request, and each of its members.
fn unknowns(request: &Value) -> Vec<Vec<Path>> {
    let members = members(request).iter();
    let paths = members.flat_map(|(name, member)| {
        let below = self::members(member).iter();
        let below = below.map(|(inner, _)| vec![name.as_str().into(), inner.as_str().into()]);
        [vec![name.as_str().into()]].into_iter().chain(below)
    });
    let paths = paths.filter_map(|names| Path::from_segments(names).ok());
    [Vec::new()]
        .into_iter()
        .chain(paths.map(|path| vec![path]))
        .collect()
}

fn members(value: &Value) -> &[(String, Value)] {
    match value {
        Value::Object(members) => members,
        _ => &[],
    }
}

/// All combinations, those of the last list next to one another.
fn requests(request: &Value, vary: &[List]) -> Vec<Value> {
    let Some(((name, values), others)) = vary.split_first() else {
        return vec![request.clone()];
    };
    let each = values.iter().map(|value| with(request, name, value));
    each.flat_map(|one| requests(&one, others)).collect()
}

fn with(request: &Value, name: &str, value: &Value) -> Value {
    let kept = members(request).iter().filter(|(known, _)| known != name);
    Value::Object(
        kept.cloned()
            .chain([(name.to_owned(), value.clone())])
            .collect(),
    )
}

fn cell(preview: Preview) -> PreviewCell {
    PreviewCell {
        settled: preview.decision.is_some(),
        effects: preview.effects,
        modes: preview.modes,
        may_be_invalid: preview.may_be_invalid,
    }
}

/// With all policies visible, so that residuals hold them.
fn public(policies: &Value) -> Value {
    let each = elements(Some(policies)).iter();
    Value::Array(
        each.map(|policy| with(policy, "visibility", &Value::from("public")))
            .collect(),
    )
}
