//! Checks the budgets of the functions: sizes, crates, calls and instructions. It measures no time, so every machine gets
//! the same numbers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use testbed::workspace;

use crate::{
    artefacts::{self, Size},
    extent::COMPARED,
    program::Program,
    scene::{ROUTES, Route, Scene},
};

/// What is checked: each way of using shared crates once, since each program takes a minute to link.
pub(crate) const CHECKED: [&str; 4] = ["catalog", "session", "library", "download"];

/// Sizes and instructions may grow, or shrink unnoticed, by one part in so many.
const TOLERANCE: u64 = 10;

/// The routes whose instructions are counted: a download, and what it costs to compress a list.
const COUNTED_ROUTES: [&str; 3] = ["POST /api/customer/download", "GET /api/products", "GET /api/products, in gzip"];

/// Invocations before and in what is counted.
const WARM_UP: u64 = 10;
const COUNTED: u64 = 20;

/// The budget, as it is committed.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Budget {
    /// Bytes of each program on the disk.
    program_bytes: BTreeMap<String, u64>,
    /// Bytes of each program in its zip.
    zip_bytes: BTreeMap<String, u64>,
    /// Crates in each program, ours included.
    crates: BTreeMap<String, u64>,
    /// Crates of which a program has more than one version.
    duplicates: BTreeSet<String>,
    /// Instructions, by callgrind, from the start of the program to its first request for an event.
    init_instructions: u64,
    /// Instructions of one warm invocation, of the routes in `COUNTED_ROUTES`.
    warm_instructions: BTreeMap<String, u64>,
    /// Calls of one warm invocation, to Polar and to AWS.
    calls: BTreeMap<String, (u64, u64)>,
}

/// Compares what is with what is committed, or commits what is.
pub(crate) async fn check(update: bool) -> anyhow::Result<()> {
    let actual = Budget::measure().await?;
    let file = workspace().join("bench/budget.json");
    if update {
        return Ok(fs::write(&file, serde_json::to_string_pretty(&actual)? + "\n")?);
    }
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let committed: Budget = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
    let differences = committed.differences(&actual);
    ensure!(
        differences.is_empty(),
        "beyond the budget:\n{}\nIf that is meant: cargo run -p bench -- budget --update",
        differences.join("\n")
    );
    println!("within the budget: {}", serde_json::to_string(&actual)?);
    Ok(())
}

impl Budget {
    async fn measure() -> anyhow::Result<Self> {
        let mut budget = Self::default();
        for name in CHECKED {
            let size = Size::of(&artefacts::program(name))?;
            budget.program_bytes.insert(name.to_owned(), size.plain);
            budget.zip_bytes.insert(name.to_owned(), size.zip);
            let crates = crates(name)?;
            budget.crates.insert(name.to_owned(), crates.len() as u64);
            budget.duplicates.extend(duplicates(&crates));
        }
        let mut scene = Scene::begin(false).await?;
        for name in CHECKED {
            let program = scene.program(name, name, vec![artefacts::program(name)]).await?;
            budget.count_calls(&scene, &program)?;
        }
        scene.remember(true);
        for route in ROUTES.iter().filter(|route| COUNTED_ROUTES.contains(&route.name)) {
            let program = artefacts::program(route.function);
            let program = scene.program(route.function, route.function, vec![program]).await?;
            scene.remember(true);
            if route.function == COMPARED {
                budget.init_instructions = instructions(&program, route, 0)?;
            }
            let begun = instructions(&program, route, WARM_UP)?;
            let counted = (instructions(&program, route, WARM_UP + COUNTED)? - begun) / COUNTED;
            budget.warm_instructions.insert(route.name.to_owned(), counted);
        }
        Ok(budget)
    }

    fn count_calls(&mut self, scene: &Scene, program: &Program) -> anyhow::Result<()> {
        for route in Route::of(&program.name) {
            let running = program.start()?;
            running.invoke(route.event()).with_context(|| route.name)?;
            scene.take_asked();
            running.invoke(route.event()).with_context(|| route.name)?;
            let asked = scene.take_asked();
            let count = |calls: &BTreeMap<String, usize>| calls.values().sum::<usize>() as u64;
            self.calls.insert(route.name.to_owned(), (count(&asked.polar), count(&asked.aws)));
        }
        Ok(())
    }

