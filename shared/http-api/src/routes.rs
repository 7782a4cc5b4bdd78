/// Writes a function's `routes` and `router` from one list of handlers that `#[utoipa::path]` describes.
///
/// What serves requests does not carry the description along: to make it costs a cold start more than all else that
/// this program does before its first event, and the document that it goes into is written beforehand.
#[macro_export]
macro_rules! routes {
    ($shop:ty: $($file:ident::$handler:ident),+ $(,)?) => {
        /// The routes with their OpenAPI description.
        #[must_use]
        pub fn routes() -> utoipa_axum::router::OpenApiRouter<$shop> {
            utoipa_axum::router::OpenApiRouter::new()$(.routes(utoipa_axum::routes!($file::$handler)))+
        }

        /// The routes, ready to answer.
        pub fn router(shop: $shop) -> axum::Router {
            use utoipa::Path;
            use utoipa_axum::PathItemExt;

            let router = axum::Router::new();
            $(
                let methods = utoipa_axum::paste! { $file::[<__path_ $handler>]::methods() };
                let path = utoipa_axum::paste! { $file::[<__path_ $handler>]::path() };
                let methods = methods.iter().map(|method| method.to_method_filter());
                let handlers = methods.fold(axum::routing::MethodRouter::new(), |handlers, method| {
                    handlers.on(method, $file::$handler)
                });
                let router = router.route(&path, handlers);
            )+
            router.with_state(shop)
        }
    };
}
