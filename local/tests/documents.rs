//! Every link between the documents leads to a file that is there, and to a heading that it has.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use testbed::workspace;

/// Folders with documents that are not ours.
const NOT_OURS: [&str; 4] = [".git", ".venv", "node_modules", "target"];

/// All documents below a folder.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let documents = entries.flat_map(|path| match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if path.is_dir() && !NOT_OURS.contains(&name) => documents(&path),
        _ if path.extension().is_some_and(|kind| kind == "md") => vec![path],
        _ => Vec::new(),
    });
    documents.collect()
}

/// The text without what is code.
fn prose(document: &Path) -> String {
    let text = fs::read_to_string(document).expect("a document");
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands in the round brackets of `[…](…)`, but for addresses, and for the names of items that rustdoc links.
fn links(prose: &str) -> Vec<&str> {
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link));
    links.filter(|link| !link.contains("://") && link.contains(['/', '.', '#'])).collect()
}

/// The names of a document's headings, as GitHub makes them.
fn headings(document: &Path) -> BTreeSet<String> {
    let headings = prose(document);
    let headings = headings.lines().filter(|line| line.starts_with('#')).map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    });
    headings.collect()
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents(workspace());
    assert!(documents.len() > 20, "{documents:?}");
    let mut broken = Vec::new();
    for document in documents {
        let prose = prose(&document);
        for link in links(&prose) {
            let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
            let target = if path.is_empty() { document.clone() } else { document.with_file_name(path) };
            let is_there = target.exists();
            let has_heading = heading.is_none_or(|heading| is_there && headings(&target).contains(heading));
            if !(is_there && has_heading) {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_readme_is_short() {
    let lines = fs::read_to_string(workspace().join("README.md")).expect("the README").lines().count();
    assert!(lines <= 150, "{lines} lines: what is for one kind of reader belongs into docs");
}
