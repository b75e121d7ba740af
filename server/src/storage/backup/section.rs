//! The records of one study as a backup has them, and their digest.

use std::io::{self, Write};

use sha2::Digest as _;
use tunewright_core::study::{Attachment, Header, Report, Sha256, Trial, Version};

use super::BackupError;
use super::forms::{Begin, StudyEnd};
use crate::storage::record::{Document, Output, encode};

/// Writes a record and a newline.
pub(super) fn write_record<T: Document>(out: &mut impl Write, record: &T) -> Result<(), BackupError> {
    let mut line = encode(|| T::KIND.to_owned(), record)?;
    line.push(b'\n');
    Ok(out.write_all(&line)?)
}

/// Passes bytes on, and knows their digest.
pub(super) struct Digesting<W> {
    out: W,
    digest: sha2::Sha256,
}

impl<W: Write> Digesting<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, digest: sha2::Sha256::new() }
    }

    pub(super) fn digest(&self) -> Sha256 {
        Sha256::of_digest(self.digest.clone().finalize().into())
    }

    /// What it passes bytes on to, for those that do not count.
    pub(super) fn uncounted(&mut self) -> &mut W {
        &mut self.out
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes the records of one study.
pub(super) struct Section<W> {
    out: Digesting<W>,
    trials: u64,
    reports: u64,
    attachments: u64,
}

impl<W: Write> Section<W> {
    pub(super) fn begin(out: W, version: Version, header: &Header) -> Result<Self, BackupError> {
        let mut out = Digesting::new(out);
        write_record(&mut out, &Begin { version })?;
        write_record(&mut out, header)?;
        Ok(Self { out, trials: 0, reports: 0, attachments: 0 })
    }

    pub(super) fn trial(&mut self, trial: &Trial) -> Result<(), BackupError> {
        self.trials += 1;
        write_record(&mut self.out, trial)
    }

    /// A report of the last trial.
    pub(super) fn report(&mut self, report: &Report) -> Result<(), BackupError> {
        self.reports += 1;
        write_record(&mut self.out, report)
    }

    /// The output of the last trial.
    pub(super) fn output(&mut self, output: &Output) -> Result<(), BackupError> {
        write_record(&mut self.out, output)
    }

    pub(super) fn attached(&mut self, attachment: &Attachment, content: &[u8]) -> Result<(), BackupError> {
        self.attachments += 1;
        write_record(&mut self.out, attachment)?;
        self.out.write_all(content)?;
        Ok(self.out.write_all(b"\n")?)
    }

    pub(super) fn end(mut self) -> Result<StudyEnd, BackupError> {
        let Self { trials, reports, attachments, .. } = self;
        let end = StudyEnd { trials, reports, attachments, sha256: self.out.digest() };
        write_record(self.out.uncounted(), &end)?;
        Ok(end)
    }
}
