use axum::extract::{Path, State as Shared};
use http::Uri;

use crate::answer::{Answer, Refusal, ok};
use crate::api::caller::Caller;
use crate::api::query::{Query, SortKey, has_metadata, path_id, sort};
use crate::shop::{Amount, Product};
use crate::world::World;

const READ: &[&str] = &["products:read", "products:write"];
const SORTING: &[&str] = &["created_at", "name", "price_amount_type", "price_amount"];
const VISIBILITIES: &[&str] = &["draft", "private", "public"];

/// `GET /v1/products/`: archived, private and draft products too, unless filtered.
pub(super) async fn list(Shared(world): Shared<World>, caller: Caller, uri: Uri) -> Answer {
    caller.organization(READ)?;
    let mut query = Query::of(&uri);
    let ids = query.ids("id");
    let organizations = query.ids("organization_id");
    let name = query.text("query").map(|text| text.to_lowercase());
    let is_archived = query.boolean("is_archived");
    let is_recurring = query.boolean("is_recurring");
    let benefits = query.ids("benefit_id");
    let visibilities = query.choices("visibility", VISIBILITIES);
    let metadata = query.metadata();
    let sorting = query.sorting(SORTING, "-created_at");
    let page = query.page();
    query.check()?;
    Ok(ok(&world.read(|state| {
        let is_wanted = |product: &&Product| {
            ids.as_ref().is_none_or(|ids| ids.contains(&product.id))
                && organizations.as_ref().is_none_or(|ids| ids.contains(&state.shop.organization.id))
                && name.as_ref().is_none_or(|name| product.name.to_lowercase().contains(name))
                && is_archived.is_none_or(|wanted| product.is_archived == wanted)
                && is_recurring.is_none_or(|wanted| product.recurring.is_some() == wanted)
                && benefits.as_ref().is_none_or(|ids| product.benefits.iter().any(|id| ids.contains(id)))
                && visibilities.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == product.visibility))
                && has_metadata(&product.metadata, &metadata)
        };
        let mut products: Vec<&Product> = state.shop.products.iter().filter(is_wanted).collect();
        sort(&mut products, &sorting, |product, key| match key {
            "name" => SortKey::Text(product.name.to_lowercase()),
            "price_amount_type" => SortKey::Text(amount(product).map(Amount::kind).unwrap_or_default().to_owned()),
            "price_amount" => SortKey::Number(amount(product).map_or(0, Amount::asked)),
            _ => SortKey::Time(product.created_at),
        });
        page.of(&products, |product| state.product_shape(product, benefits.as_deref()))
    })))
}

/// `GET /v1/products/{id}`.
pub(super) async fn find(Shared(world): Shared<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.organization(READ)?;
    let id = path_id(&id)?;
    world.read(|state| {
        let product = state.shop.product(id).ok_or_else(Refusal::not_found)?;
        Ok(ok(&state.product_shape(product, None)))
    })
}

fn amount(product: &Product) -> Option<Amount> {
    product.price().map(|price| price.amount)
}
