//! The result file, read while the script writes it.

use std::path::PathBuf;

use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, SeekFrom};
use tokio::sync::mpsc;
use tracing::debug;

use super::line::{self, Final, Line, Report};

/// The longest line that is read, in bytes.
const LINE_MAX: usize = 1024 * 1024;
/// How much is read at once, in bytes.
const CHUNK: usize = 64 * 1024;
/// How many notes are kept.
const NOTES_MAX: usize = 20;

/// Reads the result file from where it left off.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    offset: u64,
    /// What was read and not yet understood: whole lines while the reports' channel is full, and the start of a
    /// line that is still being written.
    pending: Vec<u8>,
    /// The line under way is too long and is skipped.
    skipping: bool,
    /// A report that found the channel full.
    waiting: Option<Report>,
    last: Last,
}

/// What the lines so far say.
#[derive(Debug, Default)]
pub(super) struct Last {
    pub result: Option<Final>,
    /// The newest report.
    pub step: Option<u64>,
    /// The newest loss of a report.
    pub loss: Option<f64>,
    /// The newest checkpoint, with its step.
    pub checkpoint: Option<(u64, String)>,
    /// What could not be used, and why.
    pub notes: Vec<String>,
}

impl Last {
    pub(super) fn note(&mut self, note: String) {
        debug!(note, "a line of a trial");
        match self.notes.len() {
            kept if kept < NOTES_MAX => self.notes.push(note),
            NOTES_MAX => self.notes.push("more lines had faults".to_owned()),
            _ => {}
        }
    }
}

impl Tail {
    pub(super) fn new(path: PathBuf) -> Self {
        let (pending, last) = (Vec::new(), Last::default());
        Self { path, offset: 0, pending, skipping: false, waiting: None, last }
    }

