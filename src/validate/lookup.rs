//! Finds the shapes that a field may have.

use crate::model::{Path, Shape, Tool};
use crate::parse::nearest;

use super::kinds::Kinds;
use super::vocabulary::Vocabulary;

/// What is known of a field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found<'v> {
    /// Its shapes, one for each tool that has it, or one.
    pub(crate) shapes: Vec<&'v Shape>,
    /// Whether it may be anything besides.
    pub(crate) open: bool,
    /// How many tools lack it.
    pub(crate) lacking: usize,
    /// Whether something on the way to it may be no object, and reading it an error.
    pub(crate) strays: bool,
    /// Whether what is said of it holds for every request that the policy covers.
    pub(crate) certain: bool,
}

impl<'v> Found<'v> {
    /// A field of which nothing is known.
    pub(crate) fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// Whether there is no such field.
    pub(crate) fn is_unknown(&self) -> bool {
        self.shapes.is_empty() && !self.open
    }

    /// What each of its shapes may be.
    pub(crate) fn kinds(&self) -> Vec<Kinds> {
        let mut kinds: Vec<Kinds> = self.shapes.iter().map(|s| Kinds::of_shape(s)).collect();
        if self.open {
            kinds.push(Kinds::ALL);
        }
        kinds
    }

    /// What is known of its elements, where it is an array.
    pub(crate) fn elements(&self) -> Self {
        let mut elements = Found {
            certain: self.certain,
            open: self.open,
            ..Found::default()
        };
        for shape in &self.shapes {
            if !Kinds::of_shape(shape).meets(Kinds::ARRAY) {
                continue;
            }
            match &shape.elements {
                Some(element) => elements.shapes.push(element),
                None => elements.open = true,
            }
        }
        elements
    }

    /// What is known of a path in it.
    pub(crate) fn at(&self, names: &[Box<str>]) -> Self {
        let mut found = Found {
            certain: self.certain,
            open: self.open,
            ..Found::default()
        };
        for shape in &self.shapes {
            found.add(shape, names);
        }
        found
    }

    fn add(&mut self, shape: &'v Shape, names: &[Box<str>]) {
        let mut shape = shape;
        for name in names {
            if !Kinds::of_shape(shape).meets(Kinds::OBJECT) {
                self.lacking = self.lacking.saturating_add(1);
                return;
            }
            if !shape.kinds.is_empty() && !Kinds::of_shape(shape).within(Kinds::OBJECT) {
                self.strays = true;
            }
            match member(shape, name) {
                Some(next) => shape = next,
                None if shape.open => {
                    self.open = true;
                    return;
                }
                None => {
                    self.lacking = self.lacking.saturating_add(1);
                    return;
                }
            }
        }
        self.shapes.push(shape);
    }
}

fn member<'v>(shape: &'v Shape, name: &str) -> Option<&'v Shape> {
    shape
        .members
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, shape)| shape)
}

/// What of the catalogue one policy can see.
pub(crate) struct Scope<'v> {
    pub(crate) vocabulary: &'v Vocabulary<'v>,
    /// The tools that it covers, if it reads their arguments as theirs.
    pub(crate) tools: Vec<&'v Tool>,
    /// Whether it covers tool calls only.
    pub(crate) tools_only: bool,
}

impl<'v> Scope<'v> {
    /// What is known of a field.
    pub(crate) fn field(&self, path: &Path) -> Found<'v> {
        let (head, names) = match path.segments() {
            [head, names @ ..] => (head.as_ref(), names),
            [] => return Found::open(),
        };
        let mut found = Found {
            certain: self.vocabulary.typed,
            ..Found::default()
        };
        if head == "input" {
            if self.tools.is_empty() {
                return Found::open();
            }
            found.certain = self.tools_only;
            for tool in &self.tools {
                found.add(&tool.input, names);
            }
            return found;
        }
        match self.root(head) {
            Some(shape) => found.add(shape, names),
            None => found.open = !self.is_slip(head),
        }
        found
    }

    fn root(&self, name: &str) -> Option<&'v Shape> {
        let mut roots = self.vocabulary.roots.iter();
        roots
            .find(|(known, _)| known == name)
            .map(|(_, shape)| shape)
    }

    fn root_names(&self) -> impl Iterator<Item = &'v str> {
        let roots = self.vocabulary.roots.iter().map(|(name, _)| name.as_str());
        roots.chain(["input"])
    }

    /// Whether a top-level name that is not declared looks like a slip.
    fn is_slip(&self, name: &str) -> bool {
        self.vocabulary.typed
            && (nearest(name, &mut self.root_names()).is_some() || self.is_argument(name))
    }

    fn is_argument(&self, name: &str) -> bool {
        self.tools
            .iter()
            .any(|tool| member(&tool.input, name).is_some())
    }

    /// A known path that was probably meant, where the unknown one goes astray.
    pub(crate) fn suggestion(&self, path: &Path) -> Option<String> {
        let names: Vec<&str> = path.segments().iter().map(AsRef::as_ref).collect();
        let (head, rest) = names.split_first()?;
        if *head == "input" {
            let inputs = self.tools.iter().map(|tool| &tool.input);
            return inputs.filter_map(|input| mend(input, head, rest)).next();
        }
        if let Some(shape) = self.root(head) {
            return mend(shape, head, rest);
        }
        if self.is_argument(head) {
            return Some(["input.", &names.join(".")].concat());
        }
        let near = nearest(head, &mut self.root_names())?;
        Some([&[near], rest].concat().join("."))
    }
}

/// The path with its first unknown name replaced by a near one.
pub(crate) fn mend(shape: &Shape, head: &str, names: &[&str]) -> Option<String> {
    let mut shape = shape;
    let mut mended = vec![head];
    for (i, name) in names.iter().enumerate() {
        if let Some(next) = member(shape, name) {
            shape = next;
            mended.push(name);
            continue;
        }
        let mut known = shape.members.iter().map(|(known, _)| known.as_str());
        mended.push(nearest(name, &mut known)?);
        mended.extend(names.iter().skip(i.saturating_add(1)));
        return Some(mended.join("."));
    }
    None
}
