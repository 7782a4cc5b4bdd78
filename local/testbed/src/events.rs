use std::{collections::BTreeSet, fs, path::Path, sync::PoisonError};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::{Answer, FunctionBlock, Template, World, delivery, workspace};

/// Feeds a function every event that the table in `events/README.md` names for it, each in a world of its own, and
/// compares the answers with the table. The table and the files must agree one to one.
///
/// The events also show what the function's role is for: what `template.yaml` does not permit is refused, and what it
/// permits some event must have needed.
///
/// # Errors
/// With every difference, one a line.
pub async fn check_events(function: &str, binary: &Path) -> anyhow::Result<()> {
    let rows = read_table()?;
    let (mut differences, mut needed) = (Vec::new(), BTreeSet::new());
    for row in rows.iter().filter(|row| row.function == function) {
        if let Err(error) = row.check(binary, &mut needed).await {
            differences.push(format!("{}: {error:#}", row.file));
        }
    }
    ensure!(rows.iter().any(|row| row.function == function), "events/README.md has no event of {function}");
    let template = Template::read()?;
    differences.extend(compare_permissions(template.function(function)?, &needed));
    ensure!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

/// What Lambda does in a function's role: it writes logs and traces, and reads the queue.
const BY_LAMBDA: &[&str] = &[
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
];

/// What a function's code has needed and may not do, and what it may do and has not needed.
fn compare_permissions(function: &FunctionBlock, needed: &BTreeSet<(String, String)>) -> Vec<String> {
    let by_code = function.permissions.iter().filter(|(_, action)| !BY_LAMBDA.contains(&action.as_str()));
    let permitted: BTreeSet<_> = by_code.cloned().collect();
    let missing = needed.difference(&permitted).map(|(resource, action)| format!("must permit {action} on {resource}"));
    let idle = permitted.difference(needed);
    let idle = idle.map(|(resource, action)| format!("permits {action} on {resource}, which no event needs"));
    missing.chain(idle).map(|difference| format!("{}: template.yaml {difference}", function.folder)).collect()
}

/// One line of the table: an event and its answer.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    file: String,
    function: String,
    status: u16,
    answer: Vec<Term>,
}

/// One thing that an answer must have. A path leads through its body (`items.0.name`); one that begins with a capital
/// letter names a header, and `Set-Cookie` stands for the names of the cookies.
#[derive(Debug, PartialEq, Eq)]
enum Term {
    /// `path`
    There(String),
    /// `path = value`
    Equal(String, String),
    /// `code` of a problem
    Code(String),
}

fn read_table() -> anyhow::Result<Vec<Row>> {
    let folder = workspace().join("events");
    let table = fs::read_to_string(folder.join("README.md")).context("events/README.md")?;
    let rows: Vec<_> = table.lines().filter_map(Row::read).collect::<anyhow::Result<_>>()?;
    let named: BTreeSet<_> = rows.iter().map(|row| row.file.clone()).collect();
    ensure!(named.len() == rows.len(), "events/README.md names a file twice");
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        files.extend(Some(name).filter(|name| is_event(name)));
    }
    let alone: Vec<_> = named.symmetric_difference(&files).collect();
    ensure!(alone.is_empty(), "only in events/README.md or only in events/: {alone:?}");
    Ok(rows)
}

impl Row {
    /// Reads a line; `None` for lines that are no row of an event.
    fn read(line: &str) -> Option<anyhow::Result<Self>> {
        let cells: Vec<_> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let file = plain(cells.first()?).filter(|file| is_event(file))?;
        Some(Self::from_cells(file, &cells).with_context(|| format!("events/README.md, {file}")))
    }

    fn from_cells(file: &str, cells: &[&str]) -> anyhow::Result<Self> {
        let [_, function, status, answer] = cells else { bail!("four columns are wanted") };
        let status = status.parse().context("the status")?;
        let terms = answer.split('`').skip(1).step_by(2);
        let answer = terms.map(|term| Term::read(term, status)).collect();
        Ok(Self { file: file.to_owned(), function: plain(function).unwrap_or(function).to_owned(), status, answer })
    }

    /// Compares the answer with the row; adds the permissions that it took.
    async fn check(&self, binary: &Path, needed: &mut BTreeSet<(String, String)>) -> anyhow::Result<()> {
        let world = World::start().await?;
        world.seed_events().await?;
        let answered = self.feed(&world, binary).await;
        needed.append(&mut world.used.lock().unwrap_or_else(PoisonError::into_inner));
        let (answer, logs) = answered?;
        ensure!(answer.status == self.status, "status {} for {}\n{}\n{logs}", answer.status, self.status, answer.body);
        for term in &self.answer {
            term.check(&answer).with_context(|| answer.body.to_string())?;
        }
        Ok(())
    }

