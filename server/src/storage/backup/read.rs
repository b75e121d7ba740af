//! Reading a backup: each record is checked as it comes, and so is its place.

use std::io::{BufRead, Read as _};

use bytes::Bytes;
use serde::Deserialize;
use sha2::Digest as _;
use tunewright_core::access::TokenRecord;
use tunewright_core::study::{ATTACHMENT_LEN_MAX, Attachment, Header, Report, Sha256, Trial, Version};

use super::BackupError;
use super::forms::{Begin, End, Opening, StudyEnd};
use crate::storage::StorageError;
use crate::storage::record::{Document, Output, decode};

/// The longest record, far above any that a server takes.
const RECORD_LEN_MAX: u64 = 256 << 20;

/// A record, in the order that the format gives them.
pub(super) enum Entry {
    Study(Version, Box<Header>),
    Trial(Box<Trial>),
    /// Of the last trial.
    Report(Report),
    /// Of the last trial.
    Output(Output),
    Attached(Attachment, Bytes),
    StudyEnd(StudyEnd),
    Token(Box<TokenRecord>),
    End(End),
}

/// Where the next record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Outside,
    /// Behind the header or a trial, its reports and its output.
    Trials,
    Attachments,
    Behind,
}

/// Reads a backup, and answers with nothing that does not belong where it stands. What came of a study is to be
/// believed only once its end has come, and all of it once the end of the backup has.
pub(super) struct Reader<R> {
    file: R,
    place: Place,
    record: u64,
    line: Vec<u8>,
    /// Of all before this record.
    whole: sha2::Sha256,
    section: sha2::Sha256,
    counted: Counted,
    /// `study` and `token` records so far.
    studies: u64,
    tokens: u64,
}

#[derive(Debug, Default)]
struct Counted {
    trials: u64,
    reports: u64,
    attachments: u64,
    has_output: bool,
    last: Option<Attachment>,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first record.
    pub(super) fn open(file: R) -> Result<(Self, Opening), BackupError> {
        let mut reader = Self {
            file,
            place: Place::Outside,
            record: 0,
            line: Vec::new(),
            whole: sha2::Sha256::new(),
            section: sha2::Sha256::new(),
            counted: Counted::default(),
            studies: 0,
            tokens: 0,
        };
        reader.next_line()?;
        if reader.kind().ok().as_deref() != Some(Opening::KIND) {
            return Err(reader.damaged("this is no backup of Tunewright"));
        }
        let opening = reader.decoded()?;
        reader.count_line();
        Ok((reader, opening))
    }

    /// The bytes of the record that came last, its content not counted.
    pub(super) fn record_len(&self) -> usize {
        self.line.len()
    }

    /// The next record; not to be called any more behind the end.
    pub(super) fn next(&mut self) -> Result<Entry, BackupError> {
        self.next_line()?;
        let kind = self.kind()?;
        let entry = match (self.place, kind.as_str()) {
            (Place::Outside, Begin::KIND) => return self.study(),
            (Place::Outside, TokenRecord::KIND) => {
                self.tokens += 1;
                Entry::Token(Box::new(self.decoded()?))
            }
            (Place::Outside, End::KIND) => return self.end(),
            (Place::Trials, Trial::KIND) => self.trial()?,
            (Place::Trials, Report::KIND) if self.counted.trials > 0 && !self.counted.has_output => {
                self.counted.reports += 1;
                Entry::Report(self.decoded()?)
            }
            (Place::Trials, Output::KIND) if self.counted.trials > 0 && !self.counted.has_output => {
                self.counted.has_output = true;
                Entry::Output(self.decoded()?)
            }
            (Place::Trials | Place::Attachments, Attachment::KIND) => return self.attached(),
            (Place::Trials | Place::Attachments, StudyEnd::KIND) => return self.study_end(),
            (_, kind) => return Err(self.damaged(&format!("a `{kind}` does not belong here"))),
        };
        self.count_line();
        Ok(entry)
    }

