//! A customer of the recordings, who took an album of two files once and a manual twice.

use std::{collections::HashMap, sync::Arc};

use polar::{CustomerToken, Product};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Purchase, Terms,
    bought::Bought,
    library::{Answers, Library},
};

pub(crate) const ALBUM: &str = "a60255b5-916d-4ecc-8527-145d27382176";
pub(crate) const MANUAL: &str = "8ca03d07-8bad-4514-9b61-4d622836f3b4";

/// The body of a recorded answer of Polar's.
pub(crate) fn recorded(name: &str) -> Value {
    let path = format!("{}/tests/recordings/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let recording: Value = serde_json::from_slice(&std::fs::read(path).expect("the recording")).expect("JSON");
    recording["response"]["body_json"].clone()
}

fn items<T: DeserializeOwned>(name: &str) -> Vec<T> {
    serde_json::from_value(recorded(name)["items"].clone()).expect("a list of Polar's")
}

/// What Polar says of the customer: recordings, or what became of them.
pub(crate) struct Buyer {
    pub(crate) orders: Value,
    pub(crate) grants: &'static str,
    pub(crate) files: &'static str,
    pub(crate) products: Value,
}

pub(crate) fn buyer() -> Buyer {
    Buyer {
        orders: recorded("543-portal-orders"),
        grants: "547-portal-benefit-grants",
        files: "500-portal-downloadables",
        products: recorded("100-products-list")["items"].clone(),
    }
}

impl Buyer {
    pub(crate) fn change_product(&mut self, id: &str, change: impl FnOnce(&mut Value)) {
        let products = self.products.as_array_mut().expect("a list");
        change(products.iter_mut().find(|product| product["id"] == id).expect("the product"));
    }

    pub(crate) fn library(self) -> Library {
        let answers = Answers {
            bought: Bought::of(
                serde_json::from_value(self.orders["items"].clone()).expect("orders"),
                items(self.grants),
            ),
            files: items(self.files),
            token: CustomerToken::new("polar_mst_test"),
        };
        let products: Vec<Product> = serde_json::from_value(self.products).expect("products");
        Library::new(answers, products.into_iter().map(Arc::new), Terms::default())
    }

    pub(crate) fn purchases(self, now: &str) -> Vec<Purchase> {
        self.library().purchases(&HashMap::new(), now.parse().expect("a time"))
    }
}
