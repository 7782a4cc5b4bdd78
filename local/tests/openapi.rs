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

/// What a handler refuses with by name, as its code.
const BY_NAME: [(&str, &str); 6] = [
    ("invalid", "invalid_request"),
    ("rejected", "rejected"),
    ("refuse_until", "rate_limited"),
    ("rate_limited_until", "rate_limited"),
    ("paid_by_nobody", "polar_unexpected"),
    ("CheckoutLocked", "checkout_not_open"),
];

#[test]
fn what_a_function_refuses_with_is_described_by_one_of_its_operations() {
    for (function, description) in [
        ("catalog", catalog::description()),
        ("checkout", checkout::description()),
        ("session", session::description()),
        ("library", library::description()),
        ("download", download::description()),
        ("webhook", webhook::description()),
    ] {
        let description = description.to_json().expect("a description is plain data");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions").join(function).join("src");
        for source in fs::read_dir(sources).unwrap().map(|source| fs::read_to_string(source.unwrap().path()).unwrap()) {
            for after in source.split("ApiError::").skip(1) {
                let name: String =
                    after.chars().take_while(|symbol| symbol.is_alphanumeric() || *symbol == '_').collect();
                if name == "from" {
                    continue;
                }
                let known = BY_NAME.iter().find(|(by_name, _)| *by_name == name);
                let code = known.map_or_else(|| snake_case(&name), |(_, code)| (*code).to_owned());
                assert!(description.contains(&format!("`{code}`")), "{function} refuses with {code}");
            }
        }
    }
}

/// `NotFound` is `not_found`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for symbol in name.chars() {
        if symbol.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(symbol.to_lowercase());
    }
    snake
}
