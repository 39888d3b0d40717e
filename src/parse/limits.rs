//! Reads what a modify changes: the mode, and limits.

use crate::model::{LimitKind, LimitRule, Meter, OnExceed, Per, Then, Value};

use super::codes::DiagnosticCode as Code;
use super::cursor::At;
use super::duration::duration;
use super::findings::{Findings, quote};
use super::members::{self, Object};
use super::values;

const THEN: [&str; 2] = ["mode", "limits"];
pub(crate) const KEYS: [&str; 7] = [
    "meter",
    "per",
    "kind",
    "window",
    "max",
    "burst",
    "on_exceed",
];
/// The largest count.
const MOST: u64 = 9_007_199_254_740_991;
/// Whose counter, with the names.
pub(crate) const PERS: [(&str, Per); 7] = [
    ("run", Per::Run),
    ("tenant", Per::Tenant),
    ("user", Per::User),
    ("app", Per::App),
    ("agent", Per::Agent),
    ("tool", Per::Tool),
    ("workflow", Per::Workflow),
];
/// The kinds, with their names.
pub(crate) const KINDS: [(&str, LimitKind); 3] = [
    ("budget", LimitKind::Budget),
    ("rate", LimitKind::Rate),
    ("concurrent", LimitKind::Concurrent),
];

/// Reads a `then`.
pub(crate) fn read_then(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Then> {
    let mut slots = [None; THEN.len()];
    let object = members::optional_members(value, &THEN, &mut slots, at, findings);
    if object == Object::Not {
        return None;
    }
    let [mode, limits] = slots;
    if mode.is_none() && limits.is_none() && object == Object::Known {
        findings.error(
            Code::EmptyThen,
            at,
            &["it changes nothing"],
            "say `\"mode\": \"draft\"`, or name limits",
        );
    }
    let draft = mode.is_some_and(|v| read_mode(v, &at.key("mode"), findings));
    let mut rules = Vec::new();
    if let Some(value) = limits {
        let at = at.key("limits");
        for (i, limit) in values::elements(value, &at, findings)
            .unwrap_or_default()
            .iter()
            .enumerate()
        {
            rules.extend(read_limit(limit, &at.index(i), findings));
        }
    }
    Some(Then {
        draft,
        limits: rules,
    })
}

fn read_mode(value: &Value, at: &At<'_>, findings: &mut Findings) -> bool {
    let Some(mode) = values::text(value, at, findings) else {
        return false;
    };
    if mode != "draft" {
        findings.error(
            Code::UnknownValue,
            at,
            &["the mode can't become ", &quote(mode)],
            "a policy can only lower the mode: `draft`",
        );
    }
    mode == "draft"
}

fn read_limit(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<LimitRule> {
    let mut slots = [None; KEYS.len()];
    if members::optional_members(value, &KEYS, &mut slots, at, findings) == Object::Not {
        return None;
    }
    let [meter, per, kind, window, max, burst, on_exceed] = slots;
    let meter = match meter {
        Some(value) => read_meter(value, &at.key("meter"), findings),
        None => {
            let help =
                "say what it counts, such as `cost_cents` or `{\"field\": \"input.amount\"}`";
            members::missing_key("meter", at, findings, help);
            None
        }
    };
    let per = match per {
        Some(value) => read_per(value, &at.key("per"), findings),
        None => {
            members::missing_key(
                "per",
                at,
                findings,
                "say whose counter it is, such as `[\"tenant\"]`",
            );
            None
        }
    };
    let kind = match kind {
        None => LimitKind::Budget,
        Some(value) => {
            values::word(value, &KINDS.map(|k| k.0), &at.key("kind"), findings)
                .and_then(|i| KINDS.get(i))?
                .1
        }
    };
    let window = read_window(window, kind, at, findings);
    let max = match max {
        Some(value) => {
            let least = u64::from(kind == LimitKind::Rate);
            values::integer(value, least, MOST, &at.key("max"), findings)
        }
        None => {
            members::missing_key("max", at, findings, "say how much there may be");
            None
        }
    };
    if burst.is_some() && kind != LimitKind::Rate {
        members::misplaced_key(
            "burst",
            at,
            "it belongs to limits of the kind `rate`",
            findings,
        );
    }
    let burst = burst
        .filter(|_| kind == LimitKind::Rate)
        .and_then(|v| values::integer(v, 1, MOST, &at.key("burst"), findings));
    let on_exceed = on_exceed.and_then(|v| {
        values::word(
            v,
            &["deny", "require_approval"],
            &at.key("on_exceed"),
            findings,
        )
    });
    Some(LimitRule {
        meter: meter?,
        per: per?,
        kind,
        window,
        max: max?,
        burst,
        on_exceed: if on_exceed == Some(1) {
            OnExceed::RequireApproval
        } else {
            OnExceed::Deny
        },
    })
}

fn read_meter(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Meter> {
    if !matches!(value, Value::Object(_)) {
        return values::filled(value, at, findings).map(|name| Meter::Named(name.to_owned()));
    }
    let field = read_field(value, at, findings)?;
    Some(Meter::Field { field })
}

/// The path in `{"field": …}`.
pub(crate) fn read_field(
    value: &Value,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<crate::model::Path> {
    let mut slots = [None; 1];
    let object = members::members(value, &["field"], &mut slots, at, findings);
    match slots {
        [Some(path)] => values::path(path, &at.key("field"), findings),
        _ => {
            if object == Object::Known {
                members::missing_key(
                    "field",
                    at,
                    findings,
                    "write `{\"field\": \"input.amount\"}`",
                );
            }
            None
        }
    }
}

fn read_per(value: &Value, at: &At<'_>, findings: &mut Findings) -> Option<Vec<Per>> {
    let elements = values::elements(value, at, findings)?;
    let mut pers = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        let at = at.index(i);
        let position = values::word(element, &PERS.map(|p| p.0), &at, findings);
        let Some((name, per)) = position.and_then(|p| PERS.get(p)) else {
            continue;
        };
        if pers.contains(per) {
            findings.error(
                Code::DuplicateValue,
                &at,
                &[&quote(name), " is there twice"],
                "keep one of them",
            );
        }
        pers.push(*per);
    }
    Some(pers)
}

fn read_window(
    value: Option<&Value>,
    kind: LimitKind,
    at: &At<'_>,
    findings: &mut Findings,
) -> Option<String> {
    let Some(value) = value else {
        if kind == LimitKind::Rate {
            members::missing_key(
                "window",
                at,
                findings,
                "a rate is so much in a duration, such as `1m`",
            );
        }
        return None;
    };
    let inner = at.key("window");
    match kind {
        LimitKind::Concurrent => {
            let why =
                "a limit of the kind `concurrent` counts what goes on at once; it has no window";
            members::misplaced_key("window", at, why, findings);
            None
        }
        LimitKind::Rate => duration(value, &inner, findings),
        LimitKind::Budget => {
            let text = values::text(value, &inner, findings)?;
            if !matches!(text, "1d" | "1mo") {
                findings.error(
                    Code::InvalidDuration,
                    &inner,
                    &[&quote(text), " is no calendar window"],
                    "a budget has the window `1d` or `1mo`, or none; a `rate` takes any duration",
                );
            }
            Some(text.to_owned())
        }
    }
}
