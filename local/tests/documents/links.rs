//! Every link between the documents leads to a file that is there, and to a heading that it has.

use std::path::Path;

use crate::text::{Document, documents};

/// What stands in the round brackets of `[…](…)`, but for addresses, and for the names of items that rustdoc links.
fn links(prose: &str) -> Vec<&str> {
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link));
    links.filter(|link| !link.contains("://") && link.contains(['/', '.', '#'])).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() > 20);
    let of = |path: &Path| documents.iter().find(|document| path.canonicalize().is_ok_and(|it| it == document.path));
    let has = |document: Option<&Document>, heading: &str| {
        document.is_some_and(|document| document.headings().iter().any(|name| name == heading))
    };
    let mut broken = Vec::new();
    for document in &documents {
        for (number, line) in document.prose() {
            for link in links(line) {
                let (path, heading) =
                    link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
                let target = if path.is_empty() { document.path.clone() } else { document.path.with_file_name(path) };
                if !target.exists() || heading.is_some_and(|heading| !has(of(&target), heading)) {
                    broken.push(format!("{}:{number}: {link}", document.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
