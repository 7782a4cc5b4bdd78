//! Descriptions of the demo products, in Markdown.

pub(super) const SKY_SAMPLER: &str = "Two skies from our **golden hour** collection, free to use in your renders.\n\n\
- 16-bit gradients, no banding\n- works in every renderer that takes an environment map\n\n\
*You can download the archive five times.*";

pub(super) const POLYGON_PRIMER: &str = "A **short book about edges, faces and where to put them**. Forty pages, no \
jargon, drawn by hand.\n\n> Quads bend, triangles hold.\n\nFree, because everybody should have read it before buying \
a plugin.";

pub(super) const RETOPO_TOOLKIT: &str = "Draw strokes, get **clean quads**. The Retopo Toolkit lays an even mesh along \
the lines that you draw.\n\n### What is in it\n\n1. the plugin for Blender 4.2 and newer\n2. a licence key for three \
machines\n3. updates for all of version 2\n\nInstall it from *Preferences → Add-ons*.";

pub(super) const FOREST_PACK: &str = "Nineteen trees, bushes and stones in the fewest polygons that still look like a \
**forest**.\n\n- models as OBJ, ready for any engine\n- a table of sizes (in German) and reference photos from Nagano\n\
- a leaf pattern as SVG";

pub(super) const BRUSH_PACK: &str = "Our own sculpting brushes: **rakes, clay strips, a very honest eraser**.\n\n\
Pay what you want. Nothing is fine too.";

pub(super) const STUDIO_PLANNER: &str = "Plan a month of work on **one sheet**. The planner comes for A4 and Letter, and \
as a table for those who type.\n\nDownload it as often as you like.";

pub(super) const LIGHTING_COURSE: &str = "Six films about **light**, forty minutes in all, and a workbook with three \
exercises.\n\nThe films are on a page of their own; the workbook can be downloaded for 30 days.";

pub(super) const WORKSHOP_LETTER: &str =
    "**One page a month** from our workbench. Free, and you can leave at any time.";

pub(super) const ASSET_CLUB: &str =
    "The **forest pack** today and a new pack every month, for as long as you are a member.";

pub(super) const TYPEFACE: &str = "**Facet Sans** is a typeface with corners. One family, four weights.\n\nThe archive can \
be downloaded once; keep a copy.";
