//! Bodies of the checkout routes, with the complaints that Polar makes about them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::Refusal;
use crate::api::body::missing;
use crate::api::fields::Fields;
use crate::state::Confirmation;
use crate::state::{Details, NewCheckout};

const LONGEST_NAME: usize = 256;
const ANY_LENGTH: usize = usize::MAX;

/// The framework's name for one form of the body (recording 211).
macro_rules! form {
    ($name:literal) => {
        concat!(
            "function-after[_validate_unit_constraints(), function-after[_validate_seat_constraints(), ",
            "function-after[is_complete_configuration(), ",
            $name,
            "]]]"
        )
    };
}

/// The forms in which a checkout can be asked for, in the order in which Polar complains about them.
pub(super) const FORMS: [&str; 3] =
    [form!("CheckoutProductsCreate"), form!("CheckoutProductCreate"), form!("CheckoutPriceCreate")];

/// The deprecated fields that the second and the third form want.
const SINGLE: [&str; 2] = ["product_id", "product_price_id"];

/// A body of `POST /v1/checkouts/`. One mistake is reported once for each form (surprise 3).
pub(super) fn new_checkout(
    body: &Map<String, Value>,
    price_owner: impl Fn(Uuid) -> Option<Uuid>,
) -> Result<NewCheckout, Refusal> {
    let mut fields = Fields::of(body);
    let mut wanted = common(&mut fields);
    let mut list = Fields::of(body);
    let mut single = Fields::of(body);
    if let Some(field) = SINGLE.into_iter().find(|field| fields.has(field) && !fields.has("products")) {
        let id = single.id(field).filter(|_| single.is_sound());
        wanted.products =
            id.and_then(|id| if field == SINGLE[0] { Some(id) } else { price_owner(id) }).into_iter().collect();
    } else {
        wanted.products = list.distinct_ids("products");
    }
    if fields.is_sound() && list.is_sound() && single.is_sound() && !wanted.products.is_empty() {
        return Ok(wanted);
    }
    let mut flaws = Vec::new();
    for (form, single_field) in FORMS.iter().zip([None, Some(SINGLE[0]), Some(SINGLE[1])]) {
        let prefix = [json!("body"), json!(form)];
        flaws.extend(fields.written(&prefix));
        match single_field {
            None => flaws.extend(list.written(&prefix)),
            Some(field) => {
                let place = [json!("body"), json!(form), json!(field)];
                flaws.push(missing(&place, &Value::Object(body.clone())));
            }
        }
    }
    Err(Refusal::Invalid(flaws))
}

/// A body of `PATCH /v1/checkouts/{id}`: details, and the metadata that replaces the old one.
pub(super) fn update(body: &Map<String, Value>) -> Result<(Details, Option<Map<String, Value>>), Refusal> {
    let mut fields = Fields::of(body);
    let details = details(&mut fields);
    let metadata = fields.metadata("metadata");
    fields.check()?;
    Ok((details, metadata))
}

/// A body of the buyer's own update.
pub(super) fn client_update(body: &Map<String, Value>) -> Result<Details, Refusal> {
    let mut fields = Fields::of(body);
    let details = details(&mut fields);
    fields.check()?;
    Ok(details)
}

/// A body of a confirm.
pub(super) fn confirmation(body: &Map<String, Value>) -> Result<Confirmation, Refusal> {
    let mut fields = Fields::of(body);
    let details = details(&mut fields);
    let confirmation_token_id = fields.text("confirmation_token_id", ANY_LENGTH);
    fields.check()?;
    Ok(Confirmation { details, confirmation_token_id, new_customer_id: None })
}

fn common(fields: &mut Fields<'_>) -> NewCheckout {
    let mut details = details(fields);
    // At the start the product is chosen by the list, and a discount by its id.
    details.product_id = None;
    details.discount_code = None;
    NewCheckout {
        id: None,
        products: Vec::new(),
        customer_id: fields.id("customer_id"),
        external_customer_id: fields
            .text("external_customer_id", ANY_LENGTH)
            .or_else(|| fields.text("customer_external_id", ANY_LENGTH)),
        discount_id: fields.id("discount_id"),
        currency: fields.currency("currency"),
        success_url: fields.address("success_url"),
        return_url: fields.address("return_url"),
        embed_origin: fields.text("embed_origin", ANY_LENGTH),
        forbids_discount_codes: fields.boolean("allow_discount_codes") == Some(false),
        require_billing_address: fields.boolean("require_billing_address") == Some(true),
        is_business_customer: fields.boolean("is_business_customer") == Some(true),
        customer_ip_address: fields.text("customer_ip_address", ANY_LENGTH),
        metadata: fields.metadata("metadata").unwrap_or_default(),
        customer_metadata: fields.metadata("customer_metadata").unwrap_or_default(),
        details,
    }
}

fn details(fields: &mut Fields<'_>) -> Details {
    Details {
        // The deprecated single-product create has this field too, and reads it itself.
        product_id: if fields.has("products") { None } else { fields.id("product_id") },
        amount: fields.amount("amount"),
        discount_code: fields.text("discount_code", ANY_LENGTH),
        customer_name: fields.text("customer_name", LONGEST_NAME),
        customer_email: fields.email("customer_email"),
        customer_billing_name: fields.text("customer_billing_name", ANY_LENGTH),
        customer_billing_address: fields.billing_address("customer_billing_address"),
    }
}
