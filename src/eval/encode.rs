//! The encoder for [`Value`]s: the twin of the one in JavaScript.

use crate::compile::{NodeId, Nodes, Step, fixed};
use crate::eval::frame::{Cell, Frame, TOO_MANY_NAMES, TOO_MANY_NESTED, tag};
use crate::model::{
    MAX_COLUMN_BYTES, MAX_ELEMENTS, MAX_NESTED_BYTES, MAX_NESTED_ELEMENTS, MAX_STRING_BYTES,
    Oversized, Value, sorted_set,
};

/// Writes the nodes of one request into a frame, each once.
#[derive(Clone)]
pub(crate) struct Encoder<'v> {
    nodes: &'v Nodes,
    frame: Frame,
    /// By node.
    places: Vec<Option<Place<'v>>>,
    /// The next free cell.
    next: usize,
}

/// How much an encoder has read.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    next: usize,
    heap: usize,
}

/// What was found at a node.
#[derive(Clone)]
enum Place<'v> {
    Value(&'v Value),
    /// A name of an object, under `keys`.
    Name(&'v str),
    Missing,
    /// Below what is no object.
    Blocked,
    /// Below what is no JSON.
    Unsupported,
    /// One place for each element, and the cell of the first.
    Column(Vec<Place<'v>>, usize),
    /// The elements of each array of a column.
    Rows,
}

/// What the caps still leave for elements and strings. Once one is passed, nothing behind it is read.
struct Room {
    /// Elements of all arrays at one place.
    elements: Option<usize>,
    /// Bytes of all their strings.
    bytes: Option<usize>,
    /// Bytes of the strings of one array, or of one column.
    array_bytes: Option<usize>,
}

impl Room {
    fn new() -> Self {
        Self {
            elements: Some(MAX_NESTED_ELEMENTS),
            bytes: Some(MAX_NESTED_BYTES),
            array_bytes: Some(MAX_COLUMN_BYTES),
        }
    }

    /// Whether an array of so many elements is read.
    fn takes_array(&mut self, len: usize) -> bool {
        self.array_bytes = Some(MAX_COLUMN_BYTES);
        take(&mut self.elements, len)
    }

    /// Whether a string of so many bytes is read.
    fn takes_string(&mut self, len: usize) -> bool {
        take(&mut self.array_bytes, len) && take(&mut self.bytes, len)
    }
}

fn take(left: &mut Option<usize>, len: usize) -> bool {
    *left = left.and_then(|left| left.checked_sub(len));
    left.is_some()
}

impl<'v> Encoder<'v> {
    /// Begins with the fixed nodes.
    pub(crate) fn new(nodes: &'v Nodes, request: &'v Value) -> Self {
        let mut encoder = Self {
            nodes,
            frame: Frame::default(),
            places: vec![None; nodes.len()],
            next: nodes.len(),
        };
        encoder.write(fixed::ROOT, Place::Value(request));
        for node in fixed::ACTION..=fixed::RUN_ROOT_ID {
            encoder.read(node);
        }
        encoder
    }

    /// How much was read so far.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            next: self.next,
            heap: self.frame.heap.len(),
        }
    }

    /// Gives back the room of all that was read since a mark. It is to be put, or never read again.
    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.next = mark.next;
        self.frame.cells.truncate(mark.next);
        self.frame.heap.truncate(mark.heap);
    }

    /// Puts another value at a node; `below` are all nodes below it. What was read there is read anew.
    pub(crate) fn put(&mut self, node: NodeId, below: &[NodeId], value: &'v Value) {
        for &at in below {
            if let Some(place) = self.places.get_mut(at as usize) {
                *place = None;
            }
        }
        self.write(node, Place::Value(value));
        for &at in below.iter().filter(|at| **at <= fixed::RUN_ROOT_ID) {
            self.read(at);
        }
    }

    pub(crate) fn frame(&self) -> &Frame {
        &self.frame
    }

    pub(crate) fn into_frame(self) -> Frame {
        self.frame
    }

    /// Reads a node and its ancestors.
    pub(crate) fn read(&mut self, node: NodeId) {
        if self.place(node).is_some() {
            return;
        }
        let Some(known) = self.nodes.get(node) else {
            return;
        };
        self.read(known.parent);
        let parent = self.place(known.parent).cloned().unwrap_or(Place::Missing);
        match &known.step {
            Step::Root | Step::Derived(_) => {}
            Step::Member(name) => match parent {
                Place::Column(rows, _) => {
                    self.write_column(node, rows.iter().map(|row| member(row, name)).collect());
                }
                place => self.write(node, member(&place, name)),
            },
            Step::Elements | Step::Keys => self.spread(node, known.parent, &known.step, parent),
        }
    }

    fn place(&self, node: NodeId) -> Option<&Place<'v>> {
        self.places.get(node as usize)?.as_ref()
    }

    fn keep(&mut self, node: NodeId, place: Place<'v>) {
        if let Some(kept) = self.places.get_mut(node as usize) {
            *kept = Some(place);
        }
    }

    /// Writes one value.
    fn write(&mut self, node: NodeId, place: Place<'v>) {
        let cell = self.cell(node, &place, &mut Room::new());
        self.frame.set(node as usize, cell);
        self.keep(node, place);
    }

    /// Writes one value for each element.
    fn write_column(&mut self, node: NodeId, places: Vec<Place<'v>>) {
        let first = self.run(node, &places, &mut Room::new());
        let cell = Cell::new(tag::COLUMN, length(places.len()), first as u64);
        self.frame.set(node as usize, cell);
        self.keep(node, Place::Column(places, first));
    }

    /// Writes the elements, or the names, behind the cell of their parent.
    fn spread(&mut self, node: NodeId, parent_node: NodeId, step: &Step, parent: Place<'v>) {
        let mut room = Room::new();
        if let Place::Column(rows, first) = parent {
            for (row, place) in rows.iter().enumerate() {
                self.spread_one(node, step, place, first.saturating_add(row), &mut room);
            }
            self.keep(node, Place::Rows);
            return;
        }
        let places = self.spread_one(node, step, &parent, parent_node as usize, &mut room);
        self.keep(node, places);
    }

    fn spread_one(
        &mut self,
        node: NodeId,
        step: &Step,
        parent: &Place<'v>,
        parent_cell: usize,
        room: &mut Room,
    ) -> Place<'v> {
        let (places, tag) = match (step, parent) {
            (Step::Elements, Place::Value(Value::Array(elements)))
                if elements.len() <= MAX_ELEMENTS =>
            {
                (
                    elements.iter().map(Place::Value).collect::<Vec<_>>(),
                    tag::ARRAY,
                )
            }
            (Step::Keys, Place::Value(Value::Object(members))) => {
                let names = sorted_set(members.iter().map(|(name, _)| name.as_str()).collect());
                if names.len() > MAX_ELEMENTS {
                    self.frame
                        .set(parent_cell, Cell::new(tag::OBJECT, TOO_MANY_NAMES, 0));
                    return Place::Missing;
                }
                (names.into_iter().map(Place::Name).collect(), tag::OBJECT)
            }
            _ => return Place::Missing,
        };
        let len = length(places.len());
        if !room.takes_array(places.len()) {
            let cell = Cell::new(tag, len, u64::from(TOO_MANY_NESTED));
            self.frame.set(parent_cell, cell);
            return Place::Missing;
        }
        let first = self.run(node, &places, room);
        self.frame
            .set(parent_cell, Cell::new(tag, len, first as u64));
        Place::Column(places, first)
    }

    /// Writes cells one behind the other; answers where the first is.
    fn run(&mut self, node: NodeId, places: &[Place<'v>], room: &mut Room) -> usize {
        let first = self.next;
        self.next = first.saturating_add(places.len());
        for (i, place) in places.iter().enumerate() {
            let cell = self.cell(node, place, room);
            self.frame.set(first.saturating_add(i), cell);
        }
        first
    }

    fn cell(&mut self, node: NodeId, place: &Place<'v>, room: &mut Room) -> Cell {
        let bare = |tag| Cell::new(tag, 0, 0);
        match place {
            Place::Missing | Place::Column(..) | Place::Rows => bare(tag::MISSING),
            Place::Blocked => bare(tag::BLOCKED),
            Place::Unsupported => bare(tag::UNSUPPORTED),
            Place::Name(name) => self.text(node, name, room),
            Place::Value(value) => match value {
                Value::Null => bare(tag::NULL),
                Value::Bool(false) => bare(tag::FALSE),
                Value::Bool(true) => bare(tag::TRUE),
                Value::Number(n) => Cell::new(tag::NUMBER, 0, n.to_bits()),
                Value::String(text) => self.text(node, text, room),
                Value::Array(elements) if elements.len() > MAX_ELEMENTS => bare(tag::LONG_ARRAY),
                Value::Array(elements) => Cell::new(tag::ARRAY, length(elements.len()), 0),
                Value::Object(_) => bare(tag::OBJECT),
                Value::Unsupported => bare(tag::UNSUPPORTED),
                Value::Oversized(Oversized::String) => bare(tag::LONG_STRING),
                Value::Oversized(Oversized::Array) => bare(tag::LONG_ARRAY),
            },
        }
    }

    fn text(&mut self, node: NodeId, text: &str, room: &mut Room) -> Cell {
        if text.len() > MAX_STRING_BYTES || !room.takes_string(text.len()) {
            return Cell::new(tag::LONG_STRING, 0, 0);
        }
        let known = self.nodes.get(node).filter(|n| n.interned().is_some());
        if let Some(literal) = known.and_then(|n| n.literal_id(text)) {
            return Cell::new(tag::INTERNED, 0, u64::from(literal));
        }
        let at = self.frame.heap.len();
        self.frame.heap.extend_from_slice(text.as_bytes());
        Cell::new(tag::STRING, length(text.len()), at as u64)
    }
}

fn member<'v>(of: &Place<'v>, name: &str) -> Place<'v> {
    match of {
        Place::Value(object @ Value::Object(_)) => {
            object.get(name).map_or(Place::Missing, Place::Value)
        }
        Place::Value(Value::Null) | Place::Missing => Place::Missing,
        Place::Value(Value::Unsupported) | Place::Unsupported => Place::Unsupported,
        Place::Value(number @ Value::Number(_)) if number.as_number().is_none() => {
            Place::Unsupported
        }
        _ => Place::Blocked,
    }
}

/// Lengths are capped far below 2^32.
fn length(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
