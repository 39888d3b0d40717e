//! Loading in slices, so that a server goes on answering while a large set comes in.

use crate::compile::Snapshot;
use crate::engine::Engine;
use crate::error::{Diagnostic, PolicySetError, Severity};
use crate::model::{Catalogue, Value};
use crate::parse::{parse_catalogue, parse_owned_policy, parse_policies};
use crate::validate::{IdRegistry, Vocabulary, admit, check_catalogue};

/// A policy set on its way in: it loads whole or not at all.
#[derive(Debug)]
pub struct Loader {
    catalogue: Option<Catalogue>,
    /// Whether the catalogue says which fields there are.
    typed: bool,
    snapshot: Snapshot,
    ids: IdRegistry,
    pending: std::vec::IntoIter<Value>,
    index: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Loader {
    /// Begins a set over a catalogue.
    #[must_use]
    pub fn new(catalogue: Option<&Value>) -> Self {
        let parsed = catalogue.map(parse_catalogue);
        let (catalogue, mut diagnostics) = parsed.map_or((None, Vec::new()), |(c, d)| (Some(c), d));
        diagnostics.extend(catalogue.iter().flat_map(check_catalogue));
        Self {
            snapshot: Snapshot::new(catalogue.as_ref()),
            typed: catalogue.is_some(),
            catalogue,
            ids: IdRegistry::default(),
            pending: Vec::new().into_iter(),
            index: 0,
            diagnostics,
        }
    }

    /// Begins a set of which nothing but a list of declared actions is known.
    pub(super) fn of_actions(actions: Value) -> Self {
        let catalogue = Value::Object(vec![("actions".to_owned(), actions)]);
        Self {
            typed: false,
            ..Self::new(Some(&catalogue))
        }
    }

    /// Adds what was found before there was a value to load, such as text that is no JSON.
    pub fn report(&mut self, diagnostics: Vec<Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Takes more policies: an array of them. They wait for [`Self::step`].
    pub fn push_array(&mut self, policies: Value) {
        match policies {
            Value::Array(more) => {
                let waiting = std::mem::take(&mut self.pending);
                self.pending = waiting.chain(more).collect::<Vec<_>>().into_iter();
            }
            other => self.diagnostics.extend(parse_policies(&other).diagnostics),
        }
    }

    /// Reads, checks and compiles at most so many of the waiting policies; whether none waits.
    pub fn step(&mut self, policies: usize) -> bool {
        let mut vocabulary = Vocabulary::new(self.catalogue.as_ref());
        vocabulary.typed = self.typed;
        for value in self.pending.by_ref().take(policies) {
            let (parsed, mut findings) = parse_owned_policy(value, self.index);
            self.index = self.index.saturating_add(1);
            if let Some(parsed) = parsed {
                let (valid, found) = admit(parsed, findings, &vocabulary, &mut self.ids);
                findings = found;
                if let Some(valid) = valid {
                    self.snapshot.put(valid);
                }
            }
            self.diagnostics.extend(findings);
        }
        self.pending.len() == 0
    }

    /// Makes a part of what was compiled ready to decide; whether all of it is. For [`Self::finish`] to be short.
    pub fn settle(&mut self) -> bool {
        /// Moves that take about a fifth of a millisecond.
        const MOVES: usize = 1_024;
        self.snapshot.seal_some(MOVES) && self.snapshot.digest_some()
    }

    /// Works off what waits, and gives the engine.
    ///
    /// # Errors
    /// [`PolicySetError`] with every finding, if any of them is an error.
    pub fn finish(mut self) -> Result<Engine, PolicySetError> {
        self.step(usize::MAX);
        if self
            .diagnostics
            .iter()
            .any(|d| d.severity == Severity::Error)
        {
            return Err(PolicySetError::new(self.diagnostics));
        }
        self.snapshot.seal();
        Ok(Engine::new(self.snapshot, self.catalogue, self.diagnostics))
    }
}
