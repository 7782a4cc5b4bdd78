use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use store::Sessions;
use uuid::Uuid;

use crate::{answer::Answer, customers, failure::Failure, shop::Shop};

/// Whose sessions were ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ended {
    customer_id: Uuid,
    /// The one session; all of them if there is none here.
    session_id: Option<String>,
}

/// Ends all sessions of a customer or one of them.
pub(crate) async fn end(shop: &Shop, who: &str, id: Option<String>) -> Result<Ended, Failure> {
    let clients = shop.clients().await?;
    let customer_id = customers::id_of(&clients.polar, who).await?;
    let sessions = Sessions::new(clients.dynamodb, shop.settings.required::<String>("SESSIONS_TABLE")?);
    match &id {
        None => sessions.delete_all(customer_id).await?,
        Some(id) if sessions.delete_by_id(customer_id, id, Timestamp::now()).await? => {}
        Some(id) => {
            return Err(Failure::refused(format!(
                "the customer has no session {id}: `storefront customer` lists the sessions"
            )));
        }
    }
    Ok(Ended { customer_id, session_id: id })
}

impl Answer for Ended {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { customer_id, session_id } = self;
        let which = session_id.as_ref().map_or("All sessions".to_owned(), |id| format!("The session {id}"));
        writeln!(out, "{which} of {customer_id} ended. This takes effect on the next request.")
    }
}
