//! Rust values as JavaScript values, by way of JSON.
//!
//! One serialiser serves both what is passed as text and what is passed as objects, and numbers are
//! laid out by the crate itself: a second way of either would weigh more than it is worth.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use wasm_bindgen::prelude::*;

use crate::digest::write_number;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON)]
    fn parse(text: &str) -> JsValue;
}

struct Numbers;

impl Formatter for Numbers {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let mut text = String::new();
        write_number(&mut text, value);
        writer.write_all(text.as_bytes())
    }
}

/// A value as JSON text.
pub(super) fn text(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    match value.serialize(&mut Serializer::with_formatter(&mut out, Numbers)) {
        Ok(()) => String::from_utf8(out).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

/// A value as a plain JavaScript object.
pub(super) fn object(value: &impl Serialize) -> JsValue {
    parse(&text(value))
}
