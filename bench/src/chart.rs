//! Draws the comparison as an SVG that is readable on light and dark pages.

use std::fmt::{self, Write};

use crate::{
    compare::{Comparison, FLOOR, PEER},
    extent::COMPARED,
    figures::Figures,
};

const WIDTH: f64 = 720.0;
const LABELS: f64 = 150.0;
const BARS: f64 = 470.0;
const PANEL: f64 = 104.0;

/// Colours that stand out from white and from black.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.value{font-size:12px;fill:#59636e}\
.floor{fill:#8b949e}.ours{fill:#c4461a}.peer{fill:#4c8f4f}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.value{fill:#9198a1}}";

struct Panel {
    title: &'static str,
    unit: &'static str,
    figure: fn(&Figures) -> f64,
    with_floor: bool,
}

const PANELS: [Panel; 5] = [
    Panel { title: "Init", unit: "ms", figure: |figures| figures.init, with_floor: true },
    Panel { title: "First download", unit: "ms", figure: |figures| figures.first, with_floor: false },
    Panel { title: "Warm download, p50", unit: "ms", figure: |figures| figures.warm_p50, with_floor: false },
    Panel { title: "Warm download, p99", unit: "ms", figure: |figures| figures.warm_p99, with_floor: false },
    Panel { title: "Peak memory", unit: "MB", figure: |figures| figures.peak_memory, with_floor: true },
];

/// The chart as SVG; `None` without all three programs.
pub(crate) fn chart(comparison: &Comparison) -> Option<String> {
    let find = |name: &str| comparison.programs.iter().find(|entry| entry.name == name).map(|entry| &entry.near);
    let (floor, ours, peer) = (find(FLOOR)?, find(COMPARED)?, find(PEER)?);
    let mut svg = String::new();
    draw(&mut svg, floor, ours, peer).expect("a string takes every text");
    Some(svg)
}

fn draw(svg: &mut String, floor: &Figures, ours: &Figures, peer: &Figures) -> fmt::Result {
    #[expect(clippy::cast_precision_loss, reason = "five panels")]
    let height = PANEL * PANELS.len() as f64;
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="The download function beside an empty function and a Node function"><style>{STYLE}</style>"#
    )?;
    let mut top = 0.0;
    for Panel { title, unit, figure, with_floor } in PANELS {
        let rows = [("an empty function", "floor", floor), (COMPARED, "ours", ours), (PEER, "peer", peer)];
        let rows = rows.into_iter().filter(|(_, class, _)| with_floor || *class != "floor");
        let longest = figure(peer).max(figure(ours));
        writeln!(svg, r#"<text class="title" x="0" y="{:.0}">{title}</text>"#, top + 18.0)?;
        let mut y = top + 28.0;
        for (name, class, figures) in rows {
            let value = figure(figures);
            let (length, baseline) = ((value / longest * BARS).max(1.5), y + 13.0);
            writeln!(
                svg,
                r#"<text x="0" y="{baseline:.0}">{name}</text><rect class="{class}" x="{LABELS}" y="{y:.0}" width="{length:.1}" height="16" rx="2"/><text class="value" x="{:.1}" y="{baseline:.0}">{value:.2} {unit}</text>"#,
                LABELS + length + 8.0
            )?;
            y += 22.0;
        }
        top += PANEL;
    }
    writeln!(svg, "</svg>")
}
