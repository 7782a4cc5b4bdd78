//! The runtime API, seen from a program and from a test.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use testbed::Function;

const ECHO: &str = env!("CARGO_BIN_EXE_testbed-echo");

async fn echo() -> Function {
    Function::start(Path::new(ECHO), &[("REQUIRED", String::new())]).await.expect("echo starts")
}

#[tokio::test]
async fn events_come_back_as_answers_one_after_the_other() {
    let echo = echo().await;
    for event in [json!({ "a": 1 }), json!(["b"]), json!("ü".repeat(3_000_000))] {
        assert_eq!(echo.invoke(event.clone()).await.unwrap(), event);
    }
}

#[tokio::test]
async fn parallel_events_each_get_their_own_answer() {
    let echo = echo().await;
    let (first, second) = tokio::join!(echo.invoke(json!(1)), echo.invoke(json!(2)));
    assert_eq!((first.unwrap(), second.unwrap()), (json!(1), json!(2)));
}

#[tokio::test]
async fn what_a_program_writes_before_its_answer_is_there_with_the_answer() {
    let echo = echo().await;
    echo.invoke(json!("seen")).await.unwrap();
    assert_eq!(echo.logs(), "event \"seen\"\n");
}

#[tokio::test]
async fn a_program_that_logs_a_credential_fails_its_test() {
    for (kind, event) in [
        ("an e-mail address", json!("ada@recordings-mail.net")),
        (
            "a credential that the test has sent or received",
            json!({ "headers": { "authorization": "Bearer of-this-test" } }),
        ),
    ] {
        let echo = echo().await;
        echo.invoke(event).await.unwrap();
        let failure = catch_unwind(AssertUnwindSafe(|| drop(echo))).expect_err(kind);
        let expected = format!("a credential is in the log: a line that is not JSON logs {kind}");
        assert_eq!(failure.downcast_ref::<String>(), Some(&expected));
    }
}

#[tokio::test]
async fn a_program_learns_its_deadline() {
    let echo = echo().await;
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();

    let answer = echo.invoke_within(Duration::from_hours(1), json!({ "do": "name the deadline" })).await.unwrap();

    let deadline: u128 = answer.as_str().unwrap().parse().unwrap();
    assert!((3_600_000..3_700_000).contains(&(deadline - before)), "{deadline} from {before}");
}

#[tokio::test]
async fn a_program_sees_lambdas_variables_and_its_settings_and_nothing_of_ours() {
    let echo = echo().await;
    let names = echo.invoke(json!({ "do": "name the variables" })).await.unwrap();
    for name in names.as_array().unwrap().iter().filter_map(|name| name.as_str()) {
        let known = name.starts_with("AWS_") || ["PATH", "LANG", "TZ", "_HANDLER", "REQUIRED"].contains(&name);
        assert!(known, "{name}");
    }
}

#[tokio::test]
async fn failures_say_what_happened_and_what_was_logged() {
    let rows = [
        ("an error for an answer", "fail", "Echo: as told"),
        ("the end of the program", "end", "the program ended: exit status: 1"),
        ("what it wrote last", "end", "ended as told"),
    ];
    for (case, order, text) in rows {
        let error = echo().await.invoke(json!({ "do": order })).await.unwrap_err();
        assert!(error.to_string().contains(text), "{case}: {error}");
    }
}

#[tokio::test]
async fn a_program_that_says_nothing_runs_out_of_time() {
    let limit = Duration::from_millis(1);
    let error = echo().await.invoke_within(limit, json!({ "do": "say nothing" })).await.unwrap_err();
    assert!(error.to_string().starts_with("no answer within 1ms"), "{error}");
}

#[tokio::test]
async fn a_failed_start_says_why() {
    let rows = [
        ("a missing setting", vec![], "the setting REQUIRED is missing"),
        ("an initialization error", vec![("INIT_ERROR", "no catalog".to_owned())], "Echo: no catalog"),
    ];
    for (case, settings, text) in rows {
        let error = Function::start(Path::new(ECHO), &settings).await.err().expect(case);
        assert!(error.to_string().contains(text), "{case}: {error}");
    }
}
