//! Lists the refusals of each operation in its OpenAPI description.
//!
//! The refusals of extractors follow from a handler's arguments. A handler adds its own by name. All texts come from [`Code`].

use std::collections::BTreeMap;

use axum::{
    extract::State,
    http::{HeaderMap, Method},
};
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        AllOfBuilder, Content, ContentBuilder, Header, HttpMethod, Object, ObjectBuilder, OpenApi, Ref, RefOr,
        Response, ResponseBuilder, Schema, example::ExampleBuilder, path::Operation, schema::Type,
    },
};
use uuid::Uuid;

use crate::{Code, FileChoice, Problem, Refused};

/// An argument of a handler, which may refuse the request before the handler sees it.
pub trait Refuses {
    /// The codes that it refuses with.
    #[must_use]
    fn refusals() -> Vec<Code> {
        Vec::new()
    }
}

impl<S> Refuses for State<S> {}
impl Refuses for HeaderMap {}
impl Refuses for Method {}

/// A handler with these arguments.
pub trait Handler<Arguments> {
    /// The codes that its arguments refuse with.
    fn refusals_of_arguments(&self) -> Vec<Code>;
}

macro_rules! handlers {
    ($($($argument:ident)*;)+) => {$(
        impl<Function, Answer, $($argument: Refuses),*> Handler<($($argument,)*)> for Function
        where
            Function: Fn($($argument),*) -> Answer,
        {
            fn refusals_of_arguments(&self) -> Vec<Code> {
                let of_each: &[Vec<Code>] = &[$($argument::refusals()),*];
                of_each.concat()
            }
        }
    )+};
}

handlers! { ; A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

/// A refusal by a handler itself, with a note on when it happens.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    code: Code,
    note: Option<&'static str>,
}

impl Refusal {
    /// Declares refusals that share one note.
    #[must_use]
    pub fn declare(codes: &[Code], note: Option<&'static str>) -> Vec<Self> {
        codes.iter().map(|&code| Self { code, note }).collect()
    }

    fn words(&self) -> String {
        let Self { code, note } = *self;
        format!("`{}`: {}. {}", code.name(), note.unwrap_or(code.title()).trim_end_matches(['.', '?']), code.detail())
    }
}

/// The codes that `serve` refuses with on any route.
fn refusals_of_all(method: &HttpMethod) -> Vec<Code> {
    let of_changes = (*method != HttpMethod::Get).then_some(Code::OriginNotAllowed);
    of_changes.into_iter().chain([Code::Internal, Code::Busy]).collect()
}

/// Adds all refusals to the description of an operation: those of its arguments, its own, and those of all operations.
///
/// # Panics
/// When the operation is not described.
pub fn describe_refusals(
    api: &mut OpenApi,
    path: &str,
    method: &HttpMethod,
    of_arguments: Vec<Code>,
    own: Vec<Refusal>,
) {
    let operation = operation_mut(api, path, method).expect("the operation is described");
    let implied = of_arguments.into_iter().chain(refusals_of_all(method)).map(|code| Refusal { code, note: None });
    let mut by_status = BTreeMap::<u16, BTreeMap<Code, Refusal>>::new();
    for refusal in own.into_iter().chain(implied) {
        let of_status = by_status.entry(refusal.code.status().as_u16()).or_default();
        of_status.entry(refusal.code).or_insert(refusal);
    }
    let mut shared = BTreeMap::new();
    for (status, refusals) in by_status {
        let refusals: Vec<_> = refusals.into_values().collect();
        let response = match shared_name(&refusals) {
            Some(name) => {
                let reference = RefOr::Ref(Ref::from_response_name(&name));
                shared.insert(name, RefOr::T(response(&refusals)));
                reference
            }
            None => RefOr::T(response(&refusals)),
        };
        operation.responses.responses.insert(status.to_string(), response);
    }
    api.components.get_or_insert_default().responses.extend(shared);
}

/// The name of a response that operations can share, because it has no notes of a single operation.
fn shared_name(refusals: &[Refusal]) -> Option<String> {
    let is_shared = refusals.iter().all(|refusal| refusal.note.is_none());
    is_shared.then(|| refusals.iter().map(|refusal| refusal.code.name()).collect::<Vec<_>>().join("_or_"))
}

fn operation_mut<'a>(api: &'a mut OpenApi, path: &str, method: &HttpMethod) -> Option<&'a mut Operation> {
    let item = api.paths.paths.get_mut(path)?;
    match method {
        HttpMethod::Get => item.get.as_mut(),
        HttpMethod::Post => item.post.as_mut(),
        HttpMethod::Patch => item.patch.as_mut(),
        HttpMethod::Delete => item.delete.as_mut(),
        _ => None,
    }
}

fn response(refusals: &[Refusal]) -> Response {
    let words = match refusals {
        [one] => one.words(),
        several => several.iter().map(|refusal| format!("- {}", refusal.words())).collect::<Vec<_>>().join("\n"),
    };
    let response = ResponseBuilder::new().description(words).content("application/problem+json", content(refusals));
    if refusals.iter().any(|refusal| refusal.code.may_pass()) {
        response.header("Retry-After", retry_after()).build()
    } else {
        response.build()
    }
}

/// `Retry-After` in whole seconds.
fn retry_after() -> Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let mut header = Header::new(seconds);
    header.description = Some("Seconds to wait before the next request".to_owned());
    header
}

fn content(refusals: &[Refusal]) -> Content {
    let codes = refusals.iter().map(|refusal| refusal.code.name());
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
    let narrowed: Object = ObjectBuilder::new().property("code", code).required("code").build();
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    let schema = AllOfBuilder::new().item(problem).item(Schema::Object(narrowed));
    let examples = refusals.iter().map(|refusal| {
        let name = refusal.code.name();
        (name, RefOr::Ref(Ref::new(format!("#/components/examples/{name}"))))
    });
    ContentBuilder::new().schema(Some(schema)).examples_from_iter(examples).build()
}

/// Adds the schema of problems to the description, and an example of each.
pub fn describe_problems(api: &mut OpenApi) {
    let components = api.components.get_or_insert_default();
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    // No operation refuses its own method, so this code needs no example.
    for code in Code::ALL.iter().copied().filter(|code| *code != Code::MethodNotAllowed) {
        let example = ExampleBuilder::new().summary(code.title()).value(Some(json!(example(code)))).build();
        components.examples.insert(code.name().to_owned(), RefOr::T(example));
    }
}

fn example(code: Code) -> Problem {
    let errors = match code {
        Code::InvalidRequest => vec![Refused::new("limit", "This is not a whole number from 1 to 100.")],
        Code::Rejected => vec![Refused::new("products[0]", "This product is not for sale.")],
        _ => Vec::new(),
    };
    let file = |number: u128, file_name: &str, size| FileChoice {
        file_id: Uuid::from_u128(0x5f7c_3a52_9d0e_4b1c_8a6d_0000_0000_0000 + number),
        file_name: file_name.to_owned(),
        size: Some(size),
    };
    let files = match code {
        Code::FileRequired => vec![file(1, "Brushes.zip", 48_120_331), file(2, "Manual.pdf", 1_204_224)],
        _ => Vec::new(),
    };
    Problem { errors, files, ..Problem::new(code, code.title(), code.detail().into(), "JKJaXmPLvHcESHA=") }
}
