//! Writes the measurements as a report.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

use crate::{
    chain::ChainTimes,
    compare::{Comparison, Entry, REMOTE},
    figures::Figures,
    goals::{Bound, goals},
};

/// All tables, as Markdown.
pub(crate) fn table(comparison: &Comparison) -> String {
    let mut text = String::new();
    write(&mut text, comparison).expect("a string takes every text");
    text
}

fn write(text: &mut String, comparison: &Comparison) -> fmt::Result {
    writeln!(text, "\n### Upstreams at hand (0 ms)\n")?;
    write_figures(text, comparison.programs.iter().map(|entry| (entry, &entry.near)))?;
    writeln!(text, "\n### Polar 30 ms away, DynamoDB 2 ms\n")?;
    write_figures(text, comparison.programs.iter().filter_map(|entry| Some((entry, entry.remote.as_ref()?))))?;
    if let Some(ChainTimes { cold, warm }) = comparison.chain {
        let delays = (REMOTE.polar + 2 * REMOTE.aws).as_millis();
        writeln!(text, "\nThe longest chain of a download, {delays} ms of delays, takes a bare client {warm:.2} ms,")?;
        writeln!(text, "and {cold:.2} ms with opening its connections.")?;
    }
    writeln!(text, "\n### Calls of one warm invocation\n")?;
    writeln!(text, "| function | route | Polar | DynamoDB and queue |")?;
    writeln!(text, "| --- | --- | ---: | ---: |")?;
    for calls in &comparison.routes {
        let (polar, aws) = (list(&calls.polar), list(&calls.aws));
        writeln!(text, "| {} | `{}` | {polar} | {aws} |", calls.function, calls.route)?;
    }
    writeln!(text, "\n### Goals\n\n| goal | wanted | measured | |\n| --- | ---: | ---: | --- |")?;
    for goal in goals(comparison) {
        let wanted = match goal.wanted {
            Bound::AtMost(most) => format!("≤ {most}"),
            Bound::AtLeast(least) => format!("≥ {least}"),
        };
        let verdict = if goal.reached { "reached" } else { "**missed**" };
        writeln!(text, "| {} | {wanted} | {:.2} | {verdict} |", goal.what, goal.measured)?;
    }
    Ok(())
}

fn write_figures<'a>(text: &mut String, rows: impl Iterator<Item = (&'a Entry, &'a Figures)>) -> fmt::Result {
    writeln!(
        text,
        "| program | init ms | CPU | first ms | CPU | warm p50 | p90 | p99 | CPU | peak MB | program MB | zip MB |"
    )?;
    writeln!(text, "| --- {}|", "| ---: ".repeat(11))?;
    for (entry, figures) in rows {
        let Figures { init, init_cpu, first, first_cpu, warm_p50, warm_p90, warm_p99, warm_cpu, peak_memory } = figures;
        write!(text, "| {} | {init:.2} | {init_cpu:.2} | {first:.2} | {first_cpu:.2} ", entry.name)?;
        write!(text, "| {warm_p50:.3} | {warm_p90:.3} | {warm_p99:.3} | {warm_cpu:.3} | {peak_memory:.1} ")?;
        writeln!(text, "| {:.2} | {:.2} |", megabytes(entry.size.plain), megabytes(entry.size.zip))?;
    }
    Ok(())
}

/// In millions of bytes, as Lambda's limits are given.
#[expect(clippy::cast_precision_loss, reason = "far below 2 to the 52nd")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn list(calls: &BTreeMap<String, usize>) -> String {
    if calls.is_empty() {
        return "0".to_owned();
    }
    let total: usize = calls.values().sum();
    let each: Vec<_> = calls
        .iter()
        .map(|(name, times)| if *times == 1 { name.clone() } else { format!("{times} × {name}") })
        .collect();
    format!("{total}: {}", each.join(", "))
}
