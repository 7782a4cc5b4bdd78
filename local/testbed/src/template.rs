use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::Context;
use serde_json::Value;

use crate::workspace;

/// What `template.yaml` says, as far as tests compare it with the code.
///
/// Intrinsic functions keep their argument only: `!Ref SessionsTable` reads as `SessionsTable`.
#[derive(Debug)]
pub struct Template {
    /// The functions by their resource names.
    pub functions: BTreeMap<String, FunctionBlock>,
    /// The tables by their resource names.
    pub tables: BTreeMap<String, Table>,
    /// The routes with a limit of requests of their own.
    pub limited_routes: BTreeSet<String>,
}

/// One function of the template.
#[derive(Debug, Default)]
pub struct FunctionBlock {
    /// Where its crate is, from the top of the workspace.
    pub folder: String,
    /// The settings it is given, by name, with those that all functions share.
    pub settings: BTreeMap<String, Value>,
    /// Its routes as API Gateway writes them: `ANY /api/products/{id}`, `$default`.
    pub routes: Vec<String>,
    /// What its role may do with which resource: `("SessionsTable", "dynamodb:GetItem")`. Of an address that is put
    /// together, the name is that of its last part.
    pub permissions: Vec<(String, String)>,
}

/// One table of the template.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The attribute that partitions it.
    pub partition_key: Option<String>,
    /// The attribute that sorts within a partition.
    pub sort_key: Option<String>,
    /// The attribute after whose time a row may go.
    pub time_to_live: Option<String>,
}

impl Template {
    /// Reads the workspace's template.
    pub fn read() -> anyhow::Result<Self> {
        let text = fs::read_to_string(workspace().join("template.yaml")).context("template.yaml")?;
        let template: Value = serde_saphyr::from_str(&text).context("template.yaml")?;
        let common = entries(&template["Globals"]["Function"]["Environment"]["Variables"]);
        let resources = entries(&template["Resources"]);
        let of_type = |wanted: &'static str| {
            let resources = resources.iter().filter(move |(_, resource)| resource["Type"] == wanted);
            resources.map(|(name, resource)| (name.clone(), &resource["Properties"]))
        };
        let functions = of_type("AWS::Serverless::Function");
        let functions = functions.map(|(name, it)| (name, FunctionBlock::read(it, &common, &resources)));
        let tables = of_type("AWS::DynamoDB::Table").map(|(name, it)| (name, Table::read(it)));
        let limits =
            of_type("AWS::Serverless::HttpApi").flat_map(|(_, api)| entries(&api["RouteSettings"]).into_keys());
        Ok(Self { functions: functions.collect(), tables: tables.collect(), limited_routes: limits.collect() })
    }

    /// The block of the function in `functions/<name>`.
    pub fn function(&self, name: &str) -> anyhow::Result<&FunctionBlock> {
        let folder = format!("functions/{name}");
        let found = self.functions.values().find(|function| function.folder == folder);
        found.with_context(|| format!("template.yaml has no function in {folder}"))
    }
}

impl FunctionBlock {
    fn read(properties: &Value, common: &BTreeMap<String, Value>, resources: &BTreeMap<String, Value>) -> Self {
        let mut settings = common.clone();
        settings.extend(entries(&properties["Environment"]["Variables"]));
        let events = entries(&properties["Events"]);
        let events = events.values().filter(|event| event["Type"] == "HttpApi").map(|event| &event["Properties"]);
        // SAM's route for all that no other takes.
        let route = |event: &Value| match (text(&event["Method"]), text(&event["Path"])) {
            (Some(method), Some(path)) => format!("{method} {path}"),
            _ => "$default".to_owned(),
        };
        Self {
            folder: text(&properties["CodeUri"]).unwrap_or_default(),
            settings,
            routes: events.map(route).collect(),
            permissions: permissions(text(&properties["Role"]).unwrap_or_default().trim_end_matches(".Arn"), resources),
        }
    }
}

/// What a role may do by its own policies and by those of the template that it shares with others.
fn permissions(role: &str, resources: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let properties = |name: &str| resources.get(name).map(|resource| &resource["Properties"]);
    let role = properties(role).unwrap_or(&Value::Null);
    let shared = items(&role["ManagedPolicyArns"]).iter().filter_map(|name| properties(name.as_str()?));
    let policies = items(&role["Policies"]).iter().chain(shared);
    let statements = policies.flat_map(|policy| items(&policy["PolicyDocument"]["Statement"]));
    statements.flat_map(permissions_of_statement).collect()
}

fn permissions_of_statement(statement: &Value) -> impl Iterator<Item = (String, String)> {
    // Mails may go to any identity; what limits them is the sender.
    let sender = items(&statement["Condition"]["StringLike"]["ses:FromAddress"]).first().and_then(text);
    let resource = sender.or_else(|| text(&statement["Resource"])).unwrap_or_default();
    let resource = match resource.rsplit_once("${") {
        Some((_, last)) => last.trim_end_matches('}').to_owned(),
        None => resource.trim_end_matches(".Arn").to_owned(),
    };
    items(&statement["Action"]).iter().filter_map(text).map(move |action| (resource.clone(), action))
}

impl Table {
    fn read(properties: &Value) -> Self {
        let key = |kind: &str| {
            let key = items(&properties["KeySchema"]).iter().find(|key| key["KeyType"] == kind);
            key.and_then(|key| text(&key["AttributeName"]))
        };
        Self {
            partition_key: key("HASH"),
            sort_key: key("RANGE"),
            time_to_live: text(&properties["TimeToLiveSpecification"]["AttributeName"]),
        }
    }
}

fn entries(map: &Value) -> BTreeMap<String, Value> {
    map.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
