//! Who may use whom: the shape of the workspace as a table, and three rules of the house that are checked by text.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// What a function may use: shared crates, and never another function.
const SHARED: &[&str] =
    &["http-api", "mail", "payments", "polar", "products", "purchases", "queue", "startup", "store"];

/// What any crate may use in its tests, beyond its line in the table.
const TEST_TOOLS: &[&str] = &["demo", "dynamodb", "polar-standin", "startup", "testbed"];

/// Every crate and the crates of ours that it may use. Decide where a new one stands.
const MAY_USE: &[(&str, &[&str])] = &[
    ("catalog", SHARED),
    ("checkout", SHARED),
    ("session", SHARED),
    ("library", SHARED),
    ("download", SHARED),
    ("webhook", SHARED),
    ("worker", SHARED),
    ("polar", &[]),
    ("store", &[]),
    ("products", &["polar", "startup", "store"]),
    ("purchases", &["polar", "products", "startup", "store"]),
    ("payments", &["polar", "store"]),
    ("queue", &["aws-json", "startup"]),
    ("mail", &["aws-json", "startup"]),
    ("http-api", &["payments", "polar", "products", "purchases", "startup", "store"]),
    ("aws-json", &[]),
    ("startup", &["aws-json", "polar", "store"]),
    // The local Polar is for everybody and knows nothing of this shop; what it shared with `polar` could agree with our own mistakes.
    ("polar-standin", &[]),
    ("demo", &["polar-standin"]),
    ("dynamodb", &["store"]),
    ("testbed", &["demo", "dynamodb", "polar-standin", "store"]),
    // The bench runs programs from outside, as the testbed does; the floor is as little as a function can be.
    ("bench", &["polar", "polar-standin", "products", "startup", "store", "testbed"]),
    ("floor", &[]),
    (
        "polar-storefront",
        &[
            "catalog",
            "checkout",
            "session",
            "library",
            "download",
            "webhook",
            "worker",
            "http-api",
            "mail",
            "polar",
            "queue",
            "startup",
            "store",
            "polar-standin",
            "demo",
            "dynamodb",
        ],
    ),
    (
        "operator",
        &["aws-json", "mail", "polar", "products", "purchases", "queue", "startup", "store", "polar-storefront"],
    ),
];

/// What a crate keeps away from, by the beginnings of other people's crates.
const MAY_NOT_KNOW: &[(&str, &[&str])] = &[
    ("polar", &["aws-", "axum", "lambda_", "tower"]),
    ("queue", &["axum", "lambda_", "tower"]),
    ("mail", &["axum", "lambda_", "tower"]),
    ("store", &["axum", "http", "lambda_", "reqwest", "tower"]),
    ("purchases", &["aws-", "axum", "http", "lambda_", "reqwest", "tower"]),
];

struct Crate {
    name: String,
    uses: Vec<String>,
    uses_in_tests: Vec<String>,
}

fn workspace() -> Vec<Crate> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(top())
        .output()
        .expect("cargo metadata runs");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo metadata is JSON");
    metadata["packages"].as_array().expect("packages").iter().map(read_crate).collect()
}

fn read_crate(package: &Value) -> Crate {
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
    let (in_tests, always): (Vec<_>, Vec<_>) = dependencies.partition(|dependency| dependency["kind"] == "dev");
    let names = |dependencies: Vec<&Value>| dependencies.into_iter().map(name).collect();
    Crate { name: name(package), uses: names(always), uses_in_tests: names(in_tests) }
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("`local` is below the top")
}

#[test]
fn each_crate_stands_in_the_table_and_uses_what_it_may() {
    let workspace = workspace();
    let is_ours = |name: &&String| workspace.iter().any(|ours| ours.name == **name);
    for Crate { name, uses, uses_in_tests } in &workspace {
        let Some((_, may_use)) = MAY_USE.iter().find(|(known, _)| known == name) else {
            panic!("{name} is new: decide in MAY_USE what it may use");
        };
        for used in uses.iter().filter(is_ours) {
            assert!(may_use.contains(&used.as_str()), "{name} may not use {used}");
        }
        for used in uses_in_tests.iter().filter(is_ours) {
            let may = [*may_use, TEST_TOOLS].concat().contains(&used.as_str());
            assert!(may, "{name} may not use {used}, in tests either");
        }
    }
    for (name, _) in MAY_USE {
        assert!(workspace.iter().any(|ours| ours.name == *name), "{name} is gone: take it out of MAY_USE");
    }
}

#[test]
fn crates_do_not_know_what_is_not_their_business() {
    let workspace = workspace();
    for (name, strangers) in MAY_NOT_KNOW {
        let ours = workspace.iter().find(|ours| ours.name == *name).expect(name);
        for used in &ours.uses {
            assert!(!strangers.iter().any(|stranger| used.starts_with(stranger)), "{name} may not know {used}");
        }
    }
}

#[test]
fn only_startup_and_the_programs_read_the_environment() {
    for (file, code) in sources(&["functions", "shared"]) {
        // Cargo tells a build script in its environment where to write.
        let may = file.starts_with("shared/startup/src") || file.ends_with("src/main.rs") || file.ends_with("build.rs");
        assert!(
            may || !code.contains("std::env") && !code.contains("env::var"),
            "{} reads the environment",
            file.display()
        );
    }
}

#[test]
fn only_one_file_names_error_statuses() {
    // `polar` reads Polar's statuses, which are not ours.
    for (file, code) in sources(&["functions", "shared/http-api", "shared/purchases", "shared/store"]) {
        if file.ends_with("shared/http-api/src/code.rs") {
            continue;
        }
        for (_, after) in code.match_indices("StatusCode::").map(|(at, name)| code.split_at(at + name.len())) {
            let name: String = after.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            assert!(!is_error_status(&name), "{} names the error status {name}", file.display());
        }
        for described in ["status = 4", "status = 5"] {
            assert!(!code.contains(described), "{} describes a refusal by its status", file.display());
        }
    }
}

fn is_error_status(name: &str) -> bool {
    const GOOD: &[&str] = &["OK", "CREATED", "ACCEPTED", "NO_CONTENT", "FOUND", "SEE_OTHER", "NOT_MODIFIED"];
    !name.is_empty() && !GOOD.contains(&name)
}

/// The sources below these folders, by their paths from the top, each up to its unit tests.
fn sources(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for folder in folders {
        collect(&top().join(folder), &mut files);
    }
    assert!(!files.is_empty(), "no sources in {folders:?}");
    files
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() && !entry.ends_with("tests") {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(&entry).expect("a source");
            let code = code.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            files.push((entry.strip_prefix(top()).expect("below the top").to_owned(), code));
        }
    }
}
