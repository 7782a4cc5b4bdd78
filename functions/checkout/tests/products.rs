//! One request cannot use up what Polar lets the whole shop ask.

use std::path::Path;

use serde_json::{Value, json};
use testbed::{Answer, Event, Function, World, demo};
use uuid::Uuid;

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");

async fn begin(checkout: &Function, products: &[Uuid]) -> Answer {
    checkout.call(Event::post("/api/checkout", &json!({ "products": products }))).await.expect("an answer")
}

/// Made-up ids, others for each start.
fn strangers(start: u128, count: usize) -> Vec<Uuid> {
    (start..).take(count).map(Uuid::from_u128).collect()
}

fn lookups(world: &World) -> usize {
    let is_lookup = |line: String| line.strip_prefix("GET /v1/products/").is_some_and(|id| Uuid::parse_str(id).is_ok());
    world.polar.requests().iter().filter(|request| is_lookup(request.line())).count()
}

fn refused_fields(answer: &Answer) -> Vec<&Value> {
    answer.body["errors"].as_array().into_iter().flatten().map(|refused| &refused["field"]).collect()
}

#[tokio::test]
async fn an_impossible_list_of_products_is_refused_before_polar_is_asked() {
    let world = World::start().await.unwrap();
    let checkout = world.run("checkout", Path::new(CHECKOUT)).await.unwrap();
    for (case, products, fields) in [
        ("none", vec![], vec!["products"]),
        ("one twice", vec![demo::FOREST_PACK, demo::BRUSH_PACK, demo::FOREST_PACK], vec!["products[2]"]),
        ("one three times", vec![demo::FOREST_PACK; 3], vec!["products[1]", "products[2]"]),
        ("a stranger twice", vec![Uuid::max(); 2], vec!["products[1]"]),
        ("21", strangers(1, 21), vec!["products"]),
        ("as many as a body holds", vec![Uuid::max(); 1_500], vec!["products"]),
    ] {
        let answer = begin(&checkout, &products).await;

        assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("rejected")), "{case}: {}", answer.body);
        assert_eq!(refused_fields(&answer), fields, "{case}");
        assert_eq!(world.polar.requests().len(), 0, "{case}");
    }
}

#[tokio::test]
async fn polar_is_asked_for_ten_strangers_and_the_next_ones_do_not_exist() {
    let world = World::start().await.unwrap();
    let checkout = world.run("checkout", Path::new(CHECKOUT)).await.unwrap();

    let twenty = begin(&checkout, &strangers(1, 20)).await;
    assert_eq!((twenty.status, refused_fields(&twenty).len()), (422, 20), "{}", twenty.body);
    assert_eq!(lookups(&world), 10);

    let another = begin(&checkout, &strangers(100, 1)).await;
    assert_eq!((another.status, refused_fields(&another)), (422, vec![&json!("products[0]")]), "{}", another.body);
    assert_eq!(lookups(&world), 10);

    let sold = begin(&checkout, &[demo::FOREST_PACK]).await;
    assert_eq!(sold.status, 201, "what the catalog knows is sold all the same: {}", sold.body);
}
