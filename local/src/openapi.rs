use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::{
    Components, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, RefOr, Response,
    Schema,
    content::Content,
    path::Operation,
    schema::{AllOfBuilder, AnyOfBuilder, ObjectBuilder, SchemaType, Type},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    server::{ServerBuilder, ServerVariableBuilder},
    tag::TagBuilder,
};

const ABOUT: &str = "Backend API of a shop that sells digital downloads through Polar.

**Errors** are problem documents (RFC 9457) with a stable `code`. If waiting helps, `Retry-After` says how long.

**Authentication.** Pages on the same site as the API use cookies. Pages on another site send `Authorization: Bearer` and `Browser-Key` instead, if \
the shop allows it. A request that changes something with a cookie must come from one of the shop's pages.

**API Gateway.** A deployed shop runs behind API Gateway, which answers some requests itself, with `{\"message\": …}`: 413 for a body above 10 MB, \
429 for too many requests, and 503 if a function cannot run. It also answers preflight requests.

**Versioning.** Within a major version, fields, codes and enumeration values may be added, but none is renamed or removed. Ignore \
fields that you do not know, and treat unknown enumeration values like `unknown`.";

/// The groups of operations, in the order of a purchase.
const TAGS: [(&str, &str); 9] = [
    ("catalog", "The products on sale. Public and cached."),
    ("checkout", "From a product to Polar's payment page."),
    ("session", "Sessions: claim a paid checkout, list and end sessions."),
    ("login", "Sign in to an account with a code sent by e-mail."),
    ("library", "What the buyer has bought: files, orders, invoices and licence keys."),
    ("download", "Download links, and the history of downloads."),
    ("webhooks", "Events from Polar."),
    ("page", "Scripts for storefront pages."),
    ("shop", "Information about the shop itself."),
];

/// The description of all routes, as in `openapi.json`.
///
/// # Panics
/// When `examples.json` lacks the example of an operation.
#[must_use]
pub fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title("polar-storefront")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .contact(Some(
            ContactBuilder::new().name(Some("polar-storefront")).url(Some(env!("CARGO_PKG_REPOSITORY"))).build(),
        ));
    let local = ServerBuilder::new().url("http://localhost:3000").description(Some("The local shop"));
    let address = ServerVariableBuilder::new()
        .default_value("abcdefghij.execute-api.eu-central-1.amazonaws.com")
        .description(Some("The host of `ApiUrl` in the output of `sam deploy`, or your own domain"));
    let deployed =
        ServerBuilder::new().url("https://{host}").description(Some("A deployed shop")).parameter("host", address);
    let tags = TAGS.map(|(name, words)| TagBuilder::new().name(name).description(Some(words)).build());
    let mut api = OpenApiBuilder::new()
        .info(info)
        .servers(Some([local.build(), deployed.build()]))
        .tags(Some(tags))
        .components(Some(Components::new()))
        .build();
    for function in [
        catalog::description(),
        checkout::description(),
        session::description(),
        library::description(),
        download::description(),
        webhook::description(),
    ] {
        api.merge(function);
    }
    http_api::describe_problems(&mut api);
    require_what_is_always_there(&mut api);
    let components = api.components.get_or_insert_default();
    add_security_schemes(components);
    demand_a_product_or_a_file(components);
    let examples = serde_json::from_str(include_str!("examples.json")).expect("examples.json is JSON");
    for operation in api.paths.paths.values_mut().flat_map(operations_mut) {
        make_parameters_plain(operation);
        add_examples(operation, &examples);
    }
    api
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn add_security_schemes(components: &mut Components) {
    let key = |name: &str, words: &str| ApiKeyValue::with_description(name, words);
    let session =
        key(http_api::SESSION_COOKIE, "The session, for pages on the same site as the API. Scripts cannot read it.");
    let browser =
        key(http_api::BROWSER_COOKIE, "The browser key that the browser got with the checkout or the sign-in code.");
    let in_header = key("Browser-Key", "The browser key, for pages on another site: `browserKey` of the response.");
    let signature = key("webhook-signature", "Polar's signature of the id, timestamp and body (Standard Webhooks).");
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "The session, for pages on another site: `token` of the response that opened it. The shop must allow it.",
    ));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    components.add_security_scheme("browserCookie", SecurityScheme::ApiKey(ApiKey::Cookie(browser)));
    components.add_security_scheme("browserKey", SecurityScheme::ApiKey(ApiKey::Header(in_header)));
    components.add_security_scheme("signature", SecurityScheme::ApiKey(ApiKey::Header(signature)));
}

