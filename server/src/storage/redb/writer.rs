//! The one thread that writes. It takes all that is waiting, from all studies, into one transaction: forcing it to
//! disk costs the same for one change as for a hundred.

use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use redb::{Database, Durability, WriteTransaction};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::changes::Change;
use super::file::{DataFile, failure};
use crate::storage::StorageError;

/// Changes that may wait; whoever comes then waits before the queue.
const QUEUE: usize = 1024;
/// The most changes in one transaction.
const GROUP: usize = 512;
/// A group is closed once it has about so many bytes.
const GROUP_BYTES: usize = 16 << 20;
/// A change that has no answer after this long counts as one whose outcome is unknown.
const DEADLINE: Duration = Duration::from_secs(30);

/// The queue before the writing thread. Dropping it waits until all that was queued is written.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Waiting>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(file: Arc<DataFile>) -> Result<Self, StorageError> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("redb-writer".to_owned())
            .spawn(move || run(&file, waiting))
            .map_err(|error| StorageError::unavailable("starting the writer", error))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a change and waits until it is on disk.
    pub(super) async fn write<C: Change>(
        &self,
        during: &'static str,
        change: C,
    ) -> Result<C::Answer, C::Error> {
        let gone = || StorageError::unavailable(during, "the writer has ended");
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Job { during, change, staged: None, answer });
        let written = timeout(DEADLINE, async {
            queue.send(job).await.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())
        });
        written.await.map_err(|late| StorageError::unavailable(during, late))??
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer of the data file panicked");
        }
    }
}

/// A change that somebody waits for.
trait Waiting: Send {
    fn size(&self) -> usize;

    fn stage(&mut self, write: &WriteTransaction) -> Result<(), redb::Error>;

    /// Answers whoever waits; with what staging found if the group is on disk.
    fn answer(self: Box<Self>, written: Result<(), &Failure>);
}

struct Job<C: Change> {
    during: &'static str,
    change: C,
    staged: Option<Result<C::Answer, C::Error>>,
    answer: oneshot::Sender<Result<C::Answer, C::Error>>,
}

impl<C: Change> Waiting for Job<C>
where
    Result<C::Answer, C::Error>: Send,
{
    fn size(&self) -> usize {
        self.change.size()
    }

    fn stage(&mut self, write: &WriteTransaction) -> Result<(), redb::Error> {
        self.staged = Some(self.change.stage(write)?);
        Ok(())
    }

    fn answer(self: Box<Self>, written: Result<(), &Failure>) {
        let answer = match (written, self.staged) {
            (Ok(()), Some(staged)) => staged,
            (Ok(()), None) => {
                Err(StorageError::unavailable(self.during, "it was left out of its group").into())
            }
            (Err(failure), _) => Err(StorageError::unavailable(self.during, failure.clone()).into()),
        };
        // Whoever waited may have given up.
        let _ = self.answer.send(answer);
    }
}

/// Why a whole group was not written; all who wait for it are told the same.
#[derive(Clone, Debug)]
struct Failure(Arc<StorageError>);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.0)
    }
}

fn run(file: &DataFile, mut waiting: mpsc::Receiver<Box<dyn Waiting>>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = take_group(first, &mut waiting);
        let written = file.get_or_open().and_then(|database| {
            write(&database, &mut group).map_err(|error| failure("writing a group", error))
        });
        let written = written.map_err(|error| {
            tracing::error!(%error, source = std::error::Error::source(&error), "the data file was not written");
            file.close();
            Failure(Arc::new(error))
        });
        for job in group {
            job.answer(written.as_ref().copied());
        }
    }
}

fn take_group(
    first: Box<dyn Waiting>,
    waiting: &mut mpsc::Receiver<Box<dyn Waiting>>,
) -> Vec<Box<dyn Waiting>> {
    let mut bytes = first.size();
    let mut group = vec![first];
    while group.len() < GROUP && bytes < GROUP_BYTES {
        let Ok(next) = waiting.try_recv() else { break };
        bytes += next.size();
        group.push(next);
    }
    group
}

fn write(database: &Database, group: &mut [Box<dyn Waiting>]) -> Result<(), redb::Error> {
    let mut write = database.begin_write()?;
    write.set_durability(Durability::Immediate)?;
    for job in group {
        job.stage(&write)?;
    }
    write.commit()?;
    Ok(())
}
