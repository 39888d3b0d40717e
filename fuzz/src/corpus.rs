//! Corpora: folders of files, each an input.

use std::fs;
use std::path::Path;

/// The names and the bytes of the files in a folder, by name.
///
/// # Panics
/// If the folder can't be read.
#[must_use]
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the folder is readable").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            (name, fs::read(&path).expect("the file is readable"))
        })
        .collect();
    files.sort();
    files
}
