use std::time::Duration;

use aws_json::{Action, AwsJson};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use startup::Clients;
use store::{Catalog, Found, TABLES, TableDescription};
use url::form_urlencoded::byte_serialize;

use super::{
    chain::{Chain, Finding, Link, Look},
    settings::table_setting,
};
use crate::{
    dead_letters,
    shop::Shop,
    sqs::{Attributes, Sqs},
};

const DESCRIBE_TABLE: Action = Action::rpc("dynamodb", "DynamoDB_20120810.DescribeTable", "1.0");
const DESCRIBE_TIME_TO_LIVE: Action = Action::rpc("dynamodb", "DynamoDB_20120810.DescribeTimeToLive", "1.0");

/// The schedule refreshes the catalog every 15 minutes, so a catalog this old has missed several.
const STALE: Duration = Duration::from_hours(1);

/// Checks the tables, the catalog, the queue and the worker.
pub(super) async fn look(chain: &mut Chain, shop: &Shop, clients: Option<&Clients>) {
    chain.look_each(Link::Tables, &[], check_tables(shop)).await;
    match clients {
        // Boxed: DynamoDB's SDK makes large futures.
        Some(clients) => chain.look(Link::Catalog, &[Link::Tables], Box::pin(check_catalog(shop, clients))).await,
        None => chain.skip(&[Link::Catalog], Link::AccessToken),
    }
    if shop.is_local() {
        let here = || async { Ok(Finding::ok("runs in this process")) };
        chain.look(Link::Queue, &[], here()).await;
        chain.look(Link::Worker, &[], here()).await;
        return chain.look(Link::DeadLetters, &[], check_local_dead_letters(shop)).await;
    }
    let Some((queue, dead_letters)) = chain.find(Link::Queue, &[], find_queues(shop)).await else {
        return chain.skip(&[Link::Worker, Link::DeadLetters], Link::Queue);
    };
    chain.look(Link::Worker, &[], check_worker(shop, &queue)).await;
    chain.look(Link::DeadLetters, &[], check_dead_letters(shop, &dead_letters)).await;
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mappings {
    event_source_mappings: Vec<Mapping>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mapping {
    state: String,
}

/// Whether Lambda delivers the queue's messages to the worker.
async fn check_worker(shop: &Shop, queue: &Attributes) -> Look {
    let arn: String = byte_serialize(queue.queue_arn.as_bytes()).collect();
    let path = format!("/2015-03-31/event-source-mappings/?EventSourceArn={arn}");
    let found: Mappings = shop.aws()?.get("lambda", "lambda", &path).await?;
    let is_on = |mapping: &Mapping| matches!(mapping.state.as_str(), "Enabled" | "Enabling" | "Creating" | "Updating");
    match found.event_source_mappings.iter().find(|mapping| !is_on(mapping)) {
        Some(off) => {
            let says = format!(
                "Lambda does not deliver messages to the worker: its SQS trigger is {}",
                off.state.to_lowercase()
            );
            Ok(Finding::broken(says, "enable the SQS trigger of the worker function in the Lambda console"))
        }
        None if found.event_source_mappings.is_empty() => {
            Ok(Finding::broken("no function processes the queue", "deploy the stack again"))
        }
        None => Ok(Finding::ok(format!("processes the queue; messages waiting: {}", queue.waiting()))),
    }
}

/// Finds the queue and its dead-letter queue.
async fn find_queues(shop: &Shop) -> Look<((Attributes, Sqs), Finding)> {
    let (queue, deploy) = (Sqs::of(shop)?, "deploy the stack again");
    let Some(attributes) = queue.attributes().await? else {
        return Err(Finding::broken(format!("the queue {} does not exist", queue.url), deploy));
    };
    let Some(redrive) = attributes.redrive() else {
        return Err(Finding::broken("the queue has no dead-letter queue for failed jobs", deploy));
    };
    let Some(dead_letters) = queue.at(&redrive.dead_letter_target_arn).await? else {
        return Err(Finding::broken(format!("the queue {} does not exist", redrive.dead_letter_target_arn), deploy));
    };
    let says = format!("exists; a job that fails {} times goes to the dead-letter queue", redrive.max_receive_count);
    Ok(((attributes, dead_letters), Finding::ok(says)))
}

async fn check_dead_letters(shop: &Shop, queue: &Sqs) -> Look {
    let Some(attributes) = queue.attributes().await? else {
        return Err(Finding::broken("the dead-letter queue does not exist", "deploy the stack again"));
    };
    Ok(given_up(attributes.waiting(), shop))
}

async fn check_local_dead_letters(shop: &Shop) -> Look {
    let letters = dead_letters::list(shop).await;
    let letters = letters.map_err(|failure| Finding::broken(failure.text(), "check that the shop is still running"))?;
    Ok(given_up(letters.number(), shop))
}

fn given_up(number: u64, shop: &Shop) -> Finding {
    if number == 0 {
        return Finding::ok("no failed jobs");
    }
    let says = format!("failed jobs in the dead-letter queue: {number}");
    Finding::broken(
        says,
        format!("run `storefront dead-letters list{}`, and look for the cause in the worker's log", shop.flag()),
    )
}

async fn check_tables(shop: &Shop) -> Look<Vec<Finding>> {
    let aws = shop.aws()?;
    let mut findings = Vec::new();
    for table in &TABLES {
        findings.push(check_table(shop, &aws, table).await.unwrap_or_else(|finding| finding));
    }
    Ok(findings)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedTable {
    table: Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    table_status: String,
    key_schema: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
}

async fn check_table(shop: &Shop, aws: &AwsJson, table: &TableDescription) -> Look {
    let name: String = shop.settings.required(table_setting(table))?;
    let input = json!({ "TableName": name });
    let deploy = "deploy the stack again; the data that it still has is kept";
    let described: DescribedTable = match aws.call(DESCRIBE_TABLE, &input).await {
        Err(aws_json::Error::Refused { code, .. }) if code == "ResourceNotFoundException" => {
            return Err(Finding::broken(format!("the table {name} does not exist"), deploy));
        }
        described => described?,
    };
    let keys: Vec<_> = described.table.key_schema.iter().map(|key| key.attribute_name.as_str()).collect();
    let wanted: Vec<_> = [Some(table.partition_key), table.sort_key].into_iter().flatten().collect();
    if keys != wanted {
        let says = format!("the table {name} has the keys {} instead of {}", keys.join(", "), wanted.join(", "));
        return Err(Finding::broken(says, format!("set {} to the name of the right table", table_setting(table))));
    }
    if described.table.table_status != "ACTIVE" && described.table.table_status != "UPDATING" {
        let says = format!("the table {name} is {}", described.table.table_status);
        return Err(Finding::broken(says, "wait until its status is ACTIVE, then run the doctor again"));
    }
    let purges: Value = aws.call(DESCRIBE_TIME_TO_LIVE, &input).await?;
    let purges = &purges["TimeToLiveDescription"];
    let is_on = matches!(purges["TimeToLiveStatus"].as_str(), Some("ENABLED" | "ENABLING"));
    if !is_on || purges["AttributeName"] != TableDescription::TIME_TO_LIVE {
        let says = format!("expired items in the table {name} are not deleted, because time to live is off");
        return Err(Finding::broken(
            says,
            format!("turn on time to live for the attribute {}", TableDescription::TIME_TO_LIVE),
        ));
    }
    Ok(Finding::ok(format!("the table {name} exists, with the right keys and time to live")))
}

async fn check_catalog(shop: &Shop, clients: &Clients) -> Look {
    let table: String = shop.settings.required("CATALOG_TABLE")?;
    let found = Catalog::new(clients.dynamodb.clone(), table).find(None).await?;
    let refresh =
        format!("run `storefront catalog refresh{}`; if that does not help, look into the worker's log", shop.flag());
    let published_at = match found {
        Found::Changed(snapshot) => snapshot.refreshed_at,
        Found::Unchanged { refreshed_at } => refreshed_at,
        Found::Nothing => return Ok(Finding::broken("the worker has not published a catalog yet", refresh)),
    };
    let age = Timestamp::now().duration_since(published_at).unsigned_abs();
    let minutes = age.as_secs() / 60;
    if age > STALE {
        let says = format!("the catalog is {minutes} minutes old, so the worker or its schedule has stopped");
        return Ok(Finding::broken(says, refresh));
    }
    Ok(Finding::ok(format!("refreshed {minutes} min ago")))
}
