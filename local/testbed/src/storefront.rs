/// The page that may call the shop.
pub const STOREFRONT_ORIGIN: &str = "https://shop.example";
