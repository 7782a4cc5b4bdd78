use std::process::ExitCode;

use startup::Settings;

use crate::{
    Options,
    answer::{Answer, BAD},
    dead_letters,
    doctor::{self, Buyer},
    failure::Failure,
    options::{Command, DeadLettersCommand, PlaceOptions},
    shop::Shop,
};

/// Does what the command line says, and gives the program's exit code.
pub async fn run(options: Options, environment: Settings) -> ExitCode {
    let Options { place, json, command } = options;
    match obey(&place, command, json, environment).await {
        Ok(code) => code,
        Err(failure) => {
            anstream::eprintln!("{BAD}error:{BAD:#} {}", failure.text());
            failure.exit_code()
        }
    }
}

async fn obey(place: &PlaceOptions, command: Command, json: bool, environment: Settings) -> Result<ExitCode, Failure> {
    let shop = Shop::find(place, environment).await?;
    Ok(match command {
        Command::Doctor { customer, product } => {
            let buyer = customer.zip(product).map(|(customer, product)| Buyer { customer, product: product.into() });
            doctor::examine(&shop, buyer).await.print(json)
        }
        Command::DeadLetters(DeadLettersCommand::List) => dead_letters::list(&shop).await?.print(json),
        Command::DeadLetters(DeadLettersCommand::Retry) => dead_letters::retry(&shop).await?.print(json),
        _ => return Err(Failure::refused("not yet")),
    })
}
