use axum::extract::State as Shared;
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Refusal, json as answer, ok};
use crate::api::body::JsonBody;
use crate::api::caller::Caller;
use crate::api::fields::Fields;
use crate::api::query::{Query, SortKey, one_of, sort};
use crate::ledger::{Order, Refund};
use crate::state::NewRefund;
use crate::world::World;

const READ: &[&str] = &["refunds:read", "refunds:write"];
const WRITE: &[&str] = &["refunds:write"];
const SORTING: &[&str] = &["created_at", "amount"];
const REASONS: &[&str] =
    &["duplicate", "fraudulent", "customer_request", "service_disruption", "satisfaction_guarantee", "other"];

/// `POST /v1/refunds/`: takes no benefits away unless asked to.
pub(super) async fn create(Shared(world): Shared<World>, caller: Caller, body: JsonBody) -> Answer {
    caller.organization(WRITE)?;
    let wanted = new_refund(&body.object(&[])?)?;
    world.change(|state| {
        let id = state.refund_some(wanted)?;
        let refund = state.ledger.refunds.iter().find(|refund| refund.id == id).ok_or_else(Refusal::not_found)?;
        Ok(answer(StatusCode::CREATED, &state.refund_shape(refund)))
    })
}

/// `GET /v1/refunds/`; every refund here has succeeded.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let ids = query.ids("id");
    let organizations = query.ids("organization_id");
    let orders = query.ids("order_id");
    let customers = query.ids("customer_id");
    let subscriptions = query.ids("subscription_id");
    let succeeded = query.boolean("succeeded");
    let sorting = query.sorting(SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let order = |refund: &Refund| state.ledger.order(refund.order_id);
        let of = |refund: &Refund, is_it: &dyn Fn(&Order) -> bool| order(refund).is_some_and(is_it);
        let is_wanted = |refund: &&Refund| {
            ids.as_ref().is_none_or(|ids| ids.contains(&refund.id))
                && organizations.as_ref().is_none_or(|ids| ids.contains(&state.shop.organization.id))
                && orders.as_ref().is_none_or(|ids| ids.contains(&refund.order_id))
                && customers.as_ref().is_none_or(|ids| of(refund, &|order| ids.contains(&order.customer_id)))
                && subscriptions
                    .as_ref()
                    .is_none_or(|ids| of(refund, &|order| order.subscription_id.is_some_and(|id| ids.contains(&id))))
                && succeeded.unwrap_or(true)
        };
        let mut refunds: Vec<&Refund> = state.ledger.refunds.iter().filter(is_wanted).collect();
        sort(&mut refunds, &sorting, |refund, key| match key {
            "amount" => SortKey::Number(refund.amount),
            _ => SortKey::Time(refund.created_at),
        });
        page.of(&refunds, |refund| state.refund_shape(refund))
    })))
}

fn new_refund(body: &Map<String, Value>) -> Result<NewRefund, Refusal> {
    let mut fields = Fields::of(body);
    for name in ["order_id", "reason", "amount"].into_iter().filter(|name| !body.contains_key(*name)) {
        fields.require(name);
    }
    let order_id = fields.id("order_id");
    let reason = fields.text("reason", usize::MAX);
    if let Some(given) = reason.as_ref().filter(|reason| !REASONS.contains(&reason.as_str())) {
        let expected = one_of(REASONS);
        let message = format!("Input should be {expected}");
        fields.complain(&[json!("reason")], "enum", &message, &json!(given), Some(json!({"expected": expected})));
    }
    let amount = fields.amount("amount");
    if amount == Some(0) {
        let context = Some(json!({"gt": 0}));
        fields.complain(&[json!("amount")], "greater_than", "Input should be greater than 0", &json!(0), context);
    }
    let revoke_benefits = fields.boolean("revoke_benefits").unwrap_or_default();
    let metadata = fields.metadata("metadata").unwrap_or_default();
    fields.check()?;
    Ok(NewRefund {
        order_id: order_id.unwrap_or_default(),
        reason: reason.unwrap_or_default(),
        amount: amount.unwrap_or_default(),
        revoke_benefits,
        metadata,
    })
}
