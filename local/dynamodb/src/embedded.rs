use std::path::Path;

use anyhow::{Context, anyhow};
use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
    },
};
use dynoxide::Database;
use store::{TABLES, TableDescription};
use tokio::{net::TcpListener, task::JoinHandle};

/// A running emulator with the shop's tables; it stops when it is dropped.
pub struct Embedded {
    url: String,
    server: JoinHandle<()>,
}

impl Embedded {
    /// Starts an emulator that forgets everything when it stops.
    pub async fn in_memory() -> anyhow::Result<Self> {
        Self::start(Database::memory()?).await
    }

    /// Starts an emulator that keeps its data in a file.
    ///
    /// # Errors
    /// When the file cannot be read as a database. It is then left as it is.
    pub async fn in_file(path: &Path) -> anyhow::Result<Self> {
        let name = path.to_str().context("the data file's path is not valid UTF-8")?;
        // The emulator's own words speak of encryption, which is not in use here.
        let database = Database::new(name).map_err(|_| anyhow!("{name} is no readable database"))?;
        Self::start(database).await.with_context(|| format!("cannot use the database in {name}"))
    }

    async fn start(database: Database) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let server = tokio::spawn(dynoxide::server::serve_on(listener, database));
        let embedded = Self { url, server };
        embedded.create_tables().await?;
        Ok(embedded)
    }

    /// Where the emulator listens, for `AWS_ENDPOINT_URL_DYNAMODB`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of this emulator.
    #[must_use]
    pub fn client(&self) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "embedded"))
            .endpoint_url(&self.url)
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        Client::from_conf(config.build())
    }

    async fn create_tables(&self) -> anyhow::Result<()> {
        let client = self.client();
        let existing = client.list_tables().send().await?;
        for table in TABLES.iter().filter(|table| !existing.table_names().iter().any(|name| name == table.name)) {
            create_table(&client, table).await.with_context(|| format!("cannot create the table {}", table.name))?;
        }
        Ok(())
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The region that the emulator pretends to be in.
pub const REGION: &str = "us-east-1";
/// The emulator takes any key; this one says what it is.
pub const ACCESS_KEY: &str = "local";

async fn create_table(client: &Client, table: &TableDescription) -> anyhow::Result<()> {
    let mut create = client.create_table().table_name(table.name).billing_mode(BillingMode::PayPerRequest);
    let keys = [(Some(table.partition_key), KeyType::Hash), (table.sort_key, KeyType::Range)];
    for (name, key_type) in keys.into_iter().filter_map(|(name, key_type)| Some((name?, key_type))) {
        let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
        create = create
            .attribute_definitions(attribute.build()?)
            .key_schema(KeySchemaElement::builder().attribute_name(name).key_type(key_type).build()?);
    }
    create.send().await?;
    let time_to_live =
        TimeToLiveSpecification::builder().attribute_name(TableDescription::TIME_TO_LIVE).enabled(true).build()?;
    client.update_time_to_live().table_name(table.name).time_to_live_specification(time_to_live).send().await?;
    Ok(())
}
