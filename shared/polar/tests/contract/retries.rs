//! What is tried again, seen from Polar.

use std::time::{Duration, Instant};

use polar::{ClientSecret, ConfirmCheckout, CreateCheckout, Error, ListProducts};

use crate::{
    polar::{Answer, Polar},
    recording::Recording,
};

fn overloaded() -> Answer {
    Answer::new(503, "<html>busy</html>").with("content-type", "text/html")
}

fn page() -> Answer {
    (&Recording::read("100-products-list")).into()
}

#[tokio::test]
async fn a_read_survives_two_failures() {
    let polar = Polar::answering([overloaded(), overloaded(), page()]).await;

    polar.client.products().list(&ListProducts::default()).await.unwrap();

    assert_eq!(polar.requests().len(), 3);
}

#[tokio::test]
async fn a_read_gives_up_after_three_tries() {
    let polar = Polar::answering([overloaded(), overloaded(), overloaded(), page()]).await;

    let error = polar.client.products().list(&ListProducts::default()).await.unwrap_err();

    assert!(matches!(error, Error::Unavailable { status: Some(503), .. }), "{error:?}");
    assert_eq!(polar.requests().len(), 3);
}

#[tokio::test]
async fn a_page_that_something_in_front_of_polar_wrote_is_no_answer() {
    let html = Answer::new(200, "<!doctype html><title>One moment</title>").with("content-type", "text/html");
    let polar = Polar::answering([html, page()]).await;

    polar.client.products().list(&ListProducts::default()).await.unwrap();

    assert_eq!(polar.requests().len(), 2);
}

#[tokio::test]
async fn a_create_is_not_repeated_once_it_reached_polar() {
    let polar = Polar::answering([overloaded(), page()]).await;
    let products = vec!["a60255b5-916d-4ecc-8527-145d27382176".parse().unwrap()];

    let checkout = CreateCheckout { products, ..CreateCheckout::default() };
    let error = polar.client.checkouts().create(&checkout).await.unwrap_err();

    assert!(matches!(error, Error::Unavailable { status: Some(503), .. }), "{error:?}");
    assert_eq!(polar.requests().len(), 1);
}

#[tokio::test]
async fn a_confirmation_is_never_repeated() {
    let polar = Polar::answering([overloaded(), page()]).await;

    let secret = ClientSecret::new("polar_c_1");
    polar.client.checkouts().client_confirm(&secret, &ConfirmCheckout::default()).await.unwrap_err();

    assert_eq!(polar.requests().len(), 1);
}

#[tokio::test]
async fn a_rate_limit_beyond_the_time_left_is_told_at_once() {
    let polar = Polar::answering([Answer::new(429, "").with("retry-after", "60"), page()]).await;

    let error = polar.client.products().list(&ListProducts::default()).await.unwrap_err();

    assert!(matches!(error, Error::RateLimited { retry_after } if retry_after.as_secs() == 60), "{error:?}");
    assert_eq!(polar.requests().len(), 1);
}

#[tokio::test]
async fn no_rate_limit_asks_to_wait_for_more_than_an_hour() {
    for seconds in ["3601", "18446744073709551615"] {
        let polar = Polar::answering([Answer::new(429, "").with("retry-after", seconds)]).await;

        let error = polar.client.products().list(&ListProducts::default()).await.unwrap_err();

        let hour = Duration::from_hours(1);
        assert!(matches!(error, Error::RateLimited { retry_after } if retry_after == hour), "{error:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_that_is_over_soon_is_waited_out() {
    let polar = Polar::answering([Answer::new(429, "").with("retry-after", "0"), page()]).await;

    polar.client.products().list(&ListProducts::default()).await.unwrap();

    assert_eq!(polar.requests().len(), 2);
}

#[tokio::test]
async fn nothing_is_sent_after_the_deadline() {
    let polar = Polar::answering([page()]).await;

    let list = ListProducts::default();
    let call = async { polar.client.products().list(&list).await };
    let result = polar::with_deadline(Instant::now(), call).await;

    assert!(matches!(result, Err(Error::Timeout)));
    assert!(polar.requests().is_empty());
}

#[tokio::test]
async fn a_deadline_forbids_a_wait_that_goes_beyond_it() {
    let polar = Polar::answering([Answer::new(429, "").with("retry-after", "3"), page()]).await;

    let list = ListProducts::default();
    let call = async { polar.client.products().list(&list).await };
    let result = polar::with_deadline(Instant::now() + Duration::from_secs(2), call).await;

    assert!(matches!(result, Err(Error::RateLimited { .. })), "the limit of a call alone would allow the wait");
}