    fn study(&mut self) -> Result<Entry, BackupError> {
        let Begin { version } = self.decoded()?;
        self.section = sha2::Sha256::new();
        self.counted = Counted::default();
        self.place = Place::Trials;
        self.count_line();
        self.next_line()?;
        let header: Header = self.decoded()?;
        if let Err(refusal) = header.spec.validate() {
            return Err(self.damaged(&format!("the study makes no sense: {refusal}")));
        }
        self.count_line();
        self.studies += 1;
        Ok(Entry::Study(version, Box::new(header)))
    }

    fn trial(&mut self) -> Result<Entry, BackupError> {
        let trial: Trial = self.decoded()?;
        if trial.number.0 != self.counted.trials {
            let problem = format!("trial {} does not belong here", trial.number);
            return Err(self.damaged(&problem));
        }
        self.counted.trials += 1;
        self.counted.has_output = false;
        Ok(Entry::Trial(Box::new(trial)))
    }

    fn attached(&mut self) -> Result<Entry, BackupError> {
        let attachment: Attachment = self.decoded()?;
        let in_order = self.counted.last.as_ref().is_none_or(|last| last.key < attachment.key);
        let has_trial = attachment.key.trial.is_none_or(|trial| trial.0 < self.counted.trials);
        if !in_order || !has_trial || attachment.size > ATTACHMENT_LEN_MAX {
            return Err(self.damaged("the attachment does not belong here"));
        }
        self.count_line();
        let mut content = Vec::new();
        // Not more than there is, whatever the record says.
        (&mut self.file).take(attachment.size + 1).read_to_end(&mut content)?;
        if content.len() as u64 != attachment.size + 1 {
            return Err(self.damaged("it ends too early"));
        }
        self.whole.update(&content);
        self.section.update(&content);
        if content.pop() != Some(b'\n')
            || Sha256::of_digest(sha2::Sha256::digest(&content).into()) != attachment.sha256
        {
            return Err(self.damaged("the attachment's content has another digest"));
        }
        self.place = Place::Attachments;
        self.counted.attachments += 1;
        self.counted.last = Some(attachment.clone());
        Ok(Entry::Attached(attachment, content.into()))
    }

    fn study_end(&mut self) -> Result<Entry, BackupError> {
        let end: StudyEnd = self.decoded()?;
        let Counted { trials, reports, attachments, .. } = self.counted;
        let sha256 = Sha256::of_digest(self.section.clone().finalize().into());
        if end != (StudyEnd { trials, reports, attachments, sha256 }) {
            return Err(self.damaged("the study has another digest"));
        }
        self.place = Place::Outside;
        self.count_line();
        Ok(Entry::StudyEnd(end))
    }

    fn end(&mut self) -> Result<Entry, BackupError> {
        let end: End = self.decoded()?;
        let sha256 = Sha256::of_digest(self.whole.clone().finalize().into());
        if end != (End { studies: self.studies, tokens: self.tokens, sha256 }) {
            return Err(self.damaged("the backup has another digest"));
        }
        if !self.file.fill_buf()?.is_empty() {
            return Err(self.damaged("something comes behind its end"));
        }
        self.place = Place::Behind;
        Ok(Entry::End(end))
    }

    fn next_line(&mut self) -> Result<(), BackupError> {
        self.record += 1;
        self.line.clear();
        (&mut self.file).take(RECORD_LEN_MAX).read_until(b'\n', &mut self.line)?;
        if self.line.last() == Some(&b'\n') { Ok(()) } else { Err(self.damaged("it ends too early")) }
    }

    fn count_line(&mut self) {
        self.whole.update(&self.line);
        self.section.update(&self.line);
    }

    fn kind(&self) -> Result<String, BackupError> {
        let kind = serde_json::from_slice::<Kind>(&self.line).map(|kind| kind.kind);
        kind.map_err(|error| self.damaged(&format!("it has no envelope: {error}")))
    }

    fn decoded<T: Document>(&self) -> Result<T, BackupError> {
        decode(String::new, &self.line).map_err(|error| match error {
            StorageError::Corrupt { problem, .. } => self.damaged(&problem),
            error => error.into(),
        })
    }

    fn damaged(&self, problem: &str) -> BackupError {
        BackupError::Damaged { record: self.record, problem: problem.to_owned() }
    }
}
