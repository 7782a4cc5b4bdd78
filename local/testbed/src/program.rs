use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

/// The built program of another package, for tests that need several: Cargo names to a test only the programs of its
/// own package. One that is missing or older than its sources is built first.
pub fn program(package: &str) -> anyhow::Result<PathBuf> {
    let test = env::current_exe()?;
    // target/debug/deps/test-0123 stands beside target/debug/program.
    let folder = test.ancestors().nth(2).context("a test has a target folder")?;
    let program = folder.join(package);
    if !is_fresh(&program) {
        build(package, folder)?;
    }
    Ok(program)
}

/// Whether a program is newer than all of its sources, which Cargo lists beside it.
fn is_fresh(program: &Path) -> bool {
    let time_of = |file: &Path| fs::metadata(file).and_then(|file| file.modified()).ok();
    let Some(built_at) = time_of(program) else { return false };
    let list = fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    let Some((_, sources)) = list.split_once(": ") else { return false };
    sources.split_whitespace().all(|source| time_of(Path::new(source)).is_some_and(|changed_at| changed_at <= built_at))
}

fn build(package: &str, folder: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "--offline", "--package", package]);
    command.arg("--target-dir").arg(folder.parent().context("a profile's folder is below the target folder")?);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let built = command.output()?;
    ensure!(built.status.success(), "{package} cannot be built\n{}", String::from_utf8_lossy(&built.stderr));
    Ok(())
}
