//! The program `polar-standin`: its options, and the routes by which a test in any language steers it.

#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::receiver::Receiver;
use support::{Answer, call, example};

const SECRET: &str = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";

fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polar-standin"));
    command.args(["--port", "0"]).args(options).env_remove("POLAR_WEBHOOK_SECRET");
    command
}

/// A running program, and what it wrote to its ready file.
struct Program {
    process: Child,
    ready: Value,
}

impl Program {
    fn start(mut command: Command) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ready = folder.path().join("ready.json");
        let mut process =
            command.arg("--ready-file").arg(&ready).stdout(Stdio::piped()).spawn().expect("a program that starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let ready = serde_json::from_slice(&fs::read(ready).expect("a ready file")).expect("JSON");
        Self { process, ready }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{path}", self.ready["url"].as_str().expect("a url"));
        let token = if path.starts_with("/v1") { self.ready["access_token"].as_str() } else { None };
        call(method, &url, token.unwrap_or_default(), body).await
    }

    async fn confirm(&self, checkout: &Answer, email: &str) -> Answer {
        let path = format!("/v1/checkouts/client/{}/confirm", checkout.text_at("/client_secret"));
        self.call("POST", &path, Some(&json!({"customer_email": email}))).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Why a program did not start.
fn refusal(mut command: Command) -> String {
    let output = command.output().expect("a program that ends");
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("text")
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    fs::write(&file, text).expect("a file");
    file.display().to_string()
}

#[tokio::test]
async fn a_purchase_is_steered_from_outside() {
    let program = Program::start(command(&["--manual"]));
    let checkout = program.call("POST", "/v1/checkouts/", Some(&json!({"products": [example::SAMPLER]}))).await;
    assert_eq!(program.confirm(&checkout, "new@recordings-mail.net").await.text_at("/status"), "confirmed");
    assert_eq!(program.call("POST", "/_standin/settle", None).await.json, json!({"steps": 2}));
    let path = format!("/v1/checkouts/{}", checkout.text_at("/id"));
    assert_eq!(program.call("GET", &path, None).await.text_at("/status"), "succeeded");

    let requests = program.call("GET", "/_standin/requests", None).await.json;
    let requests = requests["items"].as_array().expect("requests");
    assert_eq!(requests.len(), 3, "only those of the API");
    assert_eq!((&requests[0]["method"], &requests[0]["path"]), (&json!("POST"), &json!("/v1/checkouts/")));
    assert!(requests[0]["body"].as_str().is_some_and(|body| body.contains("products")));
    let token = format!("Bearer {}", program.ready["access_token"].as_str().expect("a token"));
    assert!(requests[0]["headers"].as_array().is_some_and(|pairs| pairs.contains(&json!(["authorization", token]))));
    assert_eq!(program.call("DELETE", "/_standin/requests", None).await.status, 204);
    assert_eq!(program.call("GET", "/_standin/requests", None).await.json, json!({"items": []}));
}

#[tokio::test]
async fn the_clock_is_moved_forward_and_checkouts_expire() {
    let program = Program::start(command(&["--manual"]));
    let now = async || {
        let clock = program.call("GET", "/_standin/clock", None).await;
        clock.text_at("/now").parse::<jiff::Timestamp>().expect("a time")
    };
    let (before, checkout) =
        (now().await, program.call("POST", "/v1/checkouts/", Some(&json!({"products": [example::SAMPLER]}))).await);
    let day = json!({"advance_seconds": 86_400});
    assert_eq!(program.call("POST", "/_standin/clock", Some(&day)).await.status, 200);
    assert!(now().await.duration_since(before).as_hours() >= 24);
    assert_eq!(program.confirm(&checkout, "late@recordings-mail.net").await.status, 410);
    let back = json!({"advance_seconds": -1});
    assert_eq!(program.call("POST", "/_standin/clock", Some(&back)).await.status, 422);
}

#[tokio::test]
async fn faults_come_from_a_file_and_from_outside_and_never_reach_the_control_routes() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = r#"[{"on": "GET /v1/orders/", "times": 1, "effect": {"status": 503}}]"#;
    let program = Program::start(command(&["--faults", &written(folder.path(), "faults.json", first)]));
    for expected in [503, 200] {
        assert_eq!(program.call("GET", "/v1/orders/", None).await.status, expected);
    }
    let all = json!([{"on": "*", "effect": {"answer": {"status": 418, "content_type": "text/plain", "body": "tea"}}}]);
    assert_eq!(program.call("POST", "/_standin/faults", Some(&all)).await.status, 204);
    let answer = program.call("GET", "/v1/orders/", None).await;
    assert_eq!((answer.status, answer.text().as_str()), (418, "tea"));
    assert_eq!(program.call("DELETE", "/_standin/faults", None).await.status, 204);
    assert_eq!(program.call("GET", "/v1/orders/", None).await.status, 200);
    let unknown = json!([{"on": "*", "effect": "explode"}]);
    assert_eq!(program.call("POST", "/_standin/faults", Some(&unknown)).await.status, 422);
}

#[tokio::test]
async fn webhooks_go_to_any_address_with_the_secret_of_the_environment() {
    let receiver = Receiver::start().await;
    let mut command = command(&["--manual", "--webhook", &receiver.url]);
    command.env("POLAR_WEBHOOK_SECRET", SECRET);
    let program = Program::start(command);
    program.call("POST", "/v1/checkouts/", Some(&json!({"products": [example::SAMPLER]}))).await;
    assert_eq!(program.call("POST", "/_standin/deliver", None).await.json, json!({"attempts": 1}));
}

#[tokio::test]
async fn a_data_folder_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let program = Program::start(command(&["--manual", "--data", &data]));
    let checkout = program.call("POST", "/v1/checkouts/", Some(&json!({"products": [example::SAMPLER]}))).await;
    drop(program);
    let program = Program::start(command(&["--manual", "--data", &data]));
    let path = format!("/v1/checkouts/{}", checkout.text_at("/id"));
    assert_eq!(program.call("GET", &path, None).await.text_at("/status"), "open");
}

#[test]
fn what_is_wrong_is_named_before_anything_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let seed = written(folder.path(), "seed.json", r#"{"organization": {"id": 7}}"#);
    let faults = written(folder.path(), "faults.json", r#"[{"on": "*", "effect": "hang", "time": 1}]"#);
    for (options, expected) in [
        (["--seed", seed.as_str()], "seed.json: organization.id: invalid type: integer `7`"),
        (["--seed", "nowhere.json"], "cannot read the seed nowhere.json"),
        (["--faults", faults.as_str()], "faults.json: [0].time: unknown field `time`"),
        (["--webhook", "http://127.0.0.1:1/"], "set POLAR_WEBHOOK_SECRET, which signs the webhooks"),
    ] {
        let refusal = refusal(command(&options));
        assert!(refusal.contains(expected), "{refusal}");
    }
}
