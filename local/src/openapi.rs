use utoipa::openapi::{
    Components, InfoBuilder, OpenApi, OpenApiBuilder,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// The description of all routes, as `openapi.json` has it.
#[must_use]
pub fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title("polar-storefront")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The backend of a shop that sells digital downloads through Polar."));
    let functions = [
        catalog::description(),
        checkout::description(),
        session::description(),
        library::description(),
        download::description(),
        webhook::description(),
    ];
    let mut api = OpenApiBuilder::new().info(info).components(Some(Components::new())).build();
    for function in functions {
        api.merge(function);
    }
    http_api::describe_problems(&mut api);
    if let Some(components) = &mut api.components {
        let cookie = ApiKey::Cookie(ApiKeyValue::new(http_api::SESSION_COOKIE));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    api
}
