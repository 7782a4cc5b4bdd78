//! Small PDF files of one page.

use std::fmt::Write as _;

/// A page with a title and lines of text, in letters of Latin-1.
pub(crate) fn pdf(title: &str, lines: &[&str]) -> Vec<u8> {
    let mut page = format!("BT /F1 26 Tf 64 740 Td ({}) Tj /F1 12 Tf 0 -40 Td 18 TL\n", escaped(title));
    for line in lines {
        let _ = writeln!(page, "({}) Tj T*", escaped(line));
    }
    page.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in objects.iter().enumerate() {
        let _ = writeln!(places, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = file.len();
    let _ = write!(
        file,
        "xref\n0 6\n0000000000 65535 f \n{places}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}

/// Text for a PDF string; letters beyond ASCII as octal Latin-1, others as a question mark.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, letter| {
        match (letter, u8::try_from(letter)) {
            ('(' | ')' | '\\', _) => {
                let _ = write!(out, "\\{letter}");
            }
            (_, Ok(_)) if letter.is_ascii() => out.push(letter),
            (_, Ok(latin)) => {
                let _ = write!(out, "\\{latin:03o}");
            }
            ('–', _) => out.push('-'),
            _ => out.push('?'),
        }
        out
    })
}
