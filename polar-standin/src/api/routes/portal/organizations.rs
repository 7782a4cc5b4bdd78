use axum::extract::{Path, State as Shared};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal, ok};
use crate::shop::Product;
use crate::world::World;

/// `GET /v1/customer-portal/organizations/{slug}`: the public catalog, without a token (recording 554).
pub(super) async fn find(Shared(world): Shared<World>, Path(slug): Path<String>) -> Answer {
    world.read(|state| {
        if state.shop.organization.slug != slug {
            return Err(Refusal::not_found());
        }
        let is_shown = |product: &&Product| !product.is_archived && product.visibility == "public";
        let products = state.shop.products.iter().filter(is_shown);
        let products: Vec<Value> = products.map(|product| state.public_product_shape(product)).collect();
        Ok(ok(&json!({"organization": state.portal_organization_shape(), "products": products})))
    })
}
