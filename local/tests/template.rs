//! `template.yaml` deploys what is here: the same functions, routes, settings and tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use serde_json::Value;
use store::{TABLES, TableDescription};
use testbed::{Table, Template, workspace};

fn template() -> Template {
    Template::read().expect("the template is readable")
}

fn capitalized(name: &str) -> String {
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

#[test]
fn the_functions_are_the_folders_under_one_name() {
    let folders = fs::read_dir(workspace().join("functions")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    let wanted: Vec<_> =
        folders.map(|folder| (format!("{}Function", capitalized(&folder)), format!("functions/{folder}"))).collect();
    let found: Vec<_> = template().functions.into_iter().map(|(name, function)| (name, function.folder)).collect();
    assert_eq!(BTreeSet::from_iter(found), BTreeSet::from_iter(wanted));
}

#[test]
fn the_routes_are_those_of_the_api_document() {
    let document = fs::read_to_string(workspace().join("openapi.json")).expect("openapi.json");
    let document: Value = serde_json::from_str(&document).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let operations: BTreeSet<_> = operations.collect();
    let others = paths.keys().map(|path| format!("ANY {path}")).chain(["$default".to_owned()]);

    let template = template();
    let routes: Vec<_> = template.functions.values().flat_map(|function| function.routes.clone()).collect();
    assert_eq!(BTreeSet::from_iter(&routes).len(), routes.len(), "one route, one function");
    assert_eq!(BTreeSet::from_iter(routes), operations.iter().cloned().chain(others).collect());
    assert!(template.limited_routes.is_subset(&operations), "{:?}", template.limited_routes);
}

#[test]
fn cargo_lambda_watch_routes_like_the_deployed_api() {
    let cargo = Command::new(env!("CARGO")).args(["metadata", "--no-deps", "--offline", "--format-version=1"]).output();
    let metadata: Value = serde_json::from_slice(&cargo.expect("cargo runs").stdout).unwrap();
    let router = metadata["metadata"]["lambda"]["watch"]["router"].as_object().expect("a router in Cargo.toml").iter();
    let watched: BTreeMap<_, _> =
        router.map(|(path, name)| (path.clone(), name.as_str().unwrap().to_owned())).collect();

    let functions = template().functions.into_values();
    let deployed = functions.flat_map(|function| {
        let name = function.folder.trim_start_matches("functions/").to_owned();
        let paths = function.routes.into_iter().filter_map(|route| Some(route.split_once(' ')?.1.to_owned()));
        paths.map(move |path| (path, name.clone())).collect::<Vec<_>>()
    });
    assert_eq!(watched, deployed.collect());
}

#[test]
fn the_tables_are_those_of_the_store() {
    let wanted = TABLES.map(|TableDescription { name, partition_key, sort_key }| {
        let table = Table {
            partition_key: Some(partition_key.to_owned()),
            sort_key: sort_key.map(str::to_owned),
            time_to_live: Some(TableDescription::TIME_TO_LIVE.to_owned()),
        };
        (format!("{}Table", capitalized(name)), table)
    });
    assert_eq!(template().tables, wanted.into());
}

#[test]
fn a_message_is_tried_as_often_on_aws_as_on_ones_own_machine() {
    let text = fs::read_to_string(workspace().join("template.yaml")).expect("template.yaml");
    assert!(text.contains(&format!("maxReceiveCount: {}\n", queue::MAX_RECEIVES)));
}

/// What the code reads and a deployment leaves alone: settings for other machines than Lambda's, and one whose default fits the template's `Timeout`.
const NOT_DEPLOYED: &[&str] =
    &["EXTRA_CA_FILE", "POLAR_ACCESS_TOKEN", "POLAR_API_URL", "POLAR_TIME_LIMIT_MILLISECONDS", "POLAR_WEBHOOK_SECRET"];

#[test]
fn a_function_is_given_the_settings_that_its_code_reads() {
    let given: BTreeSet<_> =
        template().functions.into_values().flat_map(|function| function.settings.into_keys()).collect();
    let mut read = BTreeSet::new();
    for folder in ["functions", "shared"] {
        collect_settings(&workspace().join(folder), &mut read);
    }
    read.retain(|name| {
        let is_of_cargo = name.starts_with("CARGO_") || name == "OUT_DIR";
        !name.starts_with("AWS_") && !is_of_cargo && !NOT_DEPLOYED.contains(&name.as_str())
    });
    assert_eq!(given, read);
}

/// The names of settings in the sources of a folder: text in capitals as the first argument of a reading call.
fn collect_settings(folder: &std::path::Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !entry.ends_with("tests") {
            collect_settings(&entry, names);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(&entry).unwrap();
            // Unit tests stand at the foot; a module that is for tests only may be named at the top.
            let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let quoted = code.split('"').skip(1).step_by(2);
            names.extend(quoted.filter(|text| is_setting(text)).map(str::to_owned));
        }
    }
}

fn is_setting(text: &str) -> bool {
    text.contains('_') && text.chars().all(|c| c.is_ascii_uppercase() || c == '_') && text.len() > 4
}
