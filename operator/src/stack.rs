//! Finds a deployed shop: the stack lists its functions, and their configuration contains the settings.

use std::collections::BTreeMap;

use aws_json::{AwsJson, Error};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use startup::Settings;
use url::{Url, form_urlencoded::Serializer};

use crate::{
    credentials,
    failure::Failure,
    shop::{Place, Shop},
};

/// The variables of the operator's environment that apply to a deployed shop. An access token for a local shop must not.
const OWN: [&str; 7] = [
    "POLAR_SETUP_TOKEN",
    "AWS_ENDPOINT_URL_CLOUDFORMATION",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_ENDPOINT_URL_SES",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_SSM",
];

/// Finds a deployed shop: the settings of its functions, and the base URL of its API.
pub(crate) async fn find(stack: &str, region: Option<&str>, environment: &Settings) -> Result<Shop, Failure> {
    let mut settings = credentials::find(environment, region)?;
    for own in OWN {
        settings = settings.with(own, environment.optional::<String>(own)?.unwrap_or_default());
    }
    let aws = startup::connect_aws(&settings)?;
    let api_url = find_api_url(&aws, stack).await?;
    let functions = list_functions(&aws, stack).await?;
    if functions.is_empty() {
        return Err(Failure::refused(format!(
            "the stack {stack} has no functions, so it is not a polar-storefront shop: check the name"
        )));
    }
    for function in functions {
        let variables = variables(&aws, &function).await?;
        settings = variables.into_iter().fold(settings, |all, (name, value)| all.with(&name, value));
    }
    Ok(Shop::new(Place::Stack(stack.to_owned()), settings, api_url))
}

/// Calls CloudFormation. It answers in the JSON of AWS's own agents: the result is in an envelope named after the action.
async fn ask<T: DeserializeOwned>(aws: &AwsJson, action: &str, stack: &str, next: Option<&str>) -> Result<T, Failure> {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", action).append_pair("StackName", stack).append_pair("Version", "2010-05-15");
    form.extend_pairs(next.map(|next| ("NextToken", next)));
    match aws.query::<Value>("cloudformation", &form.finish()).await {
        Err(Error::Refused { code, .. }) if code == "ValidationError" => Err(Failure::refused(format!(
            "there is no stack {stack} in this region and account: check the name, --region and your AWS credentials"
        ))),
        Err(error) => Err(error.into()),
        Ok(answer) => {
            let result = &answer[format!("{action}Response")][format!("{action}Result")];
            Ok(T::deserialize(result)?)
        }
    }
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
    let answer: Stacks = ask(aws, "DescribeStacks", stack, None).await?;
    let mut outputs = answer.stacks.into_iter().flat_map(|stack| stack.outputs);
    let api_url = outputs.find(|output| output.output_key == "ApiUrl");
    Ok(api_url.map(|output| output.output_value.parse()).transpose()?)
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
        let page: Resources = ask(aws, "ListStackResources", stack, next.as_deref()).await?;
        let of_page = page.stack_resource_summaries.into_iter();
        let of_page = of_page.filter(|resource| resource.resource_type == "AWS::Lambda::Function");
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
