//! Bytes of the demo files: small, but real ones.

use super::covers::{Motif, cover};
use super::ids;
use super::zip::zip;
use crate::pdf::pdf;
use crate::shop::{File, Shop};

/// A pine of two cones, as Wavefront OBJ.
const PINE: &str = "# low-poly pine, 9 vertices\no pine\nv 0 2 0\nv 1 0.8 1\nv -1 0.8 1\nv -1 0.8 -1\nv 1 0.8 -1\n\
                    v 0.15 0 0.15\nv -0.15 0 0.15\nv -0.15 0 -0.15\nv 0.15 0 -0.15\nf 1 2 3\nf 1 3 4\nf 1 4 5\nf 1 5 2\n\
                    f 2 6 7 3\nf 3 7 8 4\nf 4 8 9 5\nf 5 9 6 2\n";

const LICENSE: &[u8] =
    b"You may use these files in any work of yours, also sold ones. Please do not sell them as they are.\n";

const PLUGIN: &[u8] = b"\"\"\"Retopo Toolkit 2.4: quads along the strokes that you draw.\"\"\"\n\n\
bl_info = {\"name\": \"Retopo Toolkit\", \"version\": (2, 4, 0), \"blender\": (4, 2, 0), \"category\": \"Mesh\"}\n\n\n\
def register():\n    pass\n\n\ndef unregister():\n    pass\n";

const BRUSH: &[u8] = b"brush \"Rake 3\"\nspacing 0.12\njitter 0.30\npressure size,strength\ncurve 0,0 0.4,0.7 1,1\n";

const PLAN: &[u8] = b"Week,Project,Hours,Done\n1,Blocking,6,no\n2,Modelling,12,no\n3,Materials,8,no\n4,Lighting,6,no\n";

/// Puts all files into the shop.
pub(super) fn add(shop: Shop) -> Shop {
    files().into_iter().fold(shop, Shop::with_file)
}

fn files() -> Vec<File> {
    let archive = |id, name, entries: &[(&str, &[u8])]| File::downloadable(id, name, "application/zip", zip(entries));
    let book = |id, name, bytes| File::downloadable(id, name, "application/pdf", bytes);
    let text = |id, name, bytes: &'static [u8]| File::downloadable(id, name, "text/plain", bytes);
    let sky = cover(Motif::Sunset, ["#fdba74", "#7c3aed", "#fff7ed", "#4c1d95"]);
    let dusk = cover(Motif::Sunset, ["#f472b6", "#1e1b4b", "#fef3c7", "#0f172a"]);
    let pattern = cover(Motif::Forest, ["#ecfccb", "#bbf7d0", "#4d7c0f", "#14532d"]);
    vec![
        archive(ids::SKY_ARCHIVE, "golden-hour-skies.zip", &[
            ("golden-hour-01.svg", sky.as_bytes()),
            ("golden-hour-02.svg", dusk.as_bytes()),
            ("license.txt", LICENSE),
        ])
        .with_version("1.2"),
        book(ids::PRIMER_PDF, "The Polygon Primer.pdf", primer()).with_version("3rd edition"),
        archive(ids::TOOLKIT_ARCHIVE, "retopo-toolkit-2.4.zip", &[
            ("retopo_toolkit/__init__.py", PLUGIN),
            ("retopo_toolkit/license.txt", LICENSE),
        ])
        .with_version("2.4.0"),
        text(ids::TOOLKIT_README, "Read me first.txt", b"1. Edit > Preferences > Add-ons > Install.\n2. Choose retopo-toolkit-2.4.zip.\n3. Enter your licence key.\n"),
        File::downloadable(ids::FOREST_PINE, "low-poly-pine.obj", "model/obj", PINE.as_bytes()),
        archive(ids::FOREST_ARCHIVE, "forest-pack-complete.zip", &[
            ("models/low-poly-pine.obj", PINE.as_bytes()),
            ("textures/leaf pattern.svg", pattern.as_bytes()),
            ("license.txt", LICENSE),
        ])
        .with_version("1.0.3"),
        book(ids::FOREST_OVERVIEW, "Übersicht – Größen.pdf", sizes()),
        archive(ids::FOREST_PHOTOS, "写真.zip", &[("写真/森.svg", pattern.as_bytes()), ("license.txt", LICENSE)]),
        File::downloadable(ids::FOREST_PATTERN, "leaf pattern.svg", "image/svg+xml", pattern.clone()),
        text(ids::FOREST_OLD, "forest-pack-0.9.txt", b"An older version. It was archived when 1.0 came.\n"),
        archive(ids::BRUSH_ARCHIVE, "sculptors-brushes.zip", &[("rake-3.brush", BRUSH), ("license.txt", LICENSE)]),
        archive(ids::PLANNER_ARCHIVE, "Studio Planner (A4 & Letter).zip", &[
            ("planner.csv", PLAN),
            ("planner-a4.pdf", &planner("A4")),
            ("planner-letter.pdf", &planner("Letter")),
        ]),
        book(ids::WORKBOOK_PDF, "Lighting workbook.pdf", workbook()),
        book(ids::LETTER_PDF, "workshop-letter-11.pdf", newsletter()),
        archive(ids::TYPEFACE_ARCHIVE, "Facet Sans.zip", &[
            ("specimen.svg", cover(Motif::Glyph, ["#fafaf9", "#e7e5e4", "#a8a29e", "#1c1917"]).as_bytes()),
            ("license.txt", LICENSE),
        ]),
        text(ids::LEFTOVER_TEXT, "leftovers.txt", b"Nobody should be offered this.\n"),
    ]
}

fn primer() -> Vec<u8> {
    pdf(
        "The Polygon Primer",
        &[
            "A short book about edges, faces and where to put them.",
            "",
            "1  Quads bend, triangles hold.",
            "2  Let edges follow the form, not the light.",
            "3  A pole is a promise: keep it away from joints.",
            "4  Delete what nobody will see.",
        ],
    )
}

fn sizes() -> Vec<u8> {
    pdf("Übersicht – Größen", &["Kiefer: 2 m, 9 Ecken", "Fichte: 3 m, 14 Ecken", "Busch: 0,8 m, 7 Ecken"])
}

fn planner(paper: &str) -> Vec<u8> {
    let title = format!("Studio Planner, {paper}");
    pdf(&title, &["Week 1 ______________________", "Week 2 ______________________", "Week 3 ______________________"])
}

fn workbook() -> Vec<u8> {
    pdf(
        "Lighting workbook",
        &[
            "Exercise 1: one light, three moods.",
            "Exercise 2: find the edge that matters and light only that.",
            "Exercise 3: turn the key light off. What is left?",
        ],
    )
}

fn newsletter() -> Vec<u8> {
    pdf("Workshop letter, no. 11", &["This month: a bench made of four cubes, and why it looks comfortable."])
}
