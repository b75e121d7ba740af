//! What a trial prints: the end of it is kept.

use std::collections::VecDeque;

/// How much of the output travels with a trial, in bytes.
pub const OUTPUT_MAX: usize = 64 * 1024;

/// A stream of a trial's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// The last [`OUTPUT_MAX`] bytes of both streams as they came, and the last line of each.
#[derive(Debug, Default)]
pub(super) struct Output {
    ring: VecDeque<u8>,
    stdout: LastLine,
    stderr: LastLine,
}

impl Output {
    pub(super) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        let kept = &bytes[bytes.len().saturating_sub(OUTPUT_MAX)..];
        let surplus = (self.ring.len() + kept.len()).saturating_sub(OUTPUT_MAX);
        self.ring.drain(..surplus);
        self.ring.extend(kept);
        match stream {
            Stream::Stdout => self.stdout.push(bytes),
            Stream::Stderr => self.stderr.push(bytes),
        }
    }

    /// The last line of stdout that is not blank, if it is of a sensible length.
    pub(super) fn last_stdout_line(&self) -> Option<String> {
        self.stdout.get()
    }

    /// The last line of stderr that is not blank, if it is of a sensible length.
    pub(super) fn last_stderr_line(&self) -> Option<String> {
        self.stderr.get()
    }

    /// The kept end of the output followed by `notes`, as valid UTF-8 of at most [`OUTPUT_MAX`] bytes.
    pub(super) fn tail(&self, notes: &[String]) -> String {
        // A character that the ring cut in half is left out rather than shown as a broken one.
        let cut = if self.ring.len() == OUTPUT_MAX {
            self.ring.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count()
        } else {
            0
        };
        let bytes: Vec<u8> = self.ring.iter().skip(cut).copied().collect();
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        for note in notes {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str("tunewright: ");
            text.push_str(note);
            text.push('\n');
        }
        last_bytes(&text, OUTPUT_MAX).to_owned()
    }
}

/// The end of a text, at most `max` bytes of it, from a character's start.
fn last_bytes(text: &str, max: usize) -> &str {
    let from = text.len().saturating_sub(max);
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    &text[from..]
}

/// The last line of a stream that is not blank.
#[derive(Debug, Default)]
struct LastLine {
    complete: Vec<u8>,
    partial: Vec<u8>,
    /// The line under way is too long to be kept.
    overlong: bool,
}

impl LastLine {
    fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.extend(&rest[..end]);
            self.end();
            rest = &rest[end + 1..];
        }
        self.extend(rest);
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.partial.len() + bytes.len() > OUTPUT_MAX {
            self.overlong = true;
            self.partial.clear();
        }
        if !self.overlong {
            self.partial.extend_from_slice(bytes);
        }
    }

    fn end(&mut self) {
        if self.overlong {
            self.complete.clear();
        } else if !self.partial.trim_ascii().is_empty() {
            std::mem::swap(&mut self.complete, &mut self.partial);
        }
        self.partial.clear();
        self.overlong = false;
    }

    fn get(&self) -> Option<String> {
        let line = match self.partial.trim_ascii() {
            _ if self.overlong => return None,
            [] => self.complete.trim_ascii(),
            partial => partial,
        };
        (!line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_survives_any_cutting_of_the_stream() {
        let text = b"first\n0.25\r\n\n  \n";
        for size in 1..text.len() {
            let mut output = Output::default();
            for part in text.chunks(size) {
                output.push(Stream::Stdout, part);
            }
            assert_eq!(output.last_stdout_line().as_deref(), Some("0.25"), "chunks of {size}");
            assert_eq!(output.last_stderr_line(), None);
        }
        let mut output = Output::default();
        output.push(Stream::Stderr, b"one\nwithout end");
        assert_eq!(output.last_stderr_line().as_deref(), Some("without end"));
    }

    #[test]
    fn an_overlong_last_line_is_no_line() {
        let mut output = Output::default();
        output.push(Stream::Stdout, b"0.5\n");
        for _ in 0..3 {
            output.push(Stream::Stdout, &[b'1'; OUTPUT_MAX / 2]);
        }
        assert_eq!(output.last_stdout_line(), None);
        output.push(Stream::Stdout, b"\n");
        assert_eq!(output.last_stdout_line(), None);
        output.push(Stream::Stdout, b"0.75\n");
        assert_eq!(output.last_stdout_line().as_deref(), Some("0.75"));
    }

    #[test]
    fn the_tail_is_bounded_valid_and_cut_between_characters() {
        let mut output = Output::default();
        output.push(Stream::Stdout, "é".repeat(OUTPUT_MAX).as_bytes());
        output.push(Stream::Stderr, b"!");
        let tail = output.tail(&[]);
        assert!(tail.len() <= OUTPUT_MAX && tail.ends_with("é!") && !tail.contains('\u{fffd}'));
        let mut output = Output::default();
        output.push(Stream::Stdout, &[0xff; OUTPUT_MAX]);
        let tail = output.tail(&["a note".to_owned()]);
        assert!(tail.len() <= OUTPUT_MAX && tail.ends_with("\u{fffd}\ntunewright: a note\n"));
    }
}