    /// Feeds the event to its function; returns the answer and the log.
    async fn feed(&self, world: &World, binary: &Path) -> anyhow::Result<(Answer, String)> {
        let event = fs::read_to_string(workspace().join("events").join(&self.file))?;
        let mut event = serde_json::from_str(&event)?;
        delivery::sign(&mut event)?;
        let function = world.run(&self.function, binary).await?;
        if self.function == "worker" {
            // Queue and schedule deliver at least once: what came twice is answered as if it came first.
            function.invoke(event.clone()).await?;
        }
        let answer = Answer::read(function.invoke(event).await?)?;
        Ok((answer, function.logs()))
    }
}

fn is_event(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "json")
}

/// The text between a cell's backticks or brackets of a link.
fn plain(cell: &str) -> Option<&str> {
    let cell = cell.trim_start_matches(['[', '`']);
    cell.split(['`', ']']).next().filter(|text| !text.is_empty())
}

impl Term {
    fn read(term: &str, status: u16) -> Self {
        match term.split_once(" = ") {
            Some((path, value)) => Self::Equal(path.to_owned(), value.to_owned()),
            None if status >= 400 => Self::Code(term.to_owned()),
            None => Self::There(term.to_owned()),
        }
    }

    fn check(&self, answer: &Answer) -> anyhow::Result<()> {
        let (path, wanted) = match self {
            Self::There(path) => (path.as_str(), None),
            Self::Equal(path, value) => (path.as_str(), Some(value)),
            Self::Code(code) => ("code", Some(code)),
        };
        let found = find(answer, path).with_context(|| format!("no {path}"))?;
        ensure!(wanted.is_none_or(|wanted| *wanted == found), "{path} is {found}");
        Ok(())
    }
}

fn find(answer: &Answer, path: &str) -> Option<String> {
    if path == "Set-Cookie" {
        let names: Vec<_> = answer.cookies.iter().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        return Some(names.join(", ")).filter(|names| !names.is_empty());
    }
    if path.starts_with(|first: char| first.is_ascii_uppercase()) {
        return answer.headers.get(&path.to_ascii_lowercase()).cloned();
    }
    match answer.body.pointer(&format!("/{}", path.replace('.', "/")))? {
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_read_from_its_line() {
        let row = Row::read("| [`product.json`](product.json) | catalog | 200 | `id`, `prices.0.priceAmount = 900` |");
        let answer = vec![Term::There("id".into()), Term::Equal("prices.0.priceAmount".into(), "900".into())];
        let wanted = Row { file: "product.json".into(), function: "catalog".into(), status: 200, answer };
        assert_eq!(row.unwrap().unwrap(), wanted);
    }

    #[test]
    fn lines_that_are_no_row_are_passed_over_and_broken_rows_are_not() {
        for line in ["", "# Events", "| event | function | status | answer |", "|---|---|---|---|"] {
            assert!(Row::read(line).is_none(), "{line}");
        }
        for line in ["| `a.json` | catalog | good | `id` |", "| `a.json` | catalog | 200 |"] {
            assert!(Row::read(line).unwrap().is_err(), "{line}");
        }
    }

    #[test]
    fn a_permission_too_few_or_too_many_is_named() {
        let permission = |resource: &str, action: &str| (resource.to_owned(), action.to_owned());
        let get = permission("SessionsTable", "dynamodb:GetItem");
        let delete = permission("SessionsTable", "dynamodb:DeleteItem");
        let secret = permission("PolarAccessTokenParameter", "ssm:GetParameter");
        let log = permission("CatalogLogs", "logs:PutLogEvents");
        let too_few = "f: template.yaml must permit dynamodb:DeleteItem on SessionsTable";
        let too_many = "f: template.yaml permits dynamodb:DeleteItem on SessionsTable, which no event needs";
        for (case, permissions, needed, differences) in [
            ("as many", vec![&get, &secret], vec![&get, &secret], vec![]),
            ("what Lambda does", vec![&get, &log], vec![&get], vec![]),
            ("too few", vec![&get], vec![&get, &delete], vec![too_few]),
            ("too many", vec![&get, &delete], vec![&get], vec![too_many]),
        ] {
            let permissions = permissions.into_iter().cloned().collect();
            let function = FunctionBlock { folder: "f".to_owned(), permissions, ..FunctionBlock::default() };
            assert_eq!(compare_permissions(&function, &needed.into_iter().cloned().collect()), differences, "{case}");
        }
    }

    #[test]
    fn terms_compare_fields_headers_and_codes() {
        let answer =
            json!({ "statusCode": 404, "headers": { "location": "/x" }, "body": "{\"code\":\"not_found\",\"a\":[1]}" });
        let answer = Answer::read(answer).unwrap();
        for (term, status, holds) in [
            ("not_found", 404, true),
            ("internal", 404, false),
            ("a", 200, true),
            ("a.0 = 1", 200, true),
            ("a.0 = 2", 200, false),
            ("b", 200, false),
            ("Location = /x", 302, true),
            ("Retry-After", 202, false),
        ] {
            assert_eq!(Term::read(term, status).check(&answer).is_ok(), holds, "{term}");
        }
    }
}
