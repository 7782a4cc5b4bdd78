//! What the documents say of the code is so.

use std::{collections::BTreeSet, fs, path::Path};

use testbed::workspace;

/// Text between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The names of functions in the Rust sources below a folder.
fn collect_functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            collect_functions(&entry, names);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(&entry).unwrap();
            let begun = code.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            names.extend(begun.map(str::to_owned));
        }
    }
}

/// A sentence of at least four words, without the file in front.
fn test_name(text: &str) -> Option<&str> {
    let name = text.rsplit("::").next()?;
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    Some(name).filter(|name| is_name && name.matches('_').count() >= 3)
}

#[test]
fn the_tests_that_the_threat_model_names_are_there() {
    let mut functions = BTreeSet::new();
    for folder in ["functions", "shared", "local", "operator"] {
        collect_functions(&workspace().join(folder), &mut functions);
    }
    let document = fs::read_to_string(workspace().join("SECURITY.md")).expect("SECURITY.md");
    let named: Vec<_> = quoted(&document).filter_map(test_name).collect();
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<_> = named.into_iter().filter(|name| !functions.contains(*name)).collect();
    assert_eq!(missing, [""; 0], "in SECURITY.md");
}
