//! The README's table of routes, held to the recordings and the tests that it names.

use std::fs;

use crate::{every_recording::matches, recording::Recording};

const README: &str = include_str!("../../README.md");

/// The rows of the table: route, functions, proof.
fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    let rows = README.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    rows.take_while(|line| line.starts_with('|')).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        cells.try_into().unwrap_or_else(|_| panic!("not three cells: {line}"))
    })
}

/// How the names of a route's recordings begin, in order.
fn recorded(route: &str, all: &[Recording]) -> Vec<String> {
    let is_of_route = |recording: &&Recording| match route.trim_matches('`').split_once(" /v1/") {
        Some((method, path)) => method == recording.method() && matches(&format!("/v1/{path}"), recording.path()),
        None => !recording.part("/received_at_unix").is_null(),
    };
    all.iter().filter(is_of_route).map(number).collect()
}

fn number(recording: &Recording) -> String {
    recording.name.split('-').next().unwrap().to_owned()
}

/// Whether a cell like `100–131, 140` names this recording.
fn names(cell: &str, number: &str) -> bool {
    cell.split(", ").any(|part| match part.split_once('–') {
        Some((first, last)) => (first..=last).contains(&number),
        None => part == number,
    })
}

/// Every end of a span and every single number of a cell.
fn written(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(", ").flat_map(|part| part.split('–'))
}

fn is_test(name: &str) -> bool {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract");
    let sources = fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    sources.into_iter().any(|source| source.contains(&format!("fn {name}()")))
}

#[test]
fn each_route_names_what_proves_it() {
    let all = Recording::all();
    let mut proven = Vec::new();
    for [route, function, proof] in rows() {
        assert!(route.len() > 2 && function.len() > 2, "an empty cell at {route}");
        let recorded = recorded(route, &all);
        match proof.strip_prefix("none; `") {
            Some(rest) => {
                assert_eq!(recorded, [""; 0], "{route} has recordings");
                let (test, _) = rest.split_once('`').unwrap();
                assert!(is_test(test), "there is no test {test}");
            }
            None => {
                assert!(!recorded.is_empty(), "{route} has no recording");
                let missing: Vec<_> = recorded.iter().filter(|number| !names(proof, number)).collect();
                assert!(missing.is_empty(), "{route} lacks {missing:?}");
                let invented: Vec<_> = written(proof).filter(|text| !recorded.iter().any(|n| n == text)).collect();
                assert!(invented.is_empty(), "{route} has no {invented:?}");
            }
        }
        proven.extend(recorded);
    }
    proven.sort();
    let exchanges = all.iter().filter(|recording| !recording.method().is_empty());
    assert_eq!(proven, exchanges.map(number).collect::<Vec<_>>());
}
