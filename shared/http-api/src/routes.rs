/// Writes a function's `description` and `router` from one list of handlers that `#[utoipa::path]` describes, each with the refusals that
/// are its own. A layer that all of them share may stand behind the state: `Shop, http_api::gzip:`.
///
/// What serves requests does not carry the description along: to make it costs a cold start more than all else that
/// this program does before its first event, and the document that it goes into is written beforehand.
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
            router$(.layer($layer()))?.with_state(shop)
        }
    };
}

/// The codes of a refusal, by its name in a list of [`routes!`]; `Polar` stands for all that a call to Polar may end with.
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
