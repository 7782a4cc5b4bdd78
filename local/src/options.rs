use std::path::PathBuf;

use clap::Parser;
use startup::Settings;

/// Runs the whole shop on this machine: pages, API, DynamoDB and a stand-in for Polar.
///
/// If `POLAR_ACCESS_TOKEN` is set in the environment, the shop uses the real Polar instead: the sandbox, or production with `POLAR_SERVER=production`. All settings in
/// template.yaml can be set as environment variables.
#[derive(Clone, Parser)]
#[command(name = "polar-storefront", version)]
pub struct Options {
    /// The port of the shop. The stand-in for Polar uses the next port. 0 picks two free ports.
    #[arg(long, env = "PORT", default_value_t = 3000)]
    pub port: u16,

    /// Keep all data in memory, and delete it on exit.
    #[arg(long)]
    pub memory: bool,

    /// The folder for the database and the data of the stand-in.
    #[arg(long, value_name = "FOLDER", default_value = ".shop")]
    pub data: PathBuf,

    /// Once everything is running, write the addresses of the shop, Polar and DynamoDB to this file as JSON.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,

    /// How fast the stand-in confirms payments.
    #[arg(skip)]
    pub pace: polar_standin::Pace,

    /// The settings of the functions.
    #[arg(skip = Settings::from_env())]
    pub settings: Settings,
}
