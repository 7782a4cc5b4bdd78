use std::{
    io::{self, Write},
    process::ExitCode,
};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const STRONG: Style = Style::new().bold();

/// What a command found or did, for people and for programs.
pub(crate) trait Answer: Serialize {
    /// Writes it for people; its colours are taken out where there is no terminal.
    fn write(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Whether all is well.
    fn is_well(&self) -> bool {
        true
    }

    /// Prints it, and gives the program's exit code.
    fn print(&self, json: bool) -> ExitCode {
        let mut out = anstream::stdout().lock();
        let printed = if json {
            serde_json::to_string(self).map_err(Into::into).and_then(|line| writeln!(out, "{line}"))
        } else {
            self.write(&mut out)
        };
        // A reader that has seen enough, like `head`, is no failure.
        match printed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(3),
            _ => ExitCode::from(u8::from(!self.is_well())),
        }
    }
}
