//! Covers of the demo products: abstract pictures, drawn here.

use std::f64::consts::TAU;
use std::fmt::Write as _;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 640.0;

/// What a cover shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Motif {
    Sunset,
    Triangles,
    Mesh,
    Forest,
    Strokes,
    Calendar,
    Beams,
    Letter,
    Cubes,
    Glyph,
}

/// A cover in four colours: two of the background, two of the motif.
pub(super) fn cover(motif: Motif, colours: [&str; 4]) -> String {
    let [from, to, light, strong] = colours;
    let shapes = match motif {
        Motif::Sunset => sunset(light, strong),
        Motif::Triangles => triangles(light, strong),
        Motif::Mesh => mesh(light, strong),
        Motif::Forest => forest(light, strong),
        Motif::Strokes => strokes(light, strong),
        Motif::Calendar => calendar(light, strong),
        Motif::Beams => beams(light, strong),
        Motif::Letter => letter(light, strong),
        Motif::Cubes => cubes(light, strong),
        Motif::Glyph => glyph(light, strong),
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         <defs><linearGradient id=\"g\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\"><stop stop-color=\"{from}\"/>\
         <stop offset=\"1\" stop-color=\"{to}\"/></linearGradient></defs>\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"url(#g)\"/>{shapes}</svg>"
    )
}

/// Puts the shapes of `count` steps together; a step knows its number and its share of the whole.
fn each(count: u32, draw: impl Fn(f64, f64) -> String) -> String {
    (0..count).map(|step| draw(f64::from(step), f64::from(step) / f64::from(count))).collect()
}

fn sunset(light: &str, strong: &str) -> String {
    let sun = each(5, |step, share| {
        let radius = 70.0 + step * 46.0;
        let opacity = 0.9 - share * 0.85;
        format!("<circle cx=\"600\" cy=\"330\" r=\"{radius:.0}\" fill=\"{light}\" opacity=\"{opacity:.2}\"/>")
    });
    let hills = each(4, |step, share| {
        let top = 380.0 + step * 62.0;
        let (left, right) = (top + 50.0 * (step * 1.7).sin(), top + 60.0 * (step * 2.3).cos());
        let opacity = 0.35 + share * 0.6;
        format!(
            "<path d=\"M0 {left:.0} C240 {:.0} 420 {:.0} 640 {top:.0} S860 {:.0} 960 {right:.0} V640 H0 Z\" \
             fill=\"{strong}\" opacity=\"{opacity:.2}\"/>",
            top - 90.0,
            top + 50.0,
            top - 60.0
        )
    });
    sun + &hills
}

fn triangles(light: &str, strong: &str) -> String {
    let (columns, side) = (8_u32, 120.0);
    each(columns * 6, |step, _| {
        let (column, row) = (step % f64::from(columns), (step / f64::from(columns)).floor());
        let (x, y) = (column * side, row * side - 40.0);
        let shade = 0.08 + 0.42 * (0.5 + 0.5 * (column * 0.9 + row * 1.3).sin());
        let other = 0.5 - shade * 0.8;
        format!(
            "<path d=\"M{x} {y} h{side} v{side} Z\" fill=\"{light}\" opacity=\"{shade:.2}\"/>\
             <path d=\"M{x} {y} v{side} h{side} Z\" fill=\"{strong}\" opacity=\"{:.2}\"/>",
            other.abs()
        )
    })
}

fn mesh(light: &str, strong: &str) -> String {
    let point = |column: f64, row: f64| {
        let bend = 70.0 * ((column - 6.0) * 0.5).cos() * ((row - 4.0) * 0.45).cos();
        (column * 80.0 + bend * 0.4, 40.0 + row * 75.0 - bend)
    };
    let lines = |count: u32, along: u32, is_row: bool| {
        each(count, |step, share| {
            let path = each(along, |place, _| {
                let (x, y) = if is_row { point(place, step) } else { point(step, place) };
                format!("{}{x:.0} {y:.0}", if place > 0.0 { "L" } else { "M" })
            });
            let opacity = 0.35 + 0.5 * share;
            format!("<path d=\"{path}\" fill=\"none\" stroke=\"{light}\" stroke-width=\"2\" opacity=\"{opacity:.2}\"/>")
        })
    };
    let knots = each(13 * 9, |step, _| {
        let (x, y) = point(step % 13.0, (step / 13.0).floor());
        let radius = if step % 7.0 < 1.0 { 11.0 } else { 5.0 };
        format!("<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius}\" fill=\"{strong}\"/>")
    });
    lines(9, 13, true) + &lines(13, 9, false) + &knots
}

fn forest(light: &str, strong: &str) -> String {
    each(3, |row, share| {
        each(9, |step, _| {
            let x = step * 122.0 - 30.0 + row * 40.0;
            let top = 200.0 + row * 70.0 - 90.0 * (step * 1.9 + row).sin().abs();
            // The feet are below the picture.
            let (height, half) = (HEIGHT - top + 20.0, 58.0 + row * 14.0);
            let opacity = 0.3 + share * 0.9;
            format!(
                "<path d=\"M{x:.0} {top:.0} l{half} {height:.0} h-{half} Z\" fill=\"{light}\" opacity=\"{opacity:.2}\"/>\
                 <path d=\"M{x:.0} {top:.0} l-{half} {height:.0} h{half} Z\" fill=\"{strong}\" opacity=\"{opacity:.2}\"/>"
            )
        })
    })
}

fn strokes(light: &str, strong: &str) -> String {
    each(9, |step, share| {
        let y = 70.0 + step * 62.0;
        let colour = if step % 3.0 < 1.0 { strong } else { light };
        let width = 16.0 + 34.0 * (step * 1.1).sin().abs();
        let opacity = 0.3 + 0.6 * share;
        format!(
            "<path d=\"M{:.0} {y} C300 {:.0} 520 {:.0} {:.0} {:.0}\" fill=\"none\" stroke=\"{colour}\" \
             stroke-width=\"{width:.0}\" stroke-linecap=\"round\" opacity=\"{opacity:.2}\"/>",
            90.0 + step * 14.0,
            y - 150.0,
            y + 150.0,
            780.0 + 12.0 * step,
            y - 30.0
        )
    })
}

fn calendar(light: &str, strong: &str) -> String {
    let days = each(35, |step, _| {
        let (x, y) = (170.0 + (step % 7.0) * 90.0, 150.0 + (step / 7.0).floor() * 84.0);
        let (colour, opacity) = if (step * 5.0) % 9.0 < 2.0 { (strong, 0.95) } else { (light, 0.4) };
        format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"74\" height=\"66\" rx=\"14\" fill=\"{colour}\" opacity=\"{opacity}\"/>"
        )
    });
    format!("<rect x=\"170\" y=\"82\" width=\"614\" height=\"42\" rx=\"14\" fill=\"{light}\" opacity=\".85\"/>{days}")
}

