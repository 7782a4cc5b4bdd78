//! The documents as text: prose, code blocks and headings.

use std::{
    fs,
    path::{Path, PathBuf},
};

use testbed::workspace;

/// Folders with documents that are not ours.
const NOT_OURS: [&str; 4] = [".git", ".venv", "node_modules", "target"];

/// A document, by its path from the top.
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A fenced block of code: what stands between two lines of backticks, without their indentation.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) document: String,
    pub(crate) language: String,
    pub(crate) code: String,
}

impl Block {
    pub(crate) fn first_line(&self) -> &str {
        self.code.lines().next().unwrap_or_default().trim_end()
    }
}

/// All documents of the tree.
pub(crate) fn documents() -> Vec<Document> {
    let top = workspace().canonicalize().expect("the workspace");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&top).expect("below the top").to_string_lossy().into_owned();
        Document { name, text: fs::read_to_string(&path).expect("a document"), path }
    };
    let mut documents: Vec<_> = files_below(&top, "md").into_iter().map(read).collect();
    documents.sort_by(|one, other| one.name.cmp(&other.name));
    documents
}

/// The document with this name.
pub(crate) fn document(name: &str) -> Document {
    documents().into_iter().find(|document| document.name == name).expect(name)
}

/// All files of a kind below a folder.
pub(crate) fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = entries.flat_map(|path| match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if path.is_dir() && !NOT_OURS.contains(&name) => files_below(&path, extension),
        _ if path.extension().is_some_and(|kind| kind == extension) => vec![path],
        _ => Vec::new(),
    });
    files.collect()
}

impl Document {
    /// The lines that are no code, with their numbers.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let mut is_code = false;
        let lines = self.text.lines().zip(1..).filter(|(line, _)| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        });
        lines.map(|(line, number)| (number, line)).collect()
    }

    /// The blocks of code.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let (mut blocks, mut open) = (Vec::new(), None);
        for line in self.text.lines() {
            let indent = line.len() - line.trim_start().len();
            match (line.trim_start().strip_prefix("```"), open.take()) {
                (Some(language), None) => {
                    let (document, language) = (self.name.clone(), language.trim().to_owned());
                    open = Some((indent, Block { document, language, code: String::new() }));
                }
                (Some(_), Some((_, block))) => blocks.push(block),
                (None, Some((outer, mut block))) => {
                    block.code += line.get(indent.min(outer)..).unwrap_or_default();
                    block.code.push('\n');
                    open = Some((outer, block));
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block of code has no end", self.name);
        blocks
    }

    /// What stands between backticks in the prose.
    pub(crate) fn code_spans(&self) -> Vec<String> {
        let prose: Vec<_> = self.prose().into_iter().map(|(_, line)| line).collect();
        prose.join("\n").split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// The names of the headings, as GitHub makes them.
    pub(crate) fn headings(&self) -> Vec<String> {
        let headings = self.prose().into_iter().filter(|(_, line)| line.starts_with('#')).map(|(_, line)| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
            kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
        });
        headings.collect()
    }
}
