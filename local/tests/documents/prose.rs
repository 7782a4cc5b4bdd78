//! Documents that are read in a terminal, a diff and a browser: lines of a readable length, tables of facts, a short README.

use crate::text::{Document, document, documents};

const LONGEST_LINE: usize = 110;
const LONGEST_CELL: usize = 160;

/// Documents of one crate or of one run, for those who work on it.
const INTERNAL: [&str; 3] = ["shared/", "bench/RESULTS.md", "bench/COSTS.md"];

fn for_readers() -> impl Iterator<Item = Document> {
    documents().into_iter().filter(|document| !INTERNAL.iter().any(|internal| document.name.starts_with(internal)))
}

/// Whether a line is one word, such as a link, that cannot be broken.
fn is_one_word(line: &str) -> bool {
    let line = line.trim_start_matches(['-', '*', ' ']);
    line.starts_with('[') && line.trim_end_matches(['.', ',']).ends_with(')') && line.matches("](").count() == 1
        || !line.contains(' ')
}

#[test]
fn lines_of_prose_are_short_enough_to_read() {
    let mut long = Vec::new();
    for document in for_readers() {
        for (number, line) in document.prose() {
            let length = line.chars().count();
            if length > LONGEST_LINE && !line.trim_start().starts_with('|') && !is_one_word(line) {
                long.push(format!("{}:{number}: {length} columns", document.name));
            }
        }
    }
    assert!(long.is_empty(), "at most {LONGEST_LINE} columns\n{}", long.join("\n"));
}

#[test]
fn tables_hold_facts_and_no_paragraphs() {
    let mut long = Vec::new();
    for document in for_readers() {
        for (number, line) in document.prose() {
            let cells = line.trim().strip_prefix('|').into_iter().flat_map(|row| row.split('|'));
            for cell in cells.map(str::trim).filter(|cell| cell.chars().count() > LONGEST_CELL) {
                long.push(format!("{}:{number}: {cell}", document.name));
            }
        }
    }
    assert!(long.is_empty(), "at most {LONGEST_CELL} letters in a cell\n{}", long.join("\n"));
}

#[test]
fn the_readme_is_short() {
    let lines = document("README.md").text.lines().count();
    assert!(lines <= 150, "{lines} lines: what is for one kind of reader belongs into docs");
}
