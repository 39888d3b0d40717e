//! Reads what a JSON Schema says of kinds and members. What it does not understand leaves the value open.
//!
//! Understood are `type`, `properties`, `additionalProperties`, `items`, `enum`, `const`, `anyOf`, `oneOf` and local `$ref`s;
//! `allOf` and `patternProperties` leave the members open. A schema that lists `properties` has no others unless it says so
//! by `additionalProperties`: real schemas seldom forbid what they never expect.

use crate::model::{Kind, Pointer, Scalar, Shape, Value};

/// Schemas read for one root, so that references that multiply end.
const MAX_SCHEMAS: usize = 10_000;
/// Schemas within one another: a path has no more names than this.
const MAX_DEPTH: usize = 40;

/// What `schema` says, its references resolved in itself.
pub(crate) fn shape_of(schema: &Value) -> Shape {
    let mut reader = Reader {
        root: schema,
        read: 0,
        depth: 0,
    };
    reader.shape(schema)
}

/// The shape of anything.
pub(crate) fn any() -> Shape {
    Shape {
        open: true,
        ..Shape::default()
    }
}

struct Reader<'v> {
    root: &'v Value,
    read: usize,
    depth: usize,
}

impl<'v> Reader<'v> {
    fn shape(&mut self, schema: &'v Value) -> Shape {
        self.read = self.read.saturating_add(1);
        if self.read > MAX_SCHEMAS || self.depth >= MAX_DEPTH {
            return any();
        }
        self.depth = self.depth.saturating_add(1);
        let shape = match schema {
            Value::Object(_) => self.object(schema),
            _ => any(),
        };
        self.depth = self.depth.saturating_sub(1);
        shape
    }

    fn object(&mut self, schema: &'v Value) -> Shape {
        if let Some(reference) = schema.get("$ref") {
            return match reference.as_str().and_then(|r| self.resolve(r)) {
                Some(target) => self.shape(target),
                None => any(),
            };
        }
        let mut shape = self.stated(schema);
        for key in ["anyOf", "oneOf"] {
            if let Some(Value::Array(alternatives)) = schema.get(key) {
                self.add_alternatives(&mut shape, schema, alternatives);
            }
        }
        if schema.get("allOf").is_some() {
            shape.open = true;
        }
        shape
    }

    /// What the schema says by itself.
    fn stated(&mut self, schema: &'v Value) -> Shape {
        let mut shape = Shape {
            kinds: kinds(schema.get("type")),
            values: listed(schema),
            ..Shape::default()
        };
        if let (true, Some(values)) = (shape.kinds.is_empty(), &shape.values) {
            for value in values {
                add_kind(&mut shape.kinds, kind_of(value));
            }
        }
        let properties = match schema.get("properties") {
            Some(Value::Object(properties)) => Some(properties),
            _ => None,
        };
        for (name, property) in properties.into_iter().flatten() {
            let member = self.shape(property);
            shape.members.push((name.clone(), member));
        }
        shape.open = match schema.get("additionalProperties") {
            Some(Value::Bool(more)) => *more,
            Some(Value::Object(_)) => true,
            _ => properties.is_none(),
        } || schema.get("patternProperties").is_some();
        if let Some(items) = schema.get("items") {
            shape.elements = Some(Box::new(self.shape(items)));
        }
        shape
    }

    /// Joins what one of `anyOf` or `oneOf` may say to what the schema says itself.
    fn add_alternatives(&mut self, shape: &mut Shape, schema: &Value, alternatives: &'v [Value]) {
        let mut union: Option<Shape> = None;
        for alternative in alternatives.iter().filter(|a| !is_null(a)) {
            let next = self.shape(alternative);
            union = Some(match union {
                None => next,
                Some(before) => join(before, next),
            });
        }
        let Some(union) = union else { return };
        // An alternative that only restricts (as `{"required": […]}`) adds nothing.
        let says_nothing = ["type", "properties", "enum", "const", "items"]
            .iter()
            .all(|key| schema.get(key).is_none());
        if says_nothing {
            *shape = union;
            return;
        }
        for (name, member) in union.members {
            if !shape.members.iter().any(|(known, _)| *known == name) {
                shape.members.push((name, member));
            }
        }
    }

    fn resolve(&self, reference: &str) -> Option<&'v Value> {
        let path = reference.strip_prefix('#')?;
        let mut value = self.root;
        for token in path.split('/').skip(1) {
            value = value.get(&Pointer::unescaped(token))?;
        }
        Some(value)
    }
}

/// What a value of either shape may be.
pub(crate) fn join(a: Shape, b: Shape) -> Shape {
    let is_any = a.kinds.is_empty() || b.kinds.is_empty();
    let may_be = |shape: &Shape, kind| shape.kinds.is_empty() || shape.kinds.contains(&kind);
    let open = (a.open && may_be(&a, Kind::Object)) || (b.open && may_be(&b, Kind::Object));
    let elements = match (may_be(&a, Kind::Array), may_be(&b, Kind::Array)) {
        (true, true) => match (a.elements, b.elements) {
            (Some(x), Some(y)) => Some(Box::new(join(*x, *y))),
            _ => None,
        },
        (true, false) => a.elements,
        (false, _) => b.elements,
    };
    let values = match (a.values, b.values) {
        (Some(mut x), Some(y)) => {
            x.extend(y);
            Some(x)
        }
        _ => None,
    };
    let mut kinds = a.kinds;
    for kind in b.kinds {
        add_kind(&mut kinds, kind);
    }
    if is_any {
        kinds.clear();
    }
    let mut members = a.members;
    for (name, shape) in b.members {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = join(std::mem::take(known), shape),
            None => members.push((name, shape)),
        }
    }
    Shape {
        kinds,
        members,
        open,
        elements,
        values,
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
        || schema.get("const") == Some(&Value::Null)
}

fn kinds(stated: Option<&Value>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let names = match stated {
        Some(Value::Array(names)) => names.as_slice(),
        Some(name) => std::slice::from_ref(name),
        None => &[],
    };
    for name in names {
        match name.as_str() {
            Some("boolean") => add_kind(&mut kinds, Kind::Bool),
            Some("number" | "integer") => add_kind(&mut kinds, Kind::Number),
            Some("string") => add_kind(&mut kinds, Kind::String),
            Some("array") => add_kind(&mut kinds, Kind::Array),
            Some("object") => add_kind(&mut kinds, Kind::Object),
            Some("null") => {}
            // Not a type of JSON Schema: anything.
            _ => return Vec::new(),
        }
    }
    kinds
}

fn add_kind(kinds: &mut Vec<Kind>, kind: Kind) {
    if !kinds.contains(&kind) {
        kinds.push(kind);
    }
}

fn kind_of(scalar: &Scalar) -> Kind {
    match scalar {
        Scalar::Bool(_) => Kind::Bool,
        Scalar::Number(_) => Kind::Number,
        Scalar::String(_) => Kind::String,
    }
}

/// The values that `enum` or `const` lists, where all are scalars; `null` aside.
fn listed(schema: &Value) -> Option<Vec<Scalar>> {
    let values = match (schema.get("enum"), schema.get("const")) {
        (_, Some(value)) => std::slice::from_ref(value),
        (Some(Value::Array(values)), None) => values.as_slice(),
        _ => return None,
    };
    let mut scalars = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::Bool(b) => scalars.push(Scalar::Bool(*b)),
            Value::Number(n) => scalars.push(Scalar::Number(*n)),
            Value::String(s) => scalars.push(Scalar::String(s.clone())),
            Value::Null => {}
            _ => return None,
        }
    }
    Some(scalars).filter(|s| !s.is_empty())
}
