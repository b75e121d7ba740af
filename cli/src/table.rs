//! Aligned tables for people.

use std::fmt::Write as _;

/// Rows of cells below a line of heads; columns are as wide as their widest cell.
#[derive(Debug)]
pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these heads. One that begins with `>` is of a column that is aligned to the right.
    pub fn new(heads: impl IntoIterator<Item = &'static str>) -> Self {
        Self { heads: heads.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row; it has a cell for each head.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as text; every line ends with a newline and none with a space.
    pub fn show(&self) -> String {
        let heads: Vec<_> = self.heads.iter().map(|head| head.trim_start_matches('>').to_owned()).collect();
        let right: Vec<_> = self.heads.iter().map(|head| head.starts_with('>')).collect();
        let all = || std::iter::once(&heads).chain(&self.rows);
        let widths: Vec<_> = (0..heads.len())
            .map(|column| all().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for row in all() {
            let mut line = String::new();
            for ((cell, width_of_column), right) in row.iter().zip(&widths).zip(&right) {
                let pad = " ".repeat(width_of_column - width(cell));
                let (before, after) = if *right { (pad.as_str(), "") } else { ("", pad.as_str()) };
                // Writing to a string cannot fail.
                let _ = write!(line, "{before}{cell}{after}  ");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Names and values side by side.
pub fn pairs<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let widest = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let lines = rows.iter().map(|(name, value)| {
        let pad = " ".repeat(widest - width(name));
        format!("{name}{pad}  {}\n", value.replace('\n', &format!("\n{}", " ".repeat(widest + 2))))
    });
    lines.collect()
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["NAME", ">LOSS", "NOTE"]);
        table.row(["a".to_owned(), "0.25".to_owned(), String::new()]);
        table.row(["größer".to_owned(), "-1".to_owned(), "ok".to_owned()]);
        assert_eq!(table.show(), "NAME    LOSS  NOTE\na       0.25\ngrößer    -1  ok\n");
    }

    #[test]
    fn pairs_keep_their_lines_together() {
        assert_eq!(pairs([("a", "1\n2".to_owned()), ("bcd", "3".to_owned())]), "a    1\n     2\nbcd  3\n");
    }
}
