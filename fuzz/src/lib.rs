//! What the fuzz targets check, as plain functions of bytes: the targets give them random bytes, and `tests/corpus.rs`
//! gives them the corpora again in every test run.

mod case;
mod choices;
mod condition;
pub mod corpus;
pub mod decide;
pub mod index_scan;
mod operator;
pub mod parse;
mod policy;
mod pools;
pub mod reference;
mod request;
mod values;
mod vocabulary;
