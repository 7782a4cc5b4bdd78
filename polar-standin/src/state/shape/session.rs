use serde_json::{Value, json};
use url::form_urlencoded;

use crate::clock::written;
use crate::ledger::{Customer, CustomerSession};
use crate::state::State;

impl State {
    /// A new customer session (recording 450).
    pub(crate) fn session_shape(&self, session: &CustomerSession, customer: &Customer) -> Value {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("customer_session_token", &session.token)
            .append_pair("email", &customer.email)
            .finish();
        json!({
            "created_at": written(session.created_at),
            "modified_at": null,
            "id": session.id,
            "token": session.token,
            "expires_at": written(session.expires_at),
            "return_url": session.return_url,
            "customer_portal_url": format!("{}/{}/portal?{query}", self.url, self.shop.organization.slug),
            "customer_id": customer.id,
            "customer": self.customer_shape(customer),
        })
    }
}

/// Who a customer token speaks for (recordings 552, 553).
pub(crate) fn user_shape(session: &CustomerSession, customer: &Customer) -> Value {
    json!({
        "type": if session.of_member { "member" } else { "customer" },
        "name": customer.name,
        "email": customer.email,
        "customer_id": customer.id,
        "member_id": session.of_member.then(|| customer.member_id()),
        "role": session.of_member.then_some("owner"),
    })
}
