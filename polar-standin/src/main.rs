//! `polar-standin`: a local Polar on the command line. It says where it answers, and stops with Ctrl-C.

mod command;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::command::Command;

#[tokio::main]
async fn main() -> ExitCode {
    let command = Command::parse();
    tracing_subscriber::fmt().compact().with_writer(std::io::stderr).with_env_filter(EnvFilter::new("warn")).init();
    let standin = match command.start().await {
        Ok(standin) => standin,
        Err(error) => {
            eprintln!("polar-standin did not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    // Whoever reads only the first line may have closed the pipe.
    let _ = writeln!(io::stdout(), "Polar's API   {}\nAccess token  {}", standin.api_url(), standin.access_token());
    stopped().await;
    ExitCode::SUCCESS
}

/// Waits for Ctrl-C, or for being asked to end.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminated = signal(SignalKind::terminate()).expect("this system has signals");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
