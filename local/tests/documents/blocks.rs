//! Every command and snippet that a document shows is run by a test, or listed with the reason why none can run it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    process::{Command, Stdio},
};

use testbed::workspace;

use crate::text::{Block, documents};

/// What is run: commands, and what a page is made of.
const LANGUAGES: [&str; 4] = ["sh", "html", "js", "ts"];

enum Shown {
    /// Run by a test: the file, and what stands there.
    Run(&'static str, &'static str),
    /// Run by no test, and why.
    NotRun(&'static str),
}

use Shown::{NotRun, Run};

const COMMANDS: &str = "local/tests/documents/commands.rs";
const AWS: &str = "needs an AWS account";
const AWS_AND_POLAR: &str = "needs a shop that is deployed on AWS";
const REHEARSED: &str = "needs an AWS account; `rehearsal` deploys the same template into an imitation of AWS";

/// The blocks: the document, the block's first line, and what runs it.
const BLOCKS: &[(&str, &str, Shown)] = &[
    ("README.md", "<!doctype html>", Run("client/tests/elements.test.js", "the five lines of the README are a shop")),
    (
        "README.md",
        "cargo run               # the whole shop on http://localhost:3000, with a stand-in for Polar",
        Run(".ci/run", "cargo test --workspace"),
    ),
    (
        "README.md",
        "POLAR_ACCESS_TOKEN=polar_oat_… cargo run                           # Polar's sandbox",
        NotRun("needs a token of Polar's"),
    ),
    (
        "bench/README.md",
        "bench/node/install.sh                       # once: Node.js 24, the peer's libraries, its bundle",
        NotRun("takes ten minutes, and installs Node.js 24; `.ci/run` runs its last command"),
    ),
    (
        "client/README.md",
        r#"import { createShop } from "polar-storefront";"#,
        Run("client/tests/package.test.js", "its types resolve"),
    ),
    (
        "contract/README.md",
        "contract/run.sh             # needs Cargo, npm and Python 3.11; takes some minutes",
        Run(".ci/run", "contract/run.sh"),
    ),
    (
        "docs/deploy.md",
        "python3 -m venv .venv && . .venv/bin/activate",
        NotRun("installs tools, and needs keys of an AWS account; `rehearsal/test_deploy_script.py` runs the check"),
    ),
    ("docs/deploy.md", "read -rs token                               # paste the token, press Enter", NotRun(AWS)),
    ("docs/deploy.md", "aws sesv2 create-email-identity --email-identity you@example.com", NotRun(AWS)),
    ("docs/deploy.md", "cp samconfig.toml my.samconfig.toml", Run(COMMANDS, "fn a_merchants_settings_begin_as_a_copy")),
    ("docs/deploy.md", "./deploy", NotRun(REHEARSED)),
    ("docs/deploy.md", "git checkout v0.1.0 && ./deploy --config-env production", NotRun(REHEARSED)),
    (
        "docs/deploy.md",
        "./deploy --config-env production --parameter-overrides RolloutAlarms=ignore",
        NotRun(REHEARSED),
    ),
    (
        "docs/deploy.md",
        "aws lambda get-alias --function-name NAME --name live --query FunctionVersion --output text",
        NotRun(AWS),
    ),
    ("docs/deploy.md", "sam delete --stack-name polar-storefront-sandbox", NotRun(AWS)),
    ("docs/deploy.md", "aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled", NotRun(AWS)),
    ("docs/deploy.md", "read -rs token", NotRun(AWS)),
    (
        "docs/deploy.md",
        "aws acm request-certificate --domain-name api.shop.example --validation-method DNS",
        NotRun(AWS),
    ),
    (
        "docs/merchants.md",
        "storefront doctor --stack polar-storefront --customer buyer@example.com --product PRODUCT_ID",
        NotRun(AWS_AND_POLAR),
    ),
    ("docs/merchants.md", "storefront doctor --local", Run(COMMANDS, "fn a_merchant_practises_on_the_local_shop")),
    (
        "docs/operations.md",
        "storefront doctor --stack polar-storefront --customer buyer@example.com --product PRODUCT_ID",
        NotRun(AWS_AND_POLAR),
    ),
    (
        "docs/operations.md",
        "./deploy --config-env production --parameter-overrides RolloutAlarms=ignore",
        NotRun(REHEARSED),
    ),
    (
        "docs/page-authors.md",
        "STOREFRONT_ORIGINS=http://localhost:8000 cargo run",
        NotRun("Cargo would wait for this test; the tests of `client` start the shop like this"),
    ),
    (
        "docs/page-authors.md",
        "<!doctype html>",
        Run(COMMANDS, "fn the_first_page_is_served_and_uses_elements_that_there_are"),
    ),
    (
        "docs/page-authors.md",
        "python3 -m http.server 8000 --bind 127.0.0.1",
        Run(COMMANDS, "fn the_first_page_is_served_and_uses_elements_that_there_are"),
    ),
    (
        "docs/page-authors.md",
        r#"import { createShop } from "polar-storefront";"#,
        Run("client/tests/package.test.js", "its types resolve"),
    ),
    (
        "docs/page-authors.md",
        r#"const api = "https://api.shop.example";"#,
        Run("local/storefront/tests/documents.test.js", "the snippet for page authors buys a product"),
    ),
    (
        "docs/page-authors.md",
        "curl --fail-with-body --silent 'http://localhost:3000/api/products?limit=1'",
        Run(COMMANDS, "fn the_routes_answer_curl"),
    ),
    (
        "examples/README.md",
        "origins=http://localhost:8000,http://127.0.0.1:8000,http://localhost:5173,http://localhost:4321",
        NotRun("Cargo would wait for this test; `client/tests/examples.test.js` starts the shop like this"),
    ),
    (
        "operator/README.md",
        "storefront --help",
        Run(COMMANDS, "fn the_command_tells_its_options_and_looks_at_the_local_shop"),
    ),
    (
        "polar-standin/README.md",
        "cargo run --package polar-standin",
        Run("polar-standin/tests/clients/run.js", "[\"run\", \"--quiet\", \"--package\", \"polar-standin\""),
    ),
    (
        "polar-standin/README.md",
        "import { createPolar } from \"@polar-sh/sdk/2026-10\";        // version 1",
        Run("polar-standin/tests/clients/sdk-1.js", "createPolar({ baseUrl: polarUrl, accessToken })"),
    ),
    (
        "rehearsal/README.md",
        "python3 -m venv target/ci && target/ci/bin/pip install -r rehearsal/requirements.txt",
        Run(".ci/run", "-m pytest rehearsal"),
    ),
];

fn blocks() -> Vec<Block> {
    let blocks = documents().into_iter().flat_map(|document| document.blocks());
    blocks.filter(|block| LANGUAGES.contains(&block.language.as_str())).collect()
}

#[test]
fn every_block_is_run_by_a_test_or_says_why_not() {
    let mut shown = BTreeMap::new();
    for block in blocks() {
        *shown.entry((block.document.clone(), block.first_line().to_owned())).or_insert(0) += 1;
    }
    let listed: BTreeSet<_> = BLOCKS.iter().map(|(name, line, _)| ((*name).to_owned(), (*line).to_owned())).collect();
    let new: Vec<_> = shown.keys().filter(|block| !listed.contains(*block)).collect();
    let gone: Vec<_> = listed.iter().filter(|block| !shown.contains_key(*block)).collect();
    assert!(new.is_empty(), "say in BLOCKS which test runs these, or why none can: {new:#?}");
    assert!(gone.is_empty(), "these are shown no more, so take them out of BLOCKS: {gone:#?}");
    let twice: Vec<_> = shown.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "BLOCKS cannot tell these apart: {twice:#?}");
}

#[test]
fn tests_that_are_said_to_run_a_block_are_there() {
    for (document, line, shown) in BLOCKS {
        match shown {
            Run(file, text) => {
                let source = fs::read_to_string(workspace().join(file)).expect(file);
                assert!(source.contains(text), "{document}: {line}: {file} has no {text}");
            }
            NotRun(reason) => assert!(!reason.is_empty(), "{document}: {line}: why not?"),
        }
    }
}

#[test]
fn every_command_is_well_formed() {
    for block in blocks().into_iter().filter(|block| block.language == "sh") {
        let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sh");
        shell.stdin.take().expect("a pipe").write_all(block.code.as_bytes()).expect("sh reads");
        let output = shell.wait_with_output().expect("sh ends");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{}: {}\n{errors}", block.document, block.code);
    }
}
