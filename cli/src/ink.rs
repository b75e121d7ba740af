//! Lines of text in colours, cut to the width of a terminal.

use console::{measure_text_width, truncate_str};

/// How a piece of a line looks where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Bold,
    Dim,
    /// Green.
    Good,
    /// Yellow.
    Warning,
    /// Red.
    Bad,
    /// Cyan.
    Accent,
}

impl Ink {
    /// The parameters of ECMA-48's SGR.
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("1"),
            Self::Dim => Some("2"),
            Self::Good => Some("32"),
            Self::Warning => Some("33"),
            Self::Bad => Some("31"),
            Self::Accent => Some("36"),
        }
    }
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<(Ink, String)>);

impl Line {
    /// An empty one.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The same with more behind it. What would steer the terminal is left out.
    #[must_use]
    pub fn with(mut self, ink: Ink, text: impl AsRef<str>) -> Self {
        self.0.push((ink, text.as_ref().replace('\t', " ").replace(char::is_control, "")));
        self
    }

    /// The same with this at its right end, on a terminal of that width; without it where there is no room.
    #[must_use]
    pub fn with_end(self, ink: Ink, text: &str, width: usize) -> Self {
        match width.checked_sub(self.width() + measure_text_width(text)) {
            Some(pad) if pad > 0 => self.with(Ink::Plain, " ".repeat(pad)).with(ink, text),
            _ => self,
        }
    }

    /// How many cells of a terminal it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| measure_text_width(text)).sum()
    }

    /// As a terminal of this width shows it: what is too long ends with `…`.
    pub fn show(&self, width: usize, colours: bool) -> String {
        let mut shown = String::new();
        let mut room = width;
        let mut rest = self.width();
        for (ink, text) in &self.0 {
            let wide = measure_text_width(text);
            // Where something is cut, its sign needs a place in this piece or in the next.
            let cut = if rest > room && wide >= room { truncated(text, room) } else { text.clone() };
            rest -= wide;
            room -= measure_text_width(&cut).min(room);
            match ink.code().filter(|_| colours && !cut.is_empty()) {
                Some(code) => shown.push_str(&format!("\x1b[{code}m{cut}\x1b[0m")),
                None => shown.push_str(&cut),
            }
            if room == 0 {
                break;
            }
        }
        shown
    }
}

/// Shorter by at least its last cell.
fn truncated(text: &str, room: usize) -> String {
    let Some(kept) = room.checked_sub(1) else { return String::new() };
    format!("{}…", truncate_str(text, kept, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_width_and_say_so() {
        let line = Line::new().with(Ink::Bold, "abc").with(Ink::Bad, "defgh");
        for (width, shown) in
            [(9, "abcdefgh"), (8, "abcdefgh"), (7, "abcdef…"), (3, "ab…"), (1, "…"), (0, "")]
        {
            assert_eq!(line.show(width, false), shown);
        }
        assert_eq!(line.show(4, true), "\x1b[1mabc\x1b[0m\x1b[31m…\x1b[0m");
        assert_eq!(measure_text_width(&Line::new().with(Ink::Plain, "日本語").show(4, false)), 3);
    }

    #[test]
    fn ends_stand_at_the_right_or_not_at_all() {
        let line = Line::new().with(Ink::Plain, "abc");
        assert_eq!(line.clone().with_end(Ink::Dim, "xy", 8).show(8, false), "abc   xy");
        assert_eq!(line.with_end(Ink::Dim, "xy", 5).show(5, false), "abc");
    }

    #[test]
    fn nothing_in_a_text_steers_the_terminal() {
        let line = Line::new().with(Ink::Plain, "a\x1b[2Jb\nc\td\u{9b}e");
        assert_eq!(line.show(80, false), "a[2Jbc de");
    }
}
