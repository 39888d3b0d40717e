//! Explanations as text, for three readers who may know three different things.

mod agent;
mod approver;
mod author;

use crate::explain::escape::{plain, quoted};
use crate::model::{DecisionEffect, Effect, Explanation, Limit, Meter, Mode, Reader};

impl Explanation {
    /// The explanation in plain English.
    ///
    /// - For the agent: the effect, the policies' messages and remedies, and what to do next. No
    ///   condition, threshold or value: an agent that was talked into something would use them.
    /// - For the approver: what is asked, why, and how risky it is. Whatever came with the request is
    ///   escaped, and says how much of it was left out if it is long.
    /// - For the author: every policy that covers the request, clause by clause.
    #[must_use]
    pub fn text(&self, reader: Reader) -> String {
        match reader {
            Reader::Agent => agent::text(self),
            Reader::Approver => approver::text(self),
            Reader::Author => author::text(self),
        }
    }
}

fn effect_words(effect: Effect) -> &'static str {
    match effect {
        Effect::Deny => "denies",
        Effect::RequireApproval => "requires approval",
        Effect::Modify => "modifies",
        Effect::Allow => "allows",
    }
}

fn decision_words(effect: DecisionEffect) -> &'static str {
    match effect {
        DecisionEffect::Allow => "allow",
        DecisionEffect::Deny => "deny",
        DecisionEffect::RequireApproval => "require_approval",
    }
}

fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Draft => "draft",
        Mode::Auto => "auto",
    }
}

/// Writes lines, each of some parts.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn push(&mut self, depth: usize, parts: &[&str]) {
        for _ in 0..depth {
            self.0.push_str("  ");
        }
        for part in parts {
            self.0.push_str(part);
        }
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.push(0, &[text]);
    }
}

/// A limit on one line.
fn limit_words(limit: &Limit) -> String {
    let mut out = String::from("at most ");
    out.push_str(&limit.max.to_string());
    out.push(' ');
    match &limit.meter {
        Meter::Named(name) => out.push_str(&plain(name)),
        Meter::Field { field } => {
            out.push('`');
            out.push_str(&plain(&field.to_string()));
            out.push('`');
        }
    }
    if let Some(window) = &limit.window {
        out.push_str(" in ");
        out.push_str(&plain(window));
    }
    for (i, (per, key)) in limit.per.iter().zip(&limit.key).enumerate() {
        out.push_str(if i == 0 { " per " } else { " and " });
        out.push_str(per_name(*per));
        out.push(' ');
        out.push_str(&quoted(key));
    }
    out
}

fn per_name(per: crate::model::Per) -> &'static str {
    use crate::model::Per;
    match per {
        Per::Run => "run",
        Per::Tenant => "tenant",
        Per::User => "user",
        Per::App => "app",
        Per::Agent => "agent",
        Per::Tool => "tool",
        Per::Workflow => "workflow",
    }
}
