use std::io::{self, Write};

use serde::Serialize;

use super::chain::{Line, State};
use crate::{
    answer::{Answer, BAD, DOUBTFUL, FAINT, GOOD},
    shop::Shop,
};

/// The findings about all links.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    healthy: bool,
    api_url: Option<String>,
    links: Vec<Line>,
}

impl Report {
    pub(super) fn new(shop: &Shop, links: Vec<Line>) -> Self {
        let healthy = links.iter().all(|line| line.finding.state != State::Broken);
        Self { healthy, api_url: shop.api_url.as_ref().map(ToString::to_string), links }
    }

    fn count(&self, state: State) -> usize {
        self.links.iter().filter(|line| line.finding.state == state).count()
    }
}

impl Line {
    /// Prints a finding at once, so that a check that does not return does not hide the ones before it.
    pub(super) fn tell(&self) {
        // If this fails, writing the summary fails too, and that is reported.
        self.write(&mut anstream::stdout().lock()).ok();
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { link, finding } = self;
        let (style, word) = match finding.state {
            State::Ok => (GOOD, "ok"),
            State::Warning => (DOUBTFUL, "warning"),
            State::Broken => (BAD, "BROKEN"),
            State::Skipped => (FAINT, "skipped"),
        };
        writeln!(out, "{style}{word:8}{style:#} {:19} {}", link.name(), finding.says)?;
        match &finding.advice {
            Some(advice) => writeln!(out, "{:28} → {advice}", ""),
            None => Ok(()),
        }
    }
}

impl Answer for Report {
    /// Writes the summary; the findings were printed before.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (broken, warnings) = (self.count(State::Broken), self.count(State::Warning));
        match (broken, warnings) {
            (0, 0) => writeln!(out, "\n{GOOD}All checks passed.{GOOD:#}"),
            (0, _) => writeln!(out, "\n{DOUBTFUL}Nothing is broken. Warnings: {warnings}.{DOUBTFUL:#}"),
            (1, _) => writeln!(out, "\n{BAD}One check failed.{BAD:#}"),
            _ => writeln!(out, "\n{BAD}{broken} checks failed. Fix the first one first.{BAD:#}"),
        }
    }

    fn is_well(&self) -> bool {
        self.healthy
    }
}
