//! Builds the programs to measure: the functions as they are deployed, and the Node.js peer.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;
use testbed::workspace;

/// Every function of the shop.
pub(crate) const FUNCTIONS: [&str; 7] = ["catalog", "checkout", "session", "library", "download", "webhook", "worker"];

/// Builds programs as they are released, each by itself: that is how they are deployed, and features add up otherwise.
pub(crate) fn build(programs: &[&str]) -> anyhow::Result<()> {
    for program in programs {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--release", "--locked", "--package", program]).current_dir(workspace());
        ensure!(cargo.status()?.success(), "{program} cannot be built");
    }
    Ok(())
}

/// Builds the shop on one machine, optimized but for its size; where it is.
pub(crate) fn build_shop() -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--profile", "harness", "--locked", "--package", "polar-storefront"]);
    ensure!(cargo.current_dir(workspace()).status()?.success(), "the shop cannot be built");
    Ok(target().join("harness/polar-storefront"))
}

/// Where a released program is.
pub(crate) fn program(name: &str) -> PathBuf {
    target().join("release").join(name)
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The command that runs the Node peer as Lambda does; `None` before `bench/node/install.sh`.
pub(crate) fn peer() -> Option<Vec<PathBuf>> {
    let folder = peer_folder();
    let modules = folder.join("node_modules");
    let command = [modules.join("node/bin/node"), modules.join("aws-lambda-ric/index.mjs")];
    let built = command.iter().chain([&peer_bundle()]).all(|file| file.exists());
    built.then(|| command.into_iter().chain(["download.handler".into()]).collect())
}

/// What is deployed of the Node peer: Lambda brings the runtime.
pub(crate) fn peer_bundle() -> PathBuf {
    peer_folder().join("dist/download.mjs")
}

fn peer_folder() -> PathBuf {
    workspace().join("bench/node")
}

/// How large something is to store and to fetch, in bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Size {
    /// On the disk.
    pub(crate) plain: u64,
    /// In the zip that is deployed, at zlib's usual level, without the few bytes of its directory.
    pub(crate) zip: u64,
}

impl Size {
    /// Measures a file.
    pub(crate) fn of(file: &Path) -> anyhow::Result<Self> {
        let bytes = fs::read(file).with_context(|| file.display().to_string())?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes)?;
        Ok(Self { plain: bytes.len() as u64, zip: encoder.finish()?.len() as u64 })
    }
}
