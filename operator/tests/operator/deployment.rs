//! Faults in tables, queues, mail, routes, pages and webhooks.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use polar_standin::{Purchase, WebhookEndpoint};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    aws::Queue,
    faults::{Fault, NONE, check},
    world::{SECRET, SECRET_PARAMETER, World},
};

const OTHER_SECRET: &str = "whsec_bG9jYWwtc2hvcC1zZWNyZXQtbG9jYWwtc2hvcA";

async fn delete_table(world: &World, name: &str) {
    world.shop.dynamodb.client().delete_table().table_name(name).send().await.expect("it goes");
}

/// A table of other keys under this name.
async fn replace_table(world: &World, name: &str) {
    delete_table(world, name).await;
    let key = AttributeDefinition::builder().attribute_name("key").attribute_type(ScalarAttributeType::S);
    let schema = KeySchemaElement::builder().attribute_name("key").key_type(KeyType::Hash);
    let create = world.shop.dynamodb.client().create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(key.build().expect("a definition"));
    create.key_schema(schema.build().expect("a key")).send().await.expect("a table");
}

async fn keep_rows_for_ever(world: &World, name: &str) {
    let off = TimeToLiveSpecification::builder().attribute_name("purge_at").enabled(false).build().expect("settings");
    let update = world.shop.dynamodb.client().update_time_to_live().table_name(name);
    update.time_to_live_specification(off).send().await.expect("it is off");
}

/// Another time in the row that names the current catalog; without one the row goes.
async fn date_catalog(world: &World, refreshed_at: Option<u64>) {
    let (client, id) = (world.shop.dynamodb.client(), AttributeValue::S("current".to_owned()));
    match refreshed_at {
        None => drop(client.delete_item().table_name("catalog").key("id", id).send().await.expect("it goes")),
        Some(at) => {
            let update = client.update_item().table_name("catalog").key("id", id);
            let update = update.update_expression("SET refreshed_at = :at");
            let update = update.expression_attribute_values(":at", AttributeValue::N(at.to_string()));
            update.send().await.expect("it changes");
        }
    }
}

async fn change_endpoint(world: &World, change: Value) {
    let endpoints = world.at_polar(Method::GET, "/webhooks/endpoints", None).await;
    let id = endpoints["items"][0]["id"].as_str().expect("an id").to_owned();
    world.at_polar(Method::PATCH, &format!("/webhooks/endpoints/{id}"), Some(change)).await;
}

