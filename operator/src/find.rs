use startup::Settings;

use crate::{
    failure::Failure,
    local,
    options::PlaceOptions,
    shop::{Place, Shop},
    stack,
};

/// Finds the shop that the command line names.
pub(crate) async fn find_shop(options: &PlaceOptions, environment: Settings) -> Result<Shop, Failure> {
    let mut shop = match (&options.local, &options.stack) {
        (Some(folder), _) => local::find(folder, environment)?,
        (None, Some(name)) => stack::find(name, options.region.as_deref(), &environment).await?,
        (None, None) => Shop::new(Place::Environment, environment, None),
    };
    shop.api_url = options.api_url.clone().or(shop.api_url);
    if shop.webhook_url.is_none() {
        shop.webhook_url = shop.route("/api/webhooks/polar").map(Into::into);
    }
    Ok(shop)
}
