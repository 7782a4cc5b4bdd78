use axum::extract::{Path, State as Shared};
use http::Uri;

use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, path_id};
use crate::shop::{File, Service};
use crate::world::World;

const READ: &[&str] = &["files:read", "files:write"];

/// `GET /v1/files/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let ids = query.ids("ids");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |file: &&File| ids.as_ref().is_none_or(|ids| ids.contains(&file.id));
        let files: Vec<&File> = state.shop.files.iter().filter(is_wanted).collect();
        page.of(&files, |file| match file.service {
            Service::Downloadable => state.file_shape(file),
            Service::ProductMedia => state.media_shape(file),
        })
    })))
}

/// `GET /v1/files/{id}/download`: whoever holds the organization token may have any file.
pub(super) async fn download(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| {
        let file = state.shop.file(id).filter(|file| file.service == Service::Downloadable);
        Ok(ok(&state.file_download_shape(file.ok_or_else(Refusal::not_found)?)))
    })
}
