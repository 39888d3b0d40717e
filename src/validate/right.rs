//! Checks the fields on right sides.

use crate::model::{Address, Leaf, Path, Test};
use crate::parse::{At, quote};

use super::fields::Checker;
use super::kinds::{self, Kinds};
use super::lookup::Found;

impl<'v> Checker<'v, '_> {
    /// Checks the field on the right side, and that both sides can be of one type.
    pub(crate) fn right(
        &mut self,
        leaf: &Leaf,
        path: &Path,
        left: Option<&Found<'v>>,
        operator: &At<'_>,
    ) {
        let at = operator.key("field");
        let Some(right) = self.known(&Address::Field(path.clone()), &at, None) else {
            return;
        };
        let name = quote(&path.to_string());
        let held = ["an element of ", &name].concat();
        let left_values = match (leaf.derivation, left) {
            (Some(derivation), _) => vec![kinds::output(derivation)],
            (None, Some(found)) => found.kinds(),
            (None, None) => vec![Kinds::ALL],
        };
        match &leaf.test {
            Test::Compares { .. } => {
                self.types(&name, &right, Kinds::NUMBER, &at);
            }
            Test::In { .. } => {
                if self.types(&name, &right, Kinds::ARRAY, &at) {
                    self.types(&held, &right.elements(), scalars(&left_values), &at);
                }
            }
            Test::Includes(_) => {
                let elements = match (leaf.derivation, left) {
                    (None, Some(found)) => found.elements().kinds(),
                    (Some(_), _) => vec![Kinds::STRING],
                    _ => vec![Kinds::ALL],
                };
                self.types(&name, &right, scalars(&elements), &at);
            }
            _ => {
                self.types(&name, &right, scalars(&left_values), &at);
            }
        }
    }
}

/// The scalar kinds among these.
fn scalars(kinds: &[Kinds]) -> Kinds {
    let all = kinds.iter().fold(Kinds::NONE, |all, kinds| all.or(*kinds));
    let scalars = all.and(Kinds::SCALARS);
    if scalars.is_empty() {
        Kinds::SCALARS
    } else {
        scalars
    }
}
