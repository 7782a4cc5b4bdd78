//! `storefront`: the merchant's command.

use std::process::ExitCode;

use clap::Parser;
use operator::Options;
use startup::Settings;

#[tokio::main]
async fn main() -> ExitCode {
    operator::run(Options::parse(), Settings::from_env()).await
}
