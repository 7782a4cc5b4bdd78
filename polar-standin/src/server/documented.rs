//! The tables of routes in the README, held to the router and to the recordings.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::clock::Clock;
use crate::faults::fits;
use crate::options::Options;
use crate::shop::Shop;
use crate::world::World;
use crate::{api, control, state};

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// A method and a path.
type Route = (String, String);

/// The cells of the README's rows that begin with a method.
fn rows() -> Vec<Vec<String>> {
    let rows = include_str!("../../README.md").lines().filter_map(|line| line.strip_prefix("| "));
    let rows = rows.map(|row| row.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect());
    rows.filter(|cells: &Vec<String>| METHODS.iter().any(|method| method.as_str() == cells[0])).collect()
}

/// What the routers answer with anything but 405.
async fn routed() -> BTreeSet<Route> {
    let state = state::begin(Shop::empty(), None, Arc::new(Clock::default()), String::new()).expect("a state");
    let world = World::new(state, Options::default());
    let mut routed = BTreeSet::new();
    for (path, methods) in api::table().into_iter().chain(control::table()) {
        let service = Router::new().route(path, methods).with_state(world.clone());
        for method in METHODS {
            let request = Request::builder().method(&method).uri(path.replace(['{', '}'], "")).body(Body::empty());
            let Ok(answer) = service.clone().oneshot(request.expect("a request")).await;
            if answer.status() != StatusCode::METHOD_NOT_ALLOWED {
                routed.insert((method.to_string(), path.to_owned()));
            }
        }
    }
    routed
}

#[tokio::test]
async fn the_readme_names_every_route_and_no_other() {
    let documented: BTreeSet<Route> = rows().into_iter().map(|cells| (cells[0].clone(), cells[1].clone())).collect();
    let routed = routed().await;
    assert!(routed.len() > 60, "{routed:?}");
    assert_eq!(documented.difference(&routed).collect::<Vec<_>>(), [] as [&Route; 0], "in the README only");
    assert_eq!(routed.difference(&documented).collect::<Vec<_>>(), [] as [&Route; 0], "in the router only");
}

#[test]
fn the_readme_says_which_routes_were_recorded() {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings")).expect("recordings");
    let files = files.map(|file| file.expect("a file").path());
    let recordings = files.filter(|file| file.extension().is_some_and(|kind| kind == "json"));
    let recordings = recordings.map(|file| fs::read(file).expect("a recording"));
    let requests = recordings.map(|text| serde_json::from_slice::<Value>(&text).expect("JSON")["request"].clone());
    let recorded: BTreeSet<Route> = requests
        .filter_map(|request| Some((request["method"].as_str()?.to_owned(), request["path"].as_str()?.to_owned())))
        .map(|(method, path)| (method, path.split('?').next().unwrap_or_default().to_owned()))
        .collect();
    for cells in rows().iter().filter(|cells| cells[1].starts_with("/v1/")) {
        let is_recorded = recorded.iter().any(|(method, path)| *method == cells[0] && fits(&cells[1], path));
        assert_eq!(cells[2], if is_recorded { "recording" } else { "description" }, "{} {}", cells[0], cells[1]);
    }
}
