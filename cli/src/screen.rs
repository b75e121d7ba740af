//! The terminal as a screen of its own, and the keys that are pressed on it.

use std::io::{IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use console::Term;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{InputFlags, LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use tokio::sync::mpsc;

use crate::telemetry;

/// The alternate screen, without a cursor, in which long lines are not continued.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/// How soon the thread of keys notices that nobody listens any more.
const KEYS_WAIT_MS: u16 = 100;
/// Where the terminal does not tell its size.
const USUAL_SIZE: Size = Size { rows: 24, columns: 80 };

/// Whether stdin and stdout are a terminal that can be a screen.
pub fn is_possible() -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !is_dumb
}

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `q` or Esc.
    Leave,
    /// Ctrl-C, or the terminal is gone.
    Interrupt,
}

/// How large the terminal is, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub rows: usize,
    pub columns: usize,
}

/// The terminal, which is as it was before once this is dropped.
#[derive(Debug)]
pub struct Screen {
    before: Termios,
    keys: mpsc::Receiver<Key>,
    done: Arc<AtomicBool>,
    shown: (Size, Vec<String>),
}

impl Screen {
    /// Takes the terminal. What is logged meanwhile is shown afterwards.
    ///
    /// # Errors
    /// When stdin or stdout is no terminal.
    pub fn enter() -> anyhow::Result<Self> {
        let before = tcgetattr(std::io::stdin()).context("stdin is not a terminal")?;
        let mut raw = before.clone();
        raw.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
        // Ctrl-S would stop all output.
        raw.input_flags.remove(InputFlags::IXON);
        let (sender, keys) = mpsc::channel(4);
        let done = Arc::new(AtomicBool::new(false));
        // From here on, whatever fails, dropping it mends the terminal.
        let screen =
            Self { before, keys, done: Arc::clone(&done), shown: (Size { rows: 0, columns: 0 }, Vec::new()) };
        telemetry::hold();
        tcsetattr(std::io::stdin(), SetArg::TCSAFLUSH, &raw).context("the terminal cannot be set")?;
        write(ENTER)?;
        let thread = std::thread::Builder::new().name("tunewright-keys".to_owned());
        thread.spawn(move || read_keys(&sender, &done)).context("the thread of keys cannot be started")?;
        Ok(screen)
    }

    /// How large it is now.
    pub fn size() -> Size {
        let size = Term::stdout().size_checked().filter(|(rows, columns)| *rows > 0 && *columns > 0);
        size.map_or(USUAL_SIZE, |(rows, columns)| Size { rows: rows.into(), columns: columns.into() })
    }

    /// Whether it has colours and they are wanted (`NO_COLOR`).
    pub fn has_colours() -> bool {
        console::colors_enabled()
    }

    /// Shows these lines, of which there are no more than rows. What is shown already is not written again.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, size: Size, lines: Vec<String>) -> anyhow::Result<()> {
        if self.shown.0 == size && self.shown.1 == lines {
            return Ok(());
        }
        let mut frame = String::from(if self.shown.0 == size { "\x1b[H" } else { "\x1b[2J\x1b[H" });
        // Erased first: what is erased behind a line that is full takes its last cell along.
        frame.push_str(&lines.iter().map(|line| format!("\x1b[2K{line}")).collect::<Vec<_>>().join("\r\n"));
        if lines.len() < size.rows {
            frame.push_str("\r\n\x1b[J");
        }
        write(&frame)?;
        self.shown = (size, lines);
        Ok(())
    }

    /// The next key that matters. Can be dropped and called again.
    pub async fn key(&mut self) -> Key {
        self.keys.recv().await.unwrap_or(Key::Interrupt)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        // A terminal that is gone needs no mending.
        let _ = write(LEAVE);
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSAFLUSH, &self.before);
        telemetry::let_go();
    }
}

fn write(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

fn read_keys(keys: &mpsc::Sender<Key>, done: &AtomicBool) {
    let stdin = std::io::stdin();
    let mut bytes = [0; 64];
    while !done.load(Ordering::Relaxed) {
        let mut waiting = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        match poll(&mut waiting, PollTimeout::from(KEYS_WAIT_MS)) {
            Ok(0) | Err(Errno::EINTR) => continue,
            Ok(_) | Err(_) => {}
        }
        let key = match nix::unistd::read(stdin.as_fd(), &mut bytes) {
            Ok(0) => Some(Key::Interrupt),
            Ok(count) => meaning(&bytes[..count]),
            Err(Errno::EINTR | Errno::EAGAIN) => continue,
            Err(_) => Some(Key::Interrupt),
        };
        // Nobody has to know once nobody listens; and one that is not heard yet says the same.
        if key.is_some_and(|key| keys.try_send(key).is_ok() && key == Key::Interrupt) {
            return;
        }
    }
}

/// What was pressed, of what was read at once. The keys with arrows send Esc too, with more behind it.
fn meaning(bytes: &[u8]) -> Option<Key> {
    match bytes {
        [0x1b] => Some(Key::Leave),
        [0x1b, ..] => None,
        _ if bytes.contains(&0x03) => Some(Key::Interrupt),
        _ if bytes.iter().any(|byte| b"qQ".contains(byte)) => Some(Key::Leave),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_sequences() {
        for (bytes, key) in [
            (&b"q"[..], Some(Key::Leave)),
            (b"\x1b", Some(Key::Leave)),
            (b"xq", Some(Key::Leave)),
            (b"\x03", Some(Key::Interrupt)),
            (b"\x1b[A", None),
            (b"\x1bq", None),
            (b"x", None),
        ] {
            assert_eq!(meaning(bytes), key, "{bytes:?}");
        }
    }
}
