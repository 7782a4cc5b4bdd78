use polar::{Client, Customer};
use uuid::Uuid;

use crate::failure::Failure;

/// Finds a customer at Polar by e-mail address or id. The address is not repeated anywhere.
pub(crate) async fn find(polar: &Client, who: &str) -> polar::Result<Option<Customer>> {
    match who.parse::<Uuid>() {
        Ok(id) => polar.customers().find(id.into()).await,
        Err(_) => polar.customers().find_by_email(who).await,
    }
}

/// The id to look for in our tables. A customer who was deleted at Polar may still have rows, by the id.
pub(crate) async fn id_of(polar: &Client, who: &str) -> Result<Uuid, Failure> {
    if let Ok(id) = who.parse() {
        return Ok(id);
    }
    let customer = find(polar, who).await?;
    customer.map(|customer| customer.id.into()).ok_or_else(unknown)
}

pub(crate) fn unknown() -> Failure {
    Failure::refused("there is no such customer at Polar or in the shop's tables: check the e-mail address or id")
}
