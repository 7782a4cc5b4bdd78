//! Tests, files and commands that the documents name are there.

use std::{collections::BTreeSet, fs, process::Command};

use testbed::workspace;

use crate::{
    commands::storefront,
    text::{Document, document, documents, files_below},
};

/// The changelog tells of what was there in its time.
fn present() -> impl Iterator<Item = Document> {
    documents().into_iter().filter(|document| document.name != "CHANGELOG.md")
}

/// The names of all functions in Rust.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files_below(workspace(), "rs") {
        let code = fs::read_to_string(file).expect("a source");
        for rest in code.split("fn ").skip(1) {
            names.insert(rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
        }
    }
    names
}

/// A test's name is a sentence, so it has more words than any other name that a document mentions.
fn test_name(span: &str) -> Option<&str> {
    let name = span.rsplit("::").next()?;
    let is_name = name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    (is_name && name.matches('_').count() >= 4).then_some(name)
}

#[test]
fn tests_that_a_document_names_are_there() {
    let (functions, mut missing) = (functions(), Vec::new());
    // That one names functions of libraries.
    for document in present().filter(|document| document.name != "docs/upstream.md") {
        for span in document.code_spans() {
            if test_name(&span).is_some_and(|name| !functions.contains(name)) {
                missing.push(format!("{}: {span}", document.name));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn files_that_a_document_names_are_there() {
    let top = workspace();
    let mut missing = Vec::new();
    for document in present() {
        let from = document.path.parent().expect("a folder").to_owned();
        for span in document.code_spans() {
            let is_path = span.contains('/') && !span.contains(['*', ' ', '…', '\n', '{']) && !span.starts_with('/');
            let first = span.split('/').next().unwrap_or_default();
            let is_ours = is_path && !first.starts_with('.') && top.join(first).is_dir() && first != "target";
            if is_ours && !top.join(&span).exists() && !from.join(&span).exists() {
                missing.push(format!("{}: {span}", document.name));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn log_lines_that_the_runbook_searches_for_are_written() {
    let sources = ["functions", "shared"].map(|folder| files_below(&workspace().join(folder), "rs")).concat();
    let code: String = sources.iter().map(|file| fs::read_to_string(file).expect("a source")).collect();
    let searches = document("docs/operations.md").blocks();
    let messages = searches.iter().flat_map(|block| block.code.split("fields.message = ").skip(1));
    let messages: BTreeSet<_> = messages.filter_map(|rest| rest.split('"').nth(1)).collect();
    assert!(messages.len() > 3, "{messages:?}");
    for message in messages {
        assert!(code.contains(&format!("\"{message}\"")), "no function logs {message:?}");
    }
}

/// `storefront quota grant EMAIL` names the command `quota grant`.
fn command_of(line: &str) -> Option<Vec<String>> {
    let words = line.strip_prefix("storefront ")?.split_whitespace();
    let is_command =
        |word: &&str| !word.starts_with('-') && word.chars().all(|it| it.is_ascii_lowercase() || it == '-');
    let words: Vec<_> = words.take_while(is_command).map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}

#[test]
fn commands_of_storefront_that_a_document_names_are_there() {
    let mut named = BTreeSet::new();
    for document in present() {
        let blocks = document.blocks().into_iter().filter(|block| block.language == "sh").map(|block| block.code);
        let texts: Vec<_> = document.code_spans().into_iter().chain(blocks).collect();
        named.extend(texts.iter().flat_map(|text| text.lines()).filter_map(command_of));
    }
    assert!(named.len() > 8, "{named:?}");
    let program = storefront();
    for words in named {
        let help = Command::new(&program).args(&words).arg("--help").output().expect("the command runs");
        assert!(help.status.success(), "storefront {words:?}: {}", String::from_utf8_lossy(&help.stderr));
    }
}
