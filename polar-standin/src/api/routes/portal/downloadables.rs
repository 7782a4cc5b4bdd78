use axum::extract::{Path, State as Shared};
use http::{StatusCode, Uri};

use crate::answer::{Answer, Refusal, ok, redirect};
use crate::api::caller::Caller;
use crate::api::query::Query;
use crate::ledger::Downloadable;
use crate::links::row_of;
use crate::shop::File;
use crate::world::World;

/// `GET /v1/customer-portal/downloadables/`: newest first, no product or order filter.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    let customer = caller.customer()?;
    let mut query = Query::of(&uri);
    let benefits = query.ids("benefit_id");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let has_file = |row: &Downloadable| {
            state.shop.benefit(row.benefit_id).is_some_and(|benefit| benefit.active_files().contains(&row.file_id))
        };
        let is_wanted = |row: &&Downloadable| {
            row.customer_id == customer
                && row.is_granted
                && has_file(row)
                && benefits.as_ref().is_none_or(|ids| ids.contains(&row.benefit_id))
        };
        let rows = state.ledger.downloadables.iter().rev().filter(is_wanted);
        let rows: Vec<(&Downloadable, &File)> =
            rows.filter_map(|row| Some((row, state.shop.file(row.file_id)?))).collect();
        page.of(&rows, |(row, file)| state.downloadable_shape(row, file))
    })))
}

/// `GET /v1/customer-portal/downloadables/{token}`: asks neither for a token nor whether the grant still
/// stands (recordings 520, 656).
pub(super) async fn follow(Shared(world): Shared<World>, Path(token): Path<String>) -> Answer {
    world.change(|state| {
        let now = state.now();
        let id = row_of(&token, now)?;
        let rows = &mut state.ledger.downloadables;
        let row = rows.iter_mut().find(|row| row.id == id).ok_or_else(Refusal::not_found)?;
        row.downloads += 1;
        let file_id = row.file_id;
        let file = state.shop.file(file_id).ok_or_else(Refusal::not_found)?;
        Ok(redirect(StatusCode::FOUND, &state.file_url(file, now)))
    })
}