fn beams(light: &str, strong: &str) -> String {
    let rays = each(7, |step, share| {
        let x = 60.0 + step * 150.0;
        let opacity = 0.14 + 0.3 * share;
        format!("<path d=\"M480 -40 L{x} 640 h90 Z\" fill=\"{light}\" opacity=\"{opacity:.2}\"/>")
    });
    format!(
        "{rays}<circle cx=\"480\" cy=\"400\" r=\"130\" fill=\"{strong}\"/>\
         <circle cx=\"440\" cy=\"355\" r=\"130\" fill=\"{light}\" opacity=\".25\"/>\
         <ellipse cx=\"480\" cy=\"560\" rx=\"230\" ry=\"26\" fill=\"#000\" opacity=\".25\"/>"
    )
}

fn letter(light: &str, strong: &str) -> String {
    each(3, |step, share| {
        let (x, y) = (190.0 + step * 60.0, 130.0 + step * 60.0);
        let opacity = 0.4 + 0.6 * share;
        format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"470\" height=\"300\" rx=\"20\" fill=\"{light}\" opacity=\"{opacity:.2}\"/>\
             <path d=\"M{x} {:.0} l235 150 l235 -150\" fill=\"none\" stroke=\"{strong}\" stroke-width=\"9\" \
             stroke-linejoin=\"round\"/>",
            y + 12.0
        )
    })
}

fn cubes(light: &str, strong: &str) -> String {
    each(18, |step, _| {
        let (column, row) = (step % 6.0, (step / 6.0).floor());
        let (x, y) = (120.0 + column * 150.0 + (row % 2.0) * 75.0, 150.0 + row * 150.0);
        let height = 50.0 + 44.0 * (column * 1.7 + row * 2.1).sin();
        let top = y - height;
        format!(
            "<path d=\"M{x} {top:.0} l70 36 l-70 36 l-70 -36 Z\" fill=\"{light}\" opacity=\".95\"/>\
             <path d=\"M{:.0} {:.0} l70 36 v90 l-70 -36 Z\" fill=\"{strong}\" opacity=\".9\"/>\
             <path d=\"M{:.0} {:.0} l-70 36 v90 l70 -36 Z\" fill=\"{strong}\" opacity=\".55\"/>",
            x - 70.0,
            top + 36.0,
            x + 70.0,
            top + 36.0
        )
    })
}

fn glyph(light: &str, strong: &str) -> String {
    let rings = each(24, |step, share| {
        let (x, y) = (480.0 + 250.0 * (share * TAU).cos(), 320.0 + 250.0 * (share * TAU).sin());
        let radius = if step % 3.0 < 1.0 { 20.0 } else { 9.0 };
        format!("<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius}\" fill=\"{light}\" opacity=\".8\"/>")
    });
    let mut sign = String::new();
    let _ = write!(
        sign,
        "<path d=\"M480 130 L640 510 H560 L525 420 H435 L400 510 H320 Z M480 290 L455 360 H505 Z\" fill=\"{strong}\" \
         fill-rule=\"evenodd\"/>"
    );
    rings + &sign
}