/// Fields of answers that can be `null` are always present; fields that can be left out are never `null`.
fn require_what_is_always_there(api: &mut OpenApi) {
    let of_requests = schemas_of_requests(api);
    let components = api.components.get_or_insert_default();
    let of_answers = components.schemas.iter_mut().filter(|(name, _)| !of_requests.contains(*name));
    for (_, schema) in of_answers {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        let nullable = object.properties.iter().filter(|(_, schema)| may_be_null(schema)).map(|(name, _)| name.clone());
        object.required.extend(nullable.collect::<Vec<_>>());
    }
}

/// The names of the schemas that bodies of requests consist of.
fn schemas_of_requests(api: &mut OpenApi) -> BTreeSet<String> {
    let operations = api.paths.paths.values_mut().flat_map(operations_mut);
    let mut found: Vec<_> = operations.flat_map(|operation| references(&operation.request_body)).collect();
    let components = api.components.get_or_insert_default();
    let mut names = BTreeSet::new();
    while let Some(name) = found.pop() {
        found.extend(components.schemas.get(&name).filter(|_| !names.contains(&name)).into_iter().flat_map(references));
        names.insert(name);
    }
    names
}

fn references(part: &impl Serialize) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                found.extend(reference.and_then(|path| path.strip_prefix(SCHEMAS)).map(str::to_owned));
                members.values().for_each(|member| collect(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(&json!(part), &mut found);
    found
}

const SCHEMAS: &str = "#/components/schemas/";

fn may_be_null(schema: &RefOr<Schema>) -> bool {
    let has_null = |schema_type: &SchemaType| match schema_type {
        SchemaType::Type(one) => *one == Type::Null,
        SchemaType::Array(several) => several.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => has_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => has_null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(may_be_null),
        _ => false,
    }
}

/// Requires one of two fields, which a struct cannot express.
fn demand_a_product_or_a_file(components: &mut Components) {
    let fields = components.schemas.remove("WantedFile").expect("the schema is there");
    let with = |field: &str| {
        let id = ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new().property(field, id).required(field)
    };
    let named = AnyOfBuilder::new().item(with("productId")).item(with("fileId"));
    let both = AllOfBuilder::new().item(fields).item(Schema::AnyOf(named.build()));
    components.schemas.insert("WantedFile".to_owned(), RefOr::T(both.into()));
}

/// Removes `null` from parameters: they can be left out, but not sent as `null`.
fn make_parameters_plain(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let schema_type = match &mut parameter.schema {
            Some(RefOr::T(Schema::Object(object))) => &mut object.schema_type,
            Some(RefOr::T(Schema::Array(array))) => &mut array.schema_type,
            Some(RefOr::T(Schema::OneOf(one))) => {
                one.items.retain(|item| !may_be_null(item));
                if let [only] = one.items.as_slice() {
                    parameter.schema = Some(only.clone());
                }
                continue;
            }
            _ => continue,
        };
        if let SchemaType::Array(types) = schema_type {
            types.retain(|one| *one != Type::Null);
            if let [only] = types.as_slice() {
                *schema_type = SchemaType::Type(only.clone());
            }
        }
    }
}

/// Examples of an operation's bodies: of its `request`, and of each success by its status.
type Examples = HashMap<String, HashMap<String, Value>>;

fn add_examples(operation: &mut Operation, examples: &Examples) {
    let id = operation.operation_id.clone().expect("each operation has an id");
    let example = |of: &str| {
        let example = examples.get(&id).and_then(|examples| examples.get(of));
        Some(example.unwrap_or_else(|| panic!("examples.json has no {of} of {id}")).clone())
    };
    if let Some(body) = &mut operation.request_body {
        let RefOr::T(body) = body else { panic!("{id}: a shared request body") };
        inline_contents(body.content.values_mut()).for_each(|content| content.example = example("request"));
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(Response { content, .. }) = response else { continue };
        if status.starts_with('2') {
            inline_contents(content.values_mut()).for_each(|content| content.example = example(status));
        }
    }
}

fn inline_contents<'a>(
    contents: impl Iterator<Item = &'a mut RefOr<Content>>,
) -> impl Iterator<Item = &'a mut Content> {
    contents.filter_map(|content| if let RefOr::T(content) = content { Some(content) } else { None })
}
