//! Derivations: what `as` and the string operators make of a value. Pure functions of their arguments; where nothing can be
//! derived they give `None`, which a leaf reports as `underivable`.

mod contains;
mod email;
mod fold;
mod fold_table;
mod glob;
mod number;
mod path;
mod time;
mod url;

pub use contains::contains;
pub use email::email_domain;
pub use fold::{fold, fold_char, is_folded};
pub use glob::{Glob, GlobError};
pub use number::{parse_number, supported_number};
pub use path::{file_path, is_within};
pub use time::{WEEKDAYS, parse_rfc3339, utc_hour, utc_weekday};
pub use url::{HOST_CLASSES, UrlView, host_class, url_host, url_path, url_scheme};
