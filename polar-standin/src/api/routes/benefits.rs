use axum::extract::{Path, State as Shared};
use http::Uri;
use uuid::Uuid;

use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, has_metadata, path_id, sort};
use crate::ledger::Grant;
use crate::shop::{Benefit, File};
use crate::world::World;

const READ: &[&str] = &["benefits:read", "benefits:write"];
const SORTING: &[&str] = &["created_at", "description", "type", "user_order"];
const GRANT_SORTING: &[&str] = &["created_at", "granted_at", "revoked_at"];
pub(super) const TYPES: &[&str] = &[
    "custom",
    "discord",
    "github_repository",
    "downloadables",
    "license_keys",
    "meter_credit",
    "feature_flag",
    "slack_shared_channel",
];

/// `GET /v1/benefits/`.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let types = query.choices_or_one("type", "BenefitType", TYPES);
    let ids = query.ids("id");
    let excluded = query.ids("exclude_id");
    let part = query.text("query").map(|text| text.to_lowercase());
    let metadata = query.metadata();
    let sorting = query.sorting(SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |benefit: &&Benefit| {
            types.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == benefit.type_name()))
                && ids.as_ref().is_none_or(|ids| ids.contains(&benefit.id))
                && excluded.as_ref().is_none_or(|ids| !ids.contains(&benefit.id))
                && part.as_ref().is_none_or(|part| benefit.description.to_lowercase().contains(part))
                && has_metadata(&benefit.metadata, &metadata)
        };
        let mut benefits: Vec<&Benefit> = state.shop.benefits.iter().filter(is_wanted).collect();
        sort(&mut benefits, &sorting, |benefit, key| match key {
            "description" => SortKey::Text(benefit.description.to_lowercase()),
            "type" => SortKey::Text(benefit.type_name().to_owned()),
            _ => SortKey::Time(benefit.created_at),
        });
        page.of(&benefits, |benefit| state.benefit_shape(benefit))
    })))
}

/// `GET /v1/benefits/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| {
        let benefit = state.shop.benefit(id).ok_or_else(Refusal::not_found)?;
        Ok(ok(&state.benefit_shape(benefit)))
    })
}

/// `GET /v1/benefits/{id}/grants`.
pub(super) async fn grants(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| state.shop.benefit(id).map(|_| ()).ok_or_else(Refusal::not_found))?;
    grants_of(&world, &uri, Some(id))
}

/// `GET /v1/benefit-grants/`.
pub(super) async fn all_grants(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    grants_of(&world, &uri, None)
}

/// `GET /v1/benefits/{id}/files`: active ones only.
pub(super) async fn files(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    let mut query = Query::of(&uri);
    let page = query.page();
    query.check()?;
    world.read(|state| {
        let benefit = state.shop.benefit(id).ok_or_else(Refusal::not_found)?;
        let files: Vec<&File> = benefit.active_files().into_iter().filter_map(|id| state.shop.file(id)).collect();
        Ok(ok(&page.of(&files, |file| {
            let rows = state.ledger.downloadables.iter().filter(|row| row.file_id == file.id && row.downloads > 0);
            let mut shape = state.file_shape(file);
            shape["downloaders"] = rows.clone().count().into();
            shape["downloads"] = rows.map(|row| row.downloads).sum::<u64>().into();
            shape
        })))
    })
}

fn grants_of(world: &World, uri: &Uri, benefit_id: Option<Uuid>) -> Answer {
    let mut query = Query::of(uri);
    let customers = query.ids("customer_id");
    let external_ids = query.texts("external_customer_id");
    let is_granted = query.boolean("is_granted");
    let sorting = query.sorting(GRANT_SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let external_id = |grant: &Grant| {
            state.ledger.customer_ever(grant.customer_id).and_then(|customer| customer.external_id.clone())
        };
        let is_wanted = |grant: &&Grant| {
            benefit_id.is_none_or(|id| grant.benefit_id == id)
                && customers.as_ref().is_none_or(|ids| ids.contains(&grant.customer_id))
                && (external_ids.is_empty() || external_id(grant).is_some_and(|id| external_ids.contains(&id)))
                && is_granted.is_none_or(|wanted| grant.is_granted() == wanted)
        };
        let mut grants: Vec<&Grant> = state.ledger.grants.iter().filter(is_wanted).collect();
        sort(&mut grants, &sorting, |grant, key| match key {
            "granted_at" => SortKey::Time(grant.granted_at),
            "revoked_at" => SortKey::Time(grant.revoked_at.unwrap_or_default()),
            _ => SortKey::Time(grant.created_at),
        });
        page.of(&grants, |grant| state.grant_shape(grant).unwrap_or_default())
    })))
}
