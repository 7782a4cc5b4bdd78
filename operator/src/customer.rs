use std::{
    collections::HashMap,
    io::{self, Write},
};

use serde::Serialize;
use store::{CustomerData, Downloads, Sessions, export};
use uuid::Uuid;

use crate::{
    answer::{Answer, FAINT, STRONG},
    customers,
    failure::Failure,
    shop::Shop,
};

/// How many attempts are shown; the JSON contains all of them.
const NEWEST: usize = 20;

/// The data stored about a customer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    /// Whether Polar still has the customer.
    known_at_polar: bool,
    #[serde(flatten)]
    data: CustomerData,
}

/// All of it, in the form that is given to the customer.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Export(CustomerData);

/// Reads what the tables hold about a customer, who may no longer exist at Polar.
pub(crate) async fn show(shop: &Shop, who: &str) -> Result<Held, Failure> {
    let clients = shop.clients().await?;
    let known = customers::find(&clients.polar, who).await?;
    let id = match (&known, who.parse::<Uuid>()) {
        (Some(customer), _) => customer.id.into(),
        (None, Ok(id)) => id,
        (None, Err(_)) => return Err(customers::unknown()),
    };
    let table = |name| shop.settings.required::<String>(name);
    let sessions = Sessions::new(clients.dynamodb.clone(), table("SESSIONS_TABLE")?);
    let downloads = Downloads::new(clients.dynamodb, table("DOWNLOADS_TABLE")?);
    let data = export(&sessions, &downloads, id).await?;
    if known.is_none() && data.sessions.is_empty() && data.counters.is_empty() && data.attempts.is_empty() {
        return Err(customers::unknown());
    }
    Ok(Held { known_at_polar: known.is_some(), data })
}

impl Held {
    pub(crate) fn export(self) -> Export {
        Export(self.data)
    }
}

impl Answer for Export {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", serde_json::to_string_pretty(self)?)
    }
}

impl Answer for Held {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let CustomerData { customer_id, sessions, counters, attempts, .. } = &self.data;
        let gone = if self.known_at_polar { "" } else { " (no longer exists at Polar)" };
        writeln!(out, "{STRONG}{customer_id}{STRONG:#}{gone}")?;
        writeln!(out, "\n{STRONG}Sessions{STRONG:#}")?;
        for session in sessions {
            let scope = match &session.checkout_ids {
                None => "account".to_owned(),
                Some(ids) => {
                    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                    format!("order of checkout {}", ids.join(", "))
                }
            };
            let client = session.client.as_deref().unwrap_or("unknown browser");
            writeln!(
                out,
                "{}  {scope}, {client}, since {:.0}, until {:.0}",
                session.id, session.created_at, session.expires_at
            )?;
        }
        let names: HashMap<_, _> =
            attempts.iter().filter_map(|attempt| Some((attempt.file_id?, attempt.file_name.as_deref()?))).collect();
        writeln!(out, "\n{STRONG}Downloads taken{STRONG:#}")?;
        for counter in counters {
            let name = names.get(&counter.file_id).copied().unwrap_or_default();
            write!(
                out,
                "{:4}  {name} {FAINT}{} of order {}{FAINT:#}",
                counter.used, counter.file_id, counter.purchase_id
            )?;
            match counter.granted {
                0 => writeln!(out)?,
                granted => writeln!(out, ", {granted} additional downloads granted")?,
            }
        }
        writeln!(out, "\n{STRONG}History{STRONG:#}")?;
        for attempt in attempts.iter().rev().take(NEWEST) {
            let name = attempt.file_name.as_deref().unwrap_or_default();
            writeln!(
                out,
                "{:.0}  {:22} {name} {FAINT}{}, session {}{FAINT:#}",
                attempt.at, attempt.result, attempt.client, attempt.session_id
            )?;
        }
        match attempts.len().saturating_sub(NEWEST) {
            0 => Ok(()),
            more => writeln!(out, "{more} older ones are shown with --json."),
        }
    }
}
