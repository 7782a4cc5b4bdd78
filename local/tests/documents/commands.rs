//! Commands and pages that can run here, taken from the documents as they stand.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use polar_standin::Pace;
use polar_storefront::{LocalShop, Options};
use serde_json::Value;
use startup::Settings;
use tempfile::TempDir;
use testbed::{wait_until, workspace};
use tokio::process::Command;

use crate::text::{Block, document, files_below};

/// What the documents call the local shop and the page's server.
const SHOP: &str = "http://localhost:3000";
const PAGE: &str = "http://localhost:8000";
const PAGE_PORT: &str = "8000";

/// The block that begins with this line.
fn block(name: &str, first_line: &str) -> Block {
    let block = document(name).blocks().into_iter().find(|block| block.first_line() == first_line);
    block.unwrap_or_else(|| panic!("{name} shows no {first_line}"))
}

/// A shop with its data in `.shop` below an empty folder, in which the commands of a document can run.
async fn open_shop<const N: usize>(settings: [(&str, &str); N]) -> (LocalShop, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        port: 0,
        memory: false,
        data: folder.path().join(".shop"),
        ready_file: None,
        pace: Pace::Manual,
        settings: Settings::from_iter(settings),
    };
    (LocalShop::start(&options).await.expect("the shop starts"), folder)
}

/// Runs commands in a folder, with `storefront` on the path; they must end well.
async fn run(commands: &str, folder: &Path) -> Output {
    let programs = storefront().parent().expect("a folder").to_owned();
    let path = format!("{}:{}", programs.display(), env::var("PATH").expect("a path"));
    let shell = Command::new("sh").args(["-eu", "-c", commands]).current_dir(folder).env("PATH", path).output();
    let output = shell.await.expect("sh runs");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{commands}\n{said}\n{errors}");
    output
}

/// The merchant's command. Cargo builds it before all tests of the workspace; for this test alone it may not be there.
pub(crate) fn storefront() -> PathBuf {
    let test = env::current_exe().expect("this test");
    // target/debug/deps/documents-0123 stands beside target/debug/storefront.
    let folder = test.ancestors().nth(2).expect("a test has a target folder");
    let program = folder.join("storefront");
    if !program.exists() {
        let mut build = std::process::Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--quiet", "--offline", "--package", "operator", "--target-dir"]);
        build.arg(folder.parent().expect("a profile's folder is below the target folder"));
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.current_dir(workspace()).status().expect("Cargo runs").success(), "storefront cannot be built");
    }
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_practises_on_the_local_shop() {
    let (_shop, folder) = open_shop([]).await;
    let output = run(&block("docs/merchants.md", "storefront doctor --local").code, folder.path()).await;

    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(said.contains(&demo::ADA.to_string()) && said.contains("low-poly-pine.obj"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_tells_its_options_and_looks_at_the_local_shop() {
    let (_shop, folder) = open_shop([]).await;
    let output = run(&block("operator/README.md", "storefront --help").code, folder.path()).await;

    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let found: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).expect("the doctor's JSON");
    assert!(found.is_object(), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_routes_answer_curl() {
    let (shop, folder) = open_shop([]).await;
    let line = "curl --fail-with-body --silent 'http://localhost:3000/api/products?limit=1'";
    let commands = block("docs/page-authors.md", line).code.replace(SHOP, &shop.url);
    let output = run(&commands, folder.path()).await;

    let answers = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let answers: Vec<_> = answers.collect::<Result<_, _>>().expect("JSON");
    assert_eq!(answers[0]["items"].as_array().map(Vec::len), Some(1), "{answers:?}");
    assert_eq!(answers[1]["active"], false, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchants_settings_begin_as_a_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let original = fs::read_to_string(workspace().join("samconfig.toml")).expect("the settings");
    fs::write(folder.path().join("samconfig.toml"), &original).expect("a copy");
    run(&block("docs/deploy.md", "cp samconfig.toml my.samconfig.toml").code, folder.path()).await;

    let copy = fs::read_to_string(folder.path().join("my.samconfig.toml")).expect("the merchant's settings");
    let (_, sandbox) = copy.split_once("[default.deploy.parameters]").expect("the sandbox's part");
    let (sandbox, _) = sandbox.split_once("[production").expect("the shop's part");
    for parameter in ["StorefrontOrigins", "MailFrom", "MailIdentity"] {
        assert!(sandbox.contains(&format!("\"{parameter}=")), "{parameter}");
    }
}

/// A port on which nobody listens.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn get(url: &str, origin: &str) -> Option<(reqwest::header::HeaderMap, String)> {
    let request = startup::http_client().get(url).header("Origin", origin).send().await.ok()?;
    let request = request.error_for_status().ok()?;
    Some((request.headers().clone(), request.text().await.ok()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_is_served_and_uses_elements_that_there_are() {
    let port = free_port();
    let origin = PAGE.replace(PAGE_PORT, &port.to_string());
    let (shop, folder) = open_shop([("STOREFRONT_ORIGINS", origin.as_str())]).await;
    let page = block("docs/page-authors.md", "<!doctype html>").code;
    fs::write(folder.path().join("index.html"), page.replace(SHOP, &shop.url)).expect("the page");

    let command = block("docs/page-authors.md", "python3 -m http.server 8000 --bind 127.0.0.1").code;
    let command = format!("exec {}", command.replace(PAGE_PORT, &port.to_string()));
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", &command]).current_dir(folder.path()).kill_on_drop(true);
    let _server = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the server starts");
    let address = origin.replace("localhost", "127.0.0.1");
    wait_until("the page is served", async || get(&address, &origin).await.is_some()).await;

    let (_, html) = get(&address, &origin).await.expect("the page");
    let script = html.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a script");
    let (headers, script) = get(script, &origin).await.expect("the script");
    assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
    assert!(headers.contains_key("access-control-allow-origin"), "{headers:?}");
    for element in elements_in(&html) {
        assert!(script.contains(&format!("\"{element}\"")), "the script defines no {element}");
    }
}

fn elements_in(html: &str) -> Vec<String> {
    let names = html.split("<shop-").skip(1);
    let names =
        names.map(|rest| rest.chars().take_while(|it| it.is_ascii_lowercase() || *it == '-').collect::<String>());
    names.map(|name| format!("shop-{name}")).collect()
}

/// The attributes in the first column of a table, up to their value.
fn attributes(text: &str) -> Vec<String> {
    let (_, section) = text.split_once("### Attributes").expect("the attributes");
    let (section, _) = section.split_once("\n###").expect("the next part");
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = cells.filter_map(|row| row.split(" | ").next());
    let names = cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`'));
    names.filter_map(|name| name.split('=').next()).map(str::to_owned).collect()
}

#[test]
fn the_elements_read_the_attributes_that_the_guide_names() {
    let guide = document("docs/page-authors.md");
    let sources = files_below(&workspace().join("client/src/elements"), "ts");
    let sources: String = sources.iter().map(|file| fs::read_to_string(file).expect("a source")).collect();
    let attributes = attributes(&guide.text);
    assert!(attributes.len() > 10, "{attributes:?}");
    for name in attributes {
        assert!(sources.contains(&format!("\"{name}\"")), "no element reads {name}");
    }
    for span in guide.code_spans() {
        for element in elements_in(&span) {
            assert!(sources.contains(&format!("\"{element}\"")), "there is no {element}");
        }
    }
}
