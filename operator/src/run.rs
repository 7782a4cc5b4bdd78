use std::process::ExitCode;

use startup::Settings;

use crate::{
    Options,
    answer::{Answer, BAD},
    catalog, checkouts, customer, dead_letters,
    doctor::{self, Buyer},
    failure::Failure,
    find::find_shop,
    options::{
        CatalogCommand, CheckoutsCommand, Command, DeadLettersCommand, PlaceOptions, QuotaCommand, SessionsCommand,
    },
    quota, restore, sessions, setup,
};

/// Does what the command line says, and gives the program's exit code.
pub async fn run(options: Options, environment: Settings) -> ExitCode {
    let Options { place, json, command } = options;
    // Boxed: commands hold DynamoDB's large futures.
    match Box::pin(obey(&place, command, json, environment)).await {
        Ok(code) => code,
        Err(failure) => {
            anstream::eprintln!("{BAD}error:{BAD:#} {}", failure.text());
            failure.exit_code()
        }
    }
}

async fn obey(place: &PlaceOptions, command: Command, json: bool, environment: Settings) -> Result<ExitCode, Failure> {
    let shop = find_shop(place, environment).await?;
    Ok(match command {
        Command::Doctor { customer, product } => {
            let buyer = customer.zip(product).map(|(customer, product)| Buyer { customer, product: product.into() });
            doctor::examine(&shop, buyer, json).await.print(json)
        }
        Command::DeadLetters(DeadLettersCommand::List) => dead_letters::list(&shop).await?.print(json),
        Command::DeadLetters(DeadLettersCommand::Retry) => dead_letters::retry(&shop).await?.print(json),
        Command::Setup => setup::set_up(&shop).await?.print(json),
        Command::Customer { customer, export: true } => customer::show(&shop, &customer).await?.export().print(json),
        Command::Customer { customer, export: false } => customer::show(&shop, &customer).await?.print(json),
        Command::Restore { customer } => restore::restore(&shop, &customer).await?.print(json),
        Command::Quota(QuotaCommand::Reset(file)) => quota::reset(&shop, &file).await?.print(json),
        Command::Quota(QuotaCommand::Grant { file, downloads }) => {
            quota::grant(&shop, &file, downloads).await?.print(json)
        }
        Command::Catalog(CatalogCommand::Refresh) => catalog::refresh(&shop).await?.print(json),
        Command::Checkouts(CheckoutsCommand::List { limit }) => checkouts::list(&shop, limit).await?.print(json),
        Command::Sessions(SessionsCommand::End { customer, id }) => {
            sessions::end(&shop, &customer, id).await?.print(json)
        }
    })
}