    fn differences(&self, actual: &Self) -> Vec<String> {
        let about = |name: &str, committed: u64, actual: u64| {
            let far = committed.abs_diff(actual) * TOLERANCE > committed;
            far.then(|| format!("{name}: {actual}, and {committed} is committed"))
        };
        let mut differences = Vec::new();
        for name in CHECKED {
            let of = |numbers: &BTreeMap<String, u64>| numbers.get(name).copied().unwrap_or_default();
            for (what, committed, actual) in [
                ("bytes", &self.program_bytes, &actual.program_bytes),
                ("bytes in the zip", &self.zip_bytes, &actual.zip_bytes),
            ] {
                differences.extend(about(&format!("{name}, {what}"), of(committed), of(actual)));
            }
            let (committed, actual) = (of(&self.crates), of(&actual.crates));
            if actual > committed {
                differences.push(format!("{name}, crates: {actual}, and {committed} are committed"));
            }
        }
        differences.extend(about("download, instructions of init", self.init_instructions, actual.init_instructions));
        for (route, counted) in &actual.warm_instructions {
            let committed = self.warm_instructions.get(route).copied().unwrap_or_default();
            differences.extend(about(&format!("{route}, instructions when warm"), committed, *counted));
        }
        let twice = actual.duplicates.difference(&self.duplicates);
        differences.extend(twice.map(|name| format!("{name} is there in two versions")));
        let calls = actual.calls.iter().filter(|(route, calls)| self.calls.get(*route) != Some(calls));
        differences.extend(calls.map(|(route, (polar, aws))| format!("{route}: {polar} calls to Polar, {aws} to AWS")));
        differences
    }
}

/// The crates in a program, as name and version.
fn crates(program: &str) -> anyhow::Result<BTreeSet<(String, String)>> {
    let tree = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--locked", "--package", program, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(workspace())
        .output()?;
    ensure!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout)?;
    let crates = lines.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    Ok(crates.collect())
}

fn duplicates(crates: &BTreeSet<(String, String)>) -> BTreeSet<String> {
    let names: Vec<_> = crates.iter().map(|(name, _)| name).collect();
    names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect()
}

/// Instructions of a program that is started, answers so many events and is ended, counted by valgrind's callgrind.
fn instructions(program: &Program, route: &Route, invocations: u64) -> anyhow::Result<u64> {
    let log = NamedTempFile::new()?;
    let mut command: Vec<PathBuf> =
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"].map(PathBuf::from).into();
    command.push(format!("--log-file={}", log.path().display()).into());
    command.extend(program.command.clone());
    let counted = Program { command, ..program.clone() };
    let running = counted.start().context("is valgrind installed?")?;
    for _ in 0..invocations {
        running.invoke(route.event())?;
    }
    running.end()?;
    let log = fs::read_to_string(log.path())?;
    let collected =
        log.lines().find_map(|line| line.split_once("Collected : ")).context("callgrind counted nothing")?;
    Ok(collected.1.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(instructions: u64) -> Budget {
        let warm_instructions = [("a route".to_owned(), instructions)].into();
        Budget { warm_instructions, init_instructions: 1_000, ..Budget::default() }
    }

    #[test]
    fn a_tenth_more_or_less_is_within_the_budget() {
        for (instructions, differences) in [(1_000, 0), (1_100, 0), (900, 0), (1_101, 1), (899, 1)] {
            assert_eq!(budget(1_000).differences(&budget(instructions)).len(), differences, "{instructions}");
        }
    }

    #[test]
    fn a_crate_in_two_versions_is_found_once() {
        let crates = [("a", "v1"), ("b", "v1"), ("b", "v2"), ("b", "v3")];
        let crates = crates.map(|(name, version)| (name.to_owned(), version.to_owned())).into();
        assert_eq!(duplicates(&crates), BTreeSet::from(["b".to_owned()]));
    }
}