const FAULTS: &[Fault] = &[
    Fault {
        what: "a table is gone",
        introduce: |world| Box::pin(delete_table(world, "sessions")),
        link: "tables",
        says: "the table sessions does not exist",
        ..NONE
    },
    Fault {
        what: "a setting names somebody else's table",
        introduce: |world| Box::pin(replace_table(world, "checkouts")),
        link: "tables",
        says: "the table checkouts has the keys key instead of id",
        ..NONE
    },
    Fault {
        what: "a table's time to live is off",
        introduce: |world| Box::pin(keep_rows_for_ever(world, "downloads")),
        link: "tables",
        says: "expired items in the table downloads are not deleted",
        ..NONE
    },
    Fault {
        what: "the worker has never run",
        introduce: |world| Box::pin(date_catalog(world, None)),
        link: "catalog",
        says: "has not published a catalog yet",
        ..NONE
    },
    Fault {
        what: "the schedule has stopped",
        introduce: |world| Box::pin(date_catalog(world, Some(1_700_000_000_000))),
        link: "catalog",
        says: "the worker or its schedule has stopped",
        ..NONE
    },
    Fault {
        what: "the queue is gone",
        introduce: |world| Box::pin(async { world.aws.account().queue = Queue::Gone }),
        link: "queue",
        says: "does not exist",
        ..NONE
    },
    Fault {
        what: "the queue keeps no dead letters",
        introduce: |world| Box::pin(async { world.aws.account().queue = Queue::WithoutDeadLetters }),
        link: "queue",
        says: "no dead-letter queue",
        ..NONE
    },
    Fault {
        what: "the dead-letter queue is gone",
        introduce: |world| Box::pin(async { world.aws.account().dead_letters = None }),
        link: "queue",
        says: "given-up",
        ..NONE
    },
    Fault {
        what: "somebody has switched the worker off",
        introduce: |world| Box::pin(async { world.aws.account().mappings = vec!["Disabled"] }),
        link: "worker",
        says: "does not deliver messages to the worker",
        ..NONE
    },
    Fault {
        what: "the worker is gone",
        introduce: |world| Box::pin(async { world.aws.account().mappings.clear() }),
        link: "worker",
        says: "no function processes the queue",
        ..NONE
    },
    Fault {
        what: "the worker gave a job up",
        introduce: |world| Box::pin(async { world.aws.account().dead_letters = Some(vec!["{}".to_owned()]) }),
        link: "dead-letters",
        says: "dead-letter queue: 1",
        ..NONE
    },
    Fault {
        what: "SES does not know the sender",
        introduce: |world| Box::pin(async { world.aws.account().identities.clear() }),
        link: "mail-sender",
        says: "SES has no identity for hello@shop.example or shop.example",
        ..NONE
    },
    Fault {
        what: "the sender is not verified",
        introduce: |world| {
            Box::pin(async { world.aws.account().identities = [("shop.example".to_owned(), false)].into() })
        },
        link: "mail-sender",
        says: "has not verified shop.example",
        ..NONE
    },
    Fault {
        what: "SES is in its sandbox",
        introduce: |world| Box::pin(async { world.aws.account().sends_to_anyone = false }),
        link: "mail-account",
        state: "warning",
        says: "sandbox",
        ..NONE
    },
    Fault {
        what: "SES has stopped the account",
        introduce: |world| Box::pin(async { world.aws.account().may_send = false }),
        link: "mail-account",
        says: "does not allow this account to send",
        ..NONE
    },
    Fault {
        what: "nothing answers at the API's address",
        introduce: |world| {
            Box::pin(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                let url = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
                world.deliver_to(&format!("{url}/api/webhooks/polar"), SECRET);
                world.aws.account().api_url = url;
            })
        },
        link: "api",
        says: "does not answer",
        ..NONE
    },
    Fault {
        what: "the API does not know the page's origin",
        introduce: |world| {
            Box::pin(async {
                world.set("STOREFRONT_ORIGINS", "https://shop.example,http://localhost:9");
            })
        },
        link: "cors",
        says: "does not allow requests from pages of http://localhost:9",
        ..NONE
    },
    Fault {
        what: "the page is on another site and has to live with cookies",
        introduce: |world| Box::pin(async { world.set("ALLOW_BEARER", "false") }),
        link: "cookies",
        says: "https://shop.example is another site than the API, so Safari",
        ..NONE
    },
    Fault {
        what: "nobody put the webhook secret into the parameter store",
        introduce: |world| Box::pin(async { drop(world.aws.account().parameters.remove(SECRET_PARAMETER)) }),
        link: "webhook-secret",
        says: "ParameterNotFound",
        ..NONE
    },
    Fault {
        what: "nobody made a webhook endpoint",
        introduce: |world| {
            Box::pin(async {
                let endpoints = world.at_polar(Method::GET, "/webhooks/endpoints", None).await;
                let id = endpoints["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
                assert!(world.polar.remove_webhook_endpoint(id));
            })
        },
        link: "webhook-endpoint",
        says: "Polar has no webhook endpoint for",
        ..NONE
    },
    Fault {
        what: "Polar has switched the webhook endpoint off",
        introduce: |world| Box::pin(change_endpoint(world, json!({ "enabled": false }))),
        link: "webhook-endpoint",
        says: "the webhook endpoint is disabled",
        ..NONE
    },
    Fault {
        what: "the webhook endpoint is made for another program",
        introduce: |world| Box::pin(change_endpoint(world, json!({ "format": "slack" }))),
        link: "webhook-endpoint",
        says: "not raw",
        ..NONE
    },
    Fault {
        what: "the webhook endpoint lacks an event",
        introduce: |world| {
            Box::pin(async {
                let endpoint = WebhookEndpoint::new(&world.webhook_url(), SECRET).only(&["product.updated"]);
                world.polar.add_webhook_endpoint(endpoint).expect("an endpoint");
            })
        },
        link: "webhook-events",
        says: "benefit_grant.revoked",
        ..NONE
    },
    Fault {
        what: "the endpoint's secret was reset at Polar",
        introduce: |world| Box::pin(async { world.deliver_to(&world.webhook_url(), OTHER_SECRET) }),
        link: "webhook-signature",
        says: "another secret",
        ..NONE
    },
    Fault {
        what: "the webhook function runs with the secret from before",
        introduce: |world| {
            Box::pin(async {
                world.put_parameter(SECRET_PARAMETER, OTHER_SECRET);
                world.deliver_to(&world.webhook_url(), OTHER_SECRET);
            })
        },
        link: "webhook-route",
        says: "an older secret",
        ..NONE
    },
    Fault {
        what: "the last deliveries failed",
        introduce: |world| {
            Box::pin(async {
                world.deliver_to(&world.webhook_url(), OTHER_SECRET);
                let email = "grace@recordings-mail.net".to_owned();
                let purchase = Purchase { product_id: demo::SKY_SAMPLER, email, checkout_id: None };
                world.polar.buy(&purchase).expect("a purchase");
                assert_ne!(world.polar.deliver().await, 0);
                world.deliver_to(&world.webhook_url(), SECRET);
            })
        },
        link: "webhook-deliveries",
        says: "failed, the latest with status 401",
        ..NONE
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_the_link_of_the_deployment_that_is_broken() {
    check(FAULTS).await;
}
