use axum::extract::State as Shared;
use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::{Answer, Refusal, json as answer};
use crate::api::body::{JsonBody, missing};
use crate::api::caller::Caller;
use crate::api::fields::Fields;
use crate::state::State;
use crate::world::World;

const WRITE: &[&str] = &["customer_sessions:write"];
const FORMS: [&str; 2] = ["CustomerSessionCustomerIDCreate", "CustomerSessionCustomerExternalIDCreate"];
const ID: &str = "customer_id";
const EXTERNAL_ID: &str = "external_customer_id";
/// The deprecated spelling (recording 452).
const OLD_EXTERNAL_ID: &str = "customer_external_id";

/// Whose session is asked for.
struct Wanted {
    id: Option<Uuid>,
    external_id: Option<String>,
    return_url: Option<String>,
}

/// `POST /v1/customer-sessions/`: an unknown customer is 422, not 404 (recordings 453, 454).
pub(super) async fn create(Shared(world): Shared<World>, caller: Caller, body: JsonBody) -> Answer {
    caller.organization(WRITE)?;
    let wanted = read(&body.object(&FORMS)?)?;
    world.change(|state| {
        let customer = customer(state, &wanted)?;
        let session = state.open_session(customer, true, wanted.return_url);
        let customer = state.ledger.customer(customer).ok_or_else(Refusal::not_found)?;
        Ok(answer(StatusCode::CREATED, &state.session_shape(&session, customer)))
    })
}

fn customer(state: &State, wanted: &Wanted) -> Result<Uuid, Refusal> {
    let unknown = |field: &str, input: Value| {
        Refusal::rejected("value_error", &[json!(field)], "Customer does not exist.", &input)
    };
    // With both, the external id decides (recording 456).
    if let Some(external_id) = &wanted.external_id {
        let found = state.ledger.customer_by_external_id(external_id).map(|customer| customer.id);
        return found.ok_or_else(|| unknown(EXTERNAL_ID, json!(external_id)));
    }
    let id = wanted.id.unwrap_or_default();
    state.ledger.customer(id).map(|customer| customer.id).ok_or_else(|| unknown(ID, json!(id)))
}

fn read(body: &Map<String, Value>) -> Result<Wanted, Refusal> {
    let mut fields = Fields::of(body);
    let mut ids = Fields::of(body);
    let wanted = Wanted {
        id: ids.id(ID),
        external_id: ids.text(EXTERNAL_ID, usize::MAX).or_else(|| ids.text(OLD_EXTERNAL_ID, usize::MAX)),
        return_url: fields.address("return_url"),
    };
    let has_one = wanted.id.is_some() || wanted.external_id.is_some();
    if fields.is_sound() && ids.is_sound() && has_one {
        return Ok(wanted);
    }
    let mut flaws = Vec::new();
    for (form, field, is_there) in
        [(FORMS[0], ID, ids.has(ID)), (FORMS[1], EXTERNAL_ID, ids.has(EXTERNAL_ID) || ids.has(OLD_EXTERNAL_ID))]
    {
        let prefix = [json!("body"), json!(form)];
        if is_there {
            flaws.extend(ids.written(&prefix));
        }
        flaws.extend(fields.written(&prefix));
        if !is_there {
            flaws.push(missing(&[json!("body"), json!(form), json!(field)], &Value::Object(body.clone())));
        }
    }
    Err(Refusal::Invalid(flaws))
}
