//! The schema is written where the types are written, by a test as they are.

use std::{env, fs, path::Path};

use super::schema;

#[test]
fn the_schema_names_the_keys_that_are_parsed() {
    let schema = schema();
    let keys = |name: &str| -> Vec<String> {
        let properties = schema.pointer(&format!("/$defs/{name}/properties"));
        let mut keys: Vec<_> = properties
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        keys.sort_unstable();
        keys
    };
    let sorted = |keys: &[&str]| {
        let mut keys: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
        keys.sort_unstable();
        keys
    };
    assert_eq!(keys("Policy"), sorted(&crate::parse::policy::KEYS));
    assert_eq!(keys("LimitSpec"), sorted(&crate::parse::limits::KEYS));
    assert_eq!(keys("Condition"), sorted(&crate::parse::condition::KEYS));
}

/// Beside the types, and written as they are.
#[test]
fn export_bindings_schema() {
    let folder = env::var("TS_RS_EXPORT_DIR").unwrap_or_else(|_| "bindings".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();
    let text = serde_json::to_string_pretty(&schema()).unwrap();
    fs::write(folder.join("policies.schema.json"), text + "\n").unwrap();
}
