//! Puts findings in the order of the document that they speak of.

use crate::error::Diagnostic;
use crate::model::{Pointer, Value, sorted};

use super::policy;

/// Sorts the findings about one policy: the keys of the row in the order in which the language lists them, all within the
/// rule as it was written.
pub(crate) fn sort_in_document_order(diagnostics: &mut Vec<Diagnostic>, rule: Option<&Value>) {
    if diagnostics.len() > 1 {
        let places = diagnostics.iter().enumerate();
        let order = sorted(places.map(|(i, d)| (place(&d.pointer, rule), i)).collect());
        *diagnostics = order
            .iter()
            .filter_map(|(_, i)| diagnostics.get(*i).cloned())
            .collect();
    }
}

/// The positions on the way to the place of a pointer such as `/0/rule_expr/when`.
fn place(pointer: &str, rule: Option<&Value>) -> Vec<usize> {
    let mut tokens = pointer.split('/').skip(2);
    let mut place = Vec::new();
    let Some(key) = tokens.next() else {
        return place;
    };
    place.push(position(&mut policy::KEYS.iter().copied(), key));
    let mut value = rule.filter(|_| key == "rule_expr");
    for token in tokens {
        let (at, next) = match value {
            Some(Value::Array(elements)) => {
                let at = token.parse().unwrap_or(usize::MAX);
                (at, elements.get(at))
            }
            Some(Value::Object(members)) => {
                let key = Pointer::unescaped(token);
                let at = position(&mut members.iter().map(|(k, _)| k.as_str()), &key);
                (at, members.get(at).map(|(_, member)| member))
            }
            _ => (usize::MAX, None),
        };
        place.push(at);
        value = next;
    }
    place
}

fn position(keys: &mut dyn Iterator<Item = &str>, key: &str) -> usize {
    keys.enumerate()
        .find(|(_, k)| *k == key)
        .map_or(usize::MAX, |(i, _)| i)
}
