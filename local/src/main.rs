//! `cargo run`: starts the shop, prints its addresses, and stops on Ctrl-C.

use std::process::ExitCode;

use clap::Parser;
use polar_storefront::{LocalShop, Options};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let level: String = options.settings.or_default("LOG_LEVEL", "info").unwrap_or_default();
    // Conditional writes fail by design, for example at a limit; the emulator logs each as a warning.
    let filter = EnvFilter::new(format!("dynoxide=error,{level}"));
    tracing_subscriber::fmt().compact().with_target(false).with_writer(std::io::stderr).with_env_filter(filter).init();

    let shop = match LocalShop::start(&options).await {
        Ok(shop) => shop,
        Err(error) => {
            eprintln!("The shop could not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", shop.greeting(&options));
    stopped().await;
    ExitCode::SUCCESS
}

/// Waits for Ctrl-C or a termination signal.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminated = signal(SignalKind::terminate()).expect("this system has signals");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
