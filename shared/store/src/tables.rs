/// The schema of a table, shared by tests, local shops and the check of the deployment template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDescription {
    /// The table's role; its deployed name comes from the setting of the same name (`SESSIONS_TABLE`, …).
    pub name: &'static str,
    /// The partition key, always a string.
    pub partition_key: &'static str,
    /// The sort key, a string, if the table has one.
    pub sort_key: Option<&'static str>,
}

impl TableDescription {
    /// The attribute with the Unix second after which DynamoDB may delete a row.
    pub const TIME_TO_LIVE: &'static str = "purge_at";
}

/// The tables of the shop.
pub const TABLES: [TableDescription; 6] = [
    TableDescription { name: "catalog", partition_key: "id", sort_key: None },
    TableDescription { name: "sessions", partition_key: "customer_id", sort_key: Some("token_hash") },
    TableDescription { name: "checkouts", partition_key: "id", sort_key: None },
    TableDescription { name: "logins", partition_key: "id", sort_key: None },
    TableDescription { name: "limits", partition_key: "id", sort_key: None },
    TableDescription { name: "downloads", partition_key: "customer_id", sort_key: Some("id") },
];
