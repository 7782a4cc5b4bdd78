//! Links to files, followed one step.

use std::time::Duration;

use polar::{CustomerToken, Download, Error, Result, SecretUrl, StoredFile};

use crate::{
    polar::{Answer, Polar},
    recording::Recording,
};

/// The recorded link, at the server that gives the prepared answer.
fn link(polar: &Polar, recording: &Recording) -> Download {
    link_at(&format!("{}{}", polar.url, recording.path()))
}

fn link_at(url: &str) -> Download {
    Download { url: SecretUrl::new(url), expires_at: "2026-11-21T12:05:49Z".parse().unwrap() }
}

async fn resolve(polar: &Polar, recording: &Recording) -> Result<Option<StoredFile>> {
    let token = CustomerToken::new(recording.bearer().unwrap_or("polar_cst_1"));
    polar.client.portal(&token).resolve(&link(polar, recording)).await
}

#[tokio::test]
async fn a_link_leads_to_the_store_for_an_hour() {
    for name in ["520-download-hop-1", "528-download-hop-1-with-customer-token"] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;

        let file = resolve(&polar, &recording).await.unwrap().unwrap();

        assert_eq!(Some(file.url.expose()), recording.response_header("location"), "{name}");
        assert_eq!(file.lifetime, Duration::from_hours(1), "{name}");
        // The link works without a token, too; this crate always sends one to Polar.
        if recording.bearer().is_some() {
            polar.assert_sent_as(&recording);
        }
    }
}

#[tokio::test]
async fn a_link_works_after_the_grant_is_gone() {
    let recording = Recording::read("656-download-old-url-after-revoke");
    let polar = Polar::recorded(&recording).await;

    assert!(resolve(&polar, &recording).await.unwrap().is_some(), "Polar does not look at the grant again");
}

#[tokio::test]
async fn a_link_that_is_over_or_unknown_leads_nowhere() {
    for name in ["530-download-hop-1-tampered", "534-download-hop-1-expired"] {
        let recording = Recording::read(name);
        let polar = Polar::recorded(&recording).await;
        assert_eq!(resolve(&polar, &recording).await.unwrap(), None, "{name}");
    }
}

#[tokio::test]
async fn an_address_of_the_store_lives_no_longer_than_it_says_and_than_an_hour() {
    let recording = Recording::read("528-download-hop-1-with-customer-token");
    for (location, minutes) in [
        ("https://store.test/a?X-Amz-Expires=600", 10),
        ("https://store.test/a?X-Amz-Expires=86400", 60),
        ("https://store.test/a?X-Amz-Expires=soon", 60),
        ("https://store.test/a", 60),
    ] {
        let polar = Polar::answering([Answer::new(302, "").with("location", location)]).await;
        let file = resolve(&polar, &recording).await.unwrap().unwrap();
        assert_eq!(file.lifetime, Duration::from_mins(minutes), "{location}");
    }
}

#[tokio::test]
async fn an_answer_that_leads_nowhere_is_unexpected() {
    let recording = Recording::read("528-download-hop-1-with-customer-token");
    for status in [200, 302, 307] {
        let polar = Polar::answering([Answer::new(status, "{}")]).await;
        let error = resolve(&polar, &recording).await.unwrap_err();
        assert!(matches!(error, Error::Unexpected { status: found, .. } if found == status), "{status}: {error}");
    }
}

#[tokio::test]
async fn the_customers_token_goes_to_polar_only() {
    let polar = Polar::answering([]).await;
    let elsewhere = Polar::answering([Answer::new(302, "").with("location", "https://store.test/a")]).await;

    let token = CustomerToken::new("polar_cst_1");
    let link = link_at(&format!("{}/v1/customer-portal/downloadables/x", elsewhere.url));
    polar.client.portal(&token).resolve(&link).await.unwrap();

    assert_eq!(elsewhere.request().header("authorization"), None);
    let garbage = polar.client.portal(&token).resolve(&link_at("no address")).await.unwrap_err();
    assert!(matches!(garbage, Error::Unexpected { .. }), "{garbage}");
}
