//! `openapi.json` is what the code says.

use std::{fs, path::Path};

/// Set to write the file instead of comparing it: `UPDATE_OPENAPI=1 cargo test -p polar-storefront --test openapi`.
const UPDATE: &str = "UPDATE_OPENAPI";

#[test]
fn the_committed_description_is_the_one_that_the_routes_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let generated = polar_storefront::openapi().to_pretty_json().expect("a description is plain data") + "\n";
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &generated).expect("the file is writable");
    }
    let committed = fs::read_to_string(&path).expect("openapi.json is there");
    assert!(committed == generated, "openapi.json is out of date: run with {UPDATE}=1");
}
