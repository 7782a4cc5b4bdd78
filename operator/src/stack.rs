//! A shop that was deployed: its stack says which functions there are, and their configuration says the rest.

use std::collections::BTreeMap;

use aws_json::{AwsJson, Error};
use serde::Deserialize;
use startup::Settings;
use url::{Url, form_urlencoded::Serializer};

use crate::{credentials, failure::Failure};

/// What of the operator's own environment counts for a deployed shop. A token for somebody's local shop must not.
const OWN: [&str; 7] = [
    "POLAR_SETUP_TOKEN",
    "AWS_ENDPOINT_URL_CLOUDFORMATION",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_ENDPOINT_URL_SES",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_SSM",
];

/// Finds the settings of a deployed shop's functions, and where its routes are.
pub(crate) async fn find(
    name: &str,
    region: Option<&str>,
    environment: &Settings,
) -> Result<(Settings, Option<Url>), Failure> {
    let mut settings = credentials::find(environment, region)?;
    for own in OWN {
        settings = settings.with(own, environment.optional::<String>(own)?.unwrap_or_default());
    }
    let aws = startup::connect_aws(&settings)?;
    let api_url = find_api_url(&aws, name).await?;
    let functions = list_functions(&aws, name).await?;
    if functions.is_empty() {
        return Err(Failure::refused(format!("the stack {name} has no functions: it is none of this shop's")));
    }
    for function in functions {
        for (name, value) in variables(&aws, &function).await? {
            settings = settings.with(&name, value);
        }
    }
    Ok((settings, api_url))
}

/// Asks CloudFormation, which speaks no other JSON than this, the one of its own agents on servers.
async fn ask<T: for<'a> Deserialize<'a>>(
    aws: &AwsJson,
    action: &str,
    stack: &str,
    next: Option<&str>,
) -> Result<T, Failure> {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", action).append_pair("StackName", stack).append_pair("Version", "2010-05-15");
    if let Some(next) = next {
        form.append_pair("NextToken", next);
    }
    match aws.query("cloudformation", &form.finish()).await {
        Err(Error::Refused { code, .. }) if code == "ValidationError" => {
            Err(Failure::refused(format!("there is no stack {stack} in this region and account")))
        }
        answer => Ok(answer?),
    }
}

#[derive(Deserialize)]
struct DescribeStacks {
    #[serde(rename = "DescribeStacksResponse")]
    response: DescribeStacksResponse,
}

#[derive(Deserialize)]
struct DescribeStacksResponse {
    #[serde(rename = "DescribeStacksResult")]
    result: Stacks,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stacks {
    stacks: Vec<Stack>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stack {
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

async fn find_api_url(aws: &AwsJson, stack: &str) -> Result<Option<Url>, Failure> {
    let answer: DescribeStacks = ask(aws, "DescribeStacks", stack, None).await?;
    let mut outputs = answer.response.result.stacks.into_iter().flat_map(|stack| stack.outputs);
    let api_url = outputs.find(|output| output.output_key == "ApiUrl");
    Ok(api_url.map(|output| output.output_value.parse()).transpose()?)
}

#[derive(Deserialize)]
struct ListStackResources {
    #[serde(rename = "ListStackResourcesResponse")]
    response: ListStackResourcesResponse,
}

#[derive(Deserialize)]
struct ListStackResourcesResponse {
    #[serde(rename = "ListStackResourcesResult")]
    result: Resources,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resources {
    stack_resource_summaries: Vec<Resource>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_type: String,
    physical_resource_id: Option<String>,
}

/// Lists the names of the stack's functions.
async fn list_functions(aws: &AwsJson, stack: &str) -> Result<Vec<String>, Failure> {
    let (mut functions, mut next) = (Vec::new(), None);
    loop {
        let answer: ListStackResources = ask(aws, "ListStackResources", stack, next.as_deref()).await?;
        let page = answer.response.result;
        let of_page =
            page.stack_resource_summaries.into_iter().filter(|it| it.resource_type == "AWS::Lambda::Function");
        functions.extend(of_page.filter_map(|function| function.physical_resource_id));
        next = page.next_token;
        if next.is_none() {
            return Ok(functions);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    environment: Option<Environment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

async fn variables(aws: &AwsJson, function: &str) -> Result<BTreeMap<String, String>, Failure> {
    let path = format!("/2015-03-31/functions/{function}/configuration");
    let configuration: Configuration = aws.get("lambda", "lambda", &path).await?;
    Ok(configuration.environment.map(|environment| environment.variables).unwrap_or_default())
}
