//! The small world of the cases: fields of one kind each. Policies and requests draw from the same lists, so that
//! conditions meet values.

/// What a field holds where nothing is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Flag,
    Number,
    Millis,
    Text,
    Stamp,
    Numeral,
    Url,
    File,
    Email,
    Action,
    Mode,
    Id,
    Texts,
    Numbers,
    Flags,
    Objects,
    Object,
}

pub(crate) type Field = (&'static [&'static str], Kind);

pub(crate) const FIELDS: [Field; 38] = [
    (&["input", "text"], Kind::Text),
    (&["input", "n"], Kind::Number),
    (&["input", "flag"], Kind::Flag),
    (&["input", "url"], Kind::Url),
    (&["input", "file"], Kind::File),
    (&["input", "at"], Kind::Stamp),
    (&["input", "tags"], Kind::Texts),
    (&["input", "items"], Kind::Objects),
    (&["input", "email"], Kind::Email),
    (&["input", "numeral"], Kind::Numeral),
    (&["input", "counts"], Kind::Numbers),
    (&["input", "flags"], Kind::Flags),
    (&["input", "args"], Kind::Object),
    (&["input", "due"], Kind::Millis),
    (&["input", "other"], Kind::Text),
    (&["input", "m"], Kind::Number),
    (&["input", "urls"], Kind::Texts),
    (&["input", "a.b"], Kind::Text),
    (&["input", ""], Kind::Number),
    (&["input", "__proto__"], Kind::Text),
    (&["input", "args", "deep", "x"], Kind::Text),
    (&["input"], Kind::Object),
    (&["user", "role"], Kind::Text),
    (&["user", "roles"], Kind::Texts),
    (&["user", "email"], Kind::Email),
    (&["user", "id"], Kind::Id),
    (&["tenant", "id"], Kind::Id),
    (&["tenant", "plan"], Kind::Text),
    (&["agent", "id"], Kind::Id),
    (&["agent", "model"], Kind::Text),
    (&["tool", "id"], Kind::Id),
    (&["tool", "side_effects"], Kind::Texts),
    (&["run", "mode"], Kind::Mode),
    (&["run", "root_id"], Kind::Id),
    (&["run", "cost_cents"], Kind::Number),
    (&["usage", "n"], Kind::Number),
    (&["action"], Kind::Action),
    (&["now"], Kind::Millis),
];

/// What the objects in an array have.
pub(crate) const ITEMS: [Field; 8] = [
    (&["sku"], Kind::Text),
    (&["qty"], Kind::Number),
    (&["owner", "name"], Kind::Text),
    (&["a.b"], Kind::Flag),
    (&["link"], Kind::Url),
    (&["tags"], Kind::Texts),
    (&["at"], Kind::Stamp),
    (&["meta"], Kind::Object),
];
