/// Generates a function's `description` and `router` from one list of handlers with `#[utoipa::path]`, each with its own refusals. An optional
/// layer for all of them follows the state: `Shop, http_api::gzip:`.
///
/// The router does not include the description. Building it would take longer than the rest of a cold start, and `openapi.json` is generated
/// beforehand.
#[macro_export]
macro_rules! routes {
    ($shop:ty $(, $layer:path)?: $($file:ident::$handler:ident => [$($own:ident $(($note:literal))?),* $(,)?]),+ $(,)?) => {
        /// The routes' OpenAPI description.
        #[must_use]
        pub fn description() -> utoipa::openapi::OpenApi {
            use utoipa::Path;

            let router = utoipa_axum::router::OpenApiRouter::<$shop>::new();
            let mut api = router$(.routes(utoipa_axum::routes!($file::$handler)))+.into_openapi();
            $(
                let of_arguments = $crate::Handler::refusals_of_arguments(&$file::$handler);
                let own: &[Vec<$crate::Refusal>] = &[$(
                    $crate::Refusal::declare($crate::codes_of!($own), [$($note)?].first().copied()),
                )*];
                for method in utoipa_axum::paste! { $file::[<__path_ $handler>]::methods() } {
                    let path = utoipa_axum::paste! { $file::[<__path_ $handler>]::path() };
                    $crate::describe_refusals(&mut api, &path, &method, of_arguments.clone(), own.concat());
                }
            )+
            api
        }

        /// The router of these routes.
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
            router$(.layer($layer()))?.with_state(shop)
        }
    };
}

/// The codes of a refusal in a list of [`routes!`]; `Polar` stands for all errors of a call to Polar.
#[doc(hidden)]
#[macro_export]
macro_rules! codes_of {
    (Polar) => {
        $crate::Code::POLAR
    };
    ($code:ident) => {
        &[$crate::Code::$code]
    };
}