    /// Reads what is new. Reports go to `reports` until that is full; then the file itself is the queue, so memory
    /// stays bounded however long nobody takes them.
    pub(super) async fn poll(&mut self, reports: &mpsc::Sender<Report>) {
        loop {
            if !self.lines(reports) {
                return;
            }
            match self.read().await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    self.last.note(format!("the result file cannot be read: {error}"));
                    return;
                }
            }
        }
    }

    /// Reads to the end, waiting for room in the channel; the process has ended and nothing more is written.
    pub(super) async fn finish(mut self, reports: &mpsc::Sender<Report>) -> Last {
        loop {
            self.poll(reports).await;
            match self.waiting.take() {
                // A closed channel means that nobody wants reports any more.
                Some(report) => drop(reports.send(report).await),
                None => break,
            }
        }
        let end = std::mem::take(&mut self.pending);
        if !self.skipping
            && let Some(report) = self.line(&end)
        {
            drop(reports.send(report).await);
        }
        self.last
    }

    async fn read(&mut self) -> std::io::Result<usize> {
        // Opened anew each time: a script may replace the file instead of appending to it.
        let mut file = match File::open(&self.path).await {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        if file.metadata().await?.len() < self.offset {
            self.offset = 0;
            self.pending.clear();
        }
        file.seek(SeekFrom::Start(self.offset)).await?;
        let mut chunk = vec![0; CHUNK];
        let count = file.read(&mut chunk).await?;
        self.offset += count as u64;
        self.pending.extend_from_slice(&chunk[..count]);
        Ok(count)
    }

    /// Understands the whole lines among what was read; false if the channel is full.
    fn lines(&mut self, reports: &mpsc::Sender<Report>) -> bool {
        let mut from = 0;
        let pending = std::mem::take(&mut self.pending);
        let mut taken = self.pass_on(reports);
        while taken && let Some(length) = pending[from..].iter().position(|byte| *byte == b'\n') {
            if !std::mem::take(&mut self.skipping) {
                self.waiting = self.line(&pending[from..from + length]);
            }
            from += length + 1;
            taken = self.pass_on(reports);
        }
        self.pending = pending[from..].to_vec();
        if taken && self.pending.len() > LINE_MAX {
            self.last.note(format!("a line of the result file has more than {LINE_MAX} bytes"));
            self.pending.clear();
            self.skipping = true;
        }
        taken
    }

    /// Passes the waiting report on; false if the channel is full.
    fn pass_on(&mut self, reports: &mpsc::Sender<Report>) -> bool {
        if let Some(report) = self.waiting.take()
            && let Err(mpsc::error::TrySendError::Full(report)) = reports.try_send(report)
        {
            self.waiting = Some(report);
        }
        self.waiting.is_none()
    }

    fn line(&mut self, line: &[u8]) -> Option<Report> {
        let text = String::from_utf8_lossy(line);
        if text.trim().is_empty() {
            return None;
        }
        match line::parse(&text) {
            Ok(Line::Final(result)) => {
                self.last.result = Some(result);
                None
            }
            Ok(Line::Report(mut report)) => {
                self.last.step = Some(report.step);
                self.last.loss = report.loss.or(self.last.loss);
                if let Some(uri) = &report.checkpoint {
                    self.last.checkpoint = Some((report.step, uri.clone()));
                }
                for note in std::mem::take(&mut report.notes) {
                    self.last.note(note);
                }
                Some(report)
            }
            Err(wrong) => {
                let shown: String = text.chars().take(80).collect();
                self.last.note(format!("the line `{shown}` of the result file is not understood: {wrong}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::super::line::Loss;
    use super::*;

    fn append(path: &PathBuf, text: &str) {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).expect("opened");
        file.write_all(text.as_bytes()).expect("written");
    }

    #[tokio::test]
    async fn lines_are_read_as_they_are_completed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("result");
        let (sender, mut reports) = mpsc::channel(8);
        let mut tail = Tail::new(path.clone());
        tail.poll(&sender).await;
        append(&path, "{\"step\": 1, \"loss\": 0.5}\n{\"step\": 2, \"lo");
        tail.poll(&sender).await;
        assert_eq!(reports.try_recv().expect("a report").step, 1);
        assert!(reports.try_recv().is_err());
        append(&path, "ss\": 0.4, \"checkpoint\": \"c2\"}\nnonsense\n{\"loss\": 0.3}");
        tail.poll(&sender).await;
        assert_eq!(reports.try_recv().expect("a report").loss, Some(0.4));
        let last = tail.finish(&sender).await;
        assert_eq!(last.result.expect("a result").loss, Loss::Finite(0.3));
        assert_eq!((last.step, last.checkpoint), (Some(2), Some((2, "c2".to_owned()))));
        assert_eq!(last.notes.len(), 1);
    }

    #[tokio::test]
    async fn a_full_channel_leaves_the_rest_in_the_file_and_loses_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("result");
        let steps: Vec<u64> = (0..20_000).collect();
        append(&path, &steps.iter().map(|step| format!("{{\"step\": {step}}}\n")).collect::<String>());
        let (sender, mut reports) = mpsc::channel(4);
        let mut tail = Tail::new(path);
        for _ in 0..3 {
            tail.poll(&sender).await;
            assert_eq!(reports.len(), 4);
            assert!(tail.pending.len() <= 2 * CHUNK);
        }
        let taker = tokio::spawn(async move {
            let mut taken = Vec::new();
            while let Some(report) = reports.recv().await {
                taken.push(report.step);
            }
            taken
        });
        let last = tail.finish(&sender).await;
        drop(sender);
        assert_eq!(taker.await.expect("taken"), steps);
        assert_eq!(last.step, Some(19_999));
    }

    #[tokio::test]
    async fn a_file_written_anew_is_read_anew() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("result");
        let (sender, mut reports) = mpsc::channel(8);
        let mut tail = Tail::new(path.clone());
        fs::write(&path, "{\"step\": 1, \"loss\": 0.123456}\n").expect("written");
        tail.poll(&sender).await;
        fs::write(&path, "{\"loss\": 0.5}\n").expect("written");
        let last = tail.finish(&sender).await;
        assert_eq!(reports.recv().await.expect("a report").step, 1);
        assert_eq!(last.result.expect("a result").loss, Loss::Finite(0.5));
    }

    #[tokio::test]
    async fn an_endless_line_is_skipped_with_a_note() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("result");
        append(&path, &"x".repeat(3 * LINE_MAX));
        append(&path, "\n0.5\n");
        let (sender, _reports) = mpsc::channel(8);
        let last = Tail::new(path).finish(&sender).await;
        assert_eq!(last.result.expect("a result").loss, Loss::Finite(0.5));
        assert!(last.notes[0].contains("more than"));
    }
}
