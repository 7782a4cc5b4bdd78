//! Every event of the table in `events/README.md` that is for this function.

use std::path::Path;

#[tokio::test]
async fn every_event_gets_the_answer_of_the_table() {
    testbed::check_events("download", Path::new(env!("CARGO_BIN_EXE_download")))
        .await
        .expect("answers as in events/README.md");
}

#[tokio::test]
async fn what_no_browser_sends_gets_an_answer_too() {
    testbed::check_oddities("download", Path::new(env!("CARGO_BIN_EXE_download"))).await.expect("each gets an answer");
}
