#![doc = include_str!("../README.md")]

mod artefacts;
mod budget;
mod certificate;
mod chain;
mod chart;
mod compare;
mod extent;
mod figures;
mod goals;
mod program;
mod report;
mod runtime_api;
mod scene;
mod shop;
mod soak;
mod strangers;
mod upstream;

use std::{fs, path::PathBuf};

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};

use crate::{
    artefacts::FUNCTIONS,
    compare::compare,
    extent::{COMPARED, Extent},
};

/// Measures the functions of the shop beside a function that does nothing and a Node function that does the same.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    other: Option<Other>,

    /// A first look: one round, and less of everything.
    #[arg(long)]
    quick: bool,

    /// One function beside the floor, and the peer if it does the same.
    #[arg(long, value_name = "FUNCTION", value_parser = FUNCTIONS)]
    only: Option<String>,

    /// Another build of the download function, beside all others; it may be given several times.
    #[arg(long, value_name = "PROGRAM")]
    beside: Vec<PathBuf>,

    /// Turns of each program.
    #[arg(long, default_value_t = 5)]
    rounds: usize,

    /// Measure what is built already.
    #[arg(long)]
    no_build: bool,

    /// Write every figure to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Draw the comparison with the peer into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Other {
    /// Checks sizes, crates, calls and instructions against `bench/budget.json`.
    Budget {
        /// Commit what is measured now.
        #[arg(long)]
        update: bool,
    },
    /// Prints what strangers can make the shop spend: CPU, calls of Polar, and time.
    Strangers,
    /// Puts the whole shop under load on this machine.
    Soak {
        /// How long the load stays steady.
        #[arg(long, default_value_t = 10)]
        minutes: u32,

        /// Requests a second of the steady load.
        #[arg(long, default_value_t = 100)]
        rate: u32,
    },
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // One thread for the upstreams: the program under test has the other core.
    let upstreams = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    match options.other {
        Some(Other::Budget { update }) => {
            if !options.no_build {
                artefacts::build(&budget::CHECKED)?;
            }
            return upstreams.block_on(budget::check(update));
        }
        Some(Other::Strangers) => return upstreams.block_on(strangers::print(&artefacts::build_shop()?)),
        Some(Other::Soak { minutes, rate }) => {
            let shop = artefacts::build_shop()?;
            let found = upstreams.block_on(soak::soak(&shop, minutes, rate))?;
            println!("{}", serde_json::to_string_pretty(&found)?);
            return Ok(());
        }
        None => {}
    }
    let compares = options.only.as_deref().is_none_or(|only| only == COMPARED);
    ensure!(compares || options.beside.is_empty(), "--beside takes builds of {COMPARED}, which --only leaves out");
    if !options.no_build {
        let wanted = FUNCTIONS.into_iter().filter(|name| options.only.as_deref().is_none_or(|only| only == *name));
        artefacts::build(&wanted.chain([compare::FLOOR]).collect::<Vec<_>>())?;
    }
    let extent = if options.quick {
        Extent { rounds: 1, starts: 5, warm: 300, warm_remote: 30 }
    } else {
        Extent { rounds: options.rounds, starts: 15, warm: 2_000, warm_remote: 150 }
    };
    let comparison = upstreams.block_on(compare(extent, options.only.as_deref(), &options.beside))?;
    print!("{}", report::table(&comparison));
    let json = serde_json::to_string_pretty(&comparison)?;
    for (file, content) in [(options.json, Some(json)), (options.chart, chart::chart(&comparison))] {
        if let (Some(file), Some(content)) = (file, content) {
            fs::write(&file, content).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}
