use std::path::PathBuf;

use clap::Parser;
use startup::Settings;

/// Runs the whole shop on this machine: page, API, DynamoDB and a stand-in for Polar.
///
/// With `POLAR_ACCESS_TOKEN` in the environment it sells through the real Polar instead: its sandbox, or with `POLAR_SERVER=production` the real shop. Every setting of
/// template.yaml can be set in the environment here too.
#[derive(Clone, Parser)]
#[command(name = "polar-storefront", version)]
pub struct Options {
    /// The shop's port; the stand-in for Polar takes the next one. 0 takes any two free ports.
    #[arg(long, env = "PORT", default_value_t = 3000)]
    pub port: u16,

    /// Forget everything on exit.
    #[arg(long)]
    pub memory: bool,

    /// Where sessions, counters and the stand-in's customers are kept.
    #[arg(long, value_name = "FOLDER", default_value = ".shop")]
    pub data: PathBuf,

    /// Write the addresses of shop, Polar and DynamoDB to this file, as JSON, once everything answers.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,

    /// How fast the stand-in confirms payments.
    #[arg(skip)]
    pub pace: polar_standin::Pace,

    /// The settings of the functions.
    #[arg(skip = Settings::from_env())]
    pub settings: Settings,
}
