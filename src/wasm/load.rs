//! Loading and validating from JavaScript.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::engine::{Loader, Residue};
use crate::error::{Diagnostic, PolicySetError};
use crate::model::Value;
use crate::parse::{catalogue_value, policies_value, residual_value};
use crate::wasm::core::Core;
use crate::wasm::{deep, json};

/// What is thrown where policies do not load.
pub(super) fn refused(error: &PolicySetError) -> JsValue {
    #[derive(Serialize)]
    struct Refused<'a> {
        diagnostics: &'a [Diagnostic],
    }
    json::object(&Refused {
        diagnostics: error.diagnostics(),
    })
}

/// A value that came as JSON text or as a deep value.
fn value(
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    read: fn(&str) -> Result<Value, Vec<Diagnostic>>,
) -> Result<Option<Value>, Vec<Diagnostic>> {
    match (text, bytes) {
        (Some(text), _) => read(&text).map(Some),
        (None, Some(bytes)) => Ok(Some(deep::decode(&bytes).unwrap_or(Value::Unsupported))),
        (None, None) => Ok(None),
    }
}

/// A set that will not load.
fn refusing(diagnostics: Vec<Diagnostic>) -> Loader {
    let mut loader = Loader::new(None);
    loader.report(diagnostics);
    loader
}

/// A policy set on its way in, or a residual.
#[wasm_bindgen]
pub struct CoreLoader {
    loader: Loader,
    residue: Option<Residue>,
}

#[wasm_bindgen]
impl CoreLoader {
    /// Begins a set over a catalogue, which comes as text, as a deep value, or not at all.
    #[wasm_bindgen(constructor)]
    pub fn new(text: Option<String>, bytes: Option<Vec<u8>>) -> Self {
        let loader = match value(text, bytes, catalogue_value) {
            Ok(catalogue) => Loader::new(catalogue.as_ref()),
            Err(diagnostics) => refusing(diagnostics),
        };
        Self {
            loader,
            residue: None,
        }
    }

    /// Begins a residual, which comes as text or as a deep value, and brings its policies.
    pub fn residual(text: Option<String>, bytes: Option<Vec<u8>>) -> Self {
        match value(text, bytes, residual_value) {
            Ok(residual) => {
                let (loader, residue) = Residue::begin(residual.unwrap_or_default());
                Self {
                    loader,
                    residue: Some(residue),
                }
            }
            Err(diagnostics) => Self {
                loader: refusing(diagnostics),
                residue: None,
            },
        }
    }

    /// Takes policies: an array of them, a deep value.
    pub fn push(&mut self, bytes: &[u8]) {
        self.loader
            .push_array(deep::decode(bytes).unwrap_or(Value::Unsupported));
    }

    /// Takes policies: an array of them as JSON text, in UTF-8.
    pub fn push_text(&mut self, text: &[u8]) {
        match policies_value(str::from_utf8(text).unwrap_or_default()) {
            Ok(policies) => self.loader.push_array(policies),
            Err(diagnostics) => self.loader.report(diagnostics),
        }
    }

    /// Compiles at most so many of the waiting policies; whether none waits.
    pub fn step(&mut self, policies: usize) -> bool {
        self.loader.step(policies)
    }

    /// Makes a part of what was compiled ready to decide; whether all of it is.
    pub fn settle(&mut self) -> bool {
        self.loader.settle()
    }

    /// The core of the engine.
    ///
    /// # Errors
    /// `{diagnostics}` with every finding, if any of them is an error.
    pub fn finish(self) -> Result<Core, JsValue> {
        let engine = self.loader.finish().map_err(|error| refused(&error))?;
        Ok(Core::of(engine, self.residue))
    }

    /// All findings so far once the waiting policies are worked off; for validation without an engine.
    pub fn findings(self) -> JsValue {
        json::object(&match self.loader.finish() {
            Ok(engine) => engine.warnings().to_vec(),
            Err(error) => error.into_diagnostics(),
        })
    }
}
