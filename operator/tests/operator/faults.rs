//! One fault at a time: the doctor names the link that it is in, and no other.

use std::{future::Future, pin::Pin};

use polar_standin::Shop;

use crate::world::{World, demo_shop};

type Introduced<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Something that goes wrong.
pub(crate) struct Fault {
    /// In the words of whoever has to mend it.
    pub(crate) what: &'static str,
    /// What the shop sells.
    pub(crate) goods: fn() -> Shop,
    /// Makes it go wrong.
    pub(crate) introduce: for<'a> fn(&'a World) -> Introduced<'a>,
    /// Who is looked at, and which product.
    pub(crate) buyer: &'static str,
    pub(crate) product: uuid::Uuid,
    /// The link that is to be named.
    pub(crate) link: &'static str,
    pub(crate) state: &'static str,
    /// What has to be in the text.
    pub(crate) says: &'static str,
}

/// All is well, until a row says otherwise.
pub(crate) const NONE: Fault = Fault {
    what: "",
    goods: demo_shop,
    introduce: |_| Box::pin(async {}),
    buyer: demo::ADA_EMAIL,
    product: demo::FOREST_PACK,
    link: "",
    state: "broken",
    says: "",
};

/// Introduces each fault into a world of its own.
pub(crate) async fn check(faults: &[Fault]) {
    let mut differences = Vec::new();
    for fault in faults {
        let world = World::selling((fault.goods)()).await;
        (fault.introduce)(&world).await;
        let product = fault.product.to_string();
        let report = world.ask(&["doctor", "--customer", fault.buyer, "--product", &product]).await;
        let lines = report["links"].as_array().expect("links");
        let wrong: Vec<_> = lines.iter().filter(|line| line["state"] != "ok" && line["state"] != "skipped").collect();
        let is_named = matches!(wrong.as_slice(), [line] if line["link"] == fault.link && line["state"] == fault.state
            && line["says"].as_str().is_some_and(|says| says.contains(fault.says)) && line["advice"].is_string());
        if !is_named || report["healthy"] != (fault.state == "warning") {
            let found: Vec<_> = wrong.iter().map(ToString::to_string).collect();
            differences.push(format!(
                "{}: not {} of {}, but\n  {}",
                fault.what,
                fault.state,
                fault.link,
                found.join("\n  ")
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
