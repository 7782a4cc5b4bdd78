use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, ensure};

use crate::workspace;

/// The built program of another function, for tests that need several: Cargo names to a test only the programs of its
/// own package. One that is missing or older than its sources is built first, which can take minutes.
pub fn program(function: &str) -> anyhow::Result<PathBuf> {
    let test = env::current_exe()?;
    // target/debug/deps/test-0123 stands beside target/debug/program.
    let folder = test.ancestors().nth(2).context("a test has a target folder")?;
    let program = folder.join(function);
    let built_at = fs::metadata(&program).and_then(|program| program.modified()).ok();
    let sources = [workspace().join("functions").join(function), workspace().join("shared")];
    let changed_at = sources.iter().filter_map(|folder| newest_source(folder)).max();
    if built_at < changed_at {
        build(function, folder)?;
    }
    Ok(program)
}

/// When a source below a folder last changed, its tests aside.
fn newest_source(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let changed_at = |path: PathBuf| {
        if path.is_dir() { newest_source(&path) } else { fs::metadata(&path).and_then(|file| file.modified()).ok() }
    };
    entries.filter(|path| !path.ends_with("tests")).filter_map(changed_at).max()
}

/// Builds a function as its own tests do, so that nothing is built twice.
fn build(function: &str, folder: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["test", "--no-run", "--quiet", "--offline", "--test", "events", "--package", function]);
    command.arg("--target-dir").arg(folder.parent().context("a profile's folder is below the target folder")?);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let built = command.current_dir(workspace()).output()?;
    ensure!(built.status.success(), "{function} cannot be built\n{}", String::from_utf8_lossy(&built.stderr));
    Ok(())
}
