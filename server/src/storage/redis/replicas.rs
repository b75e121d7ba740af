//! Waiting until replicas have what was written.
//!
//! A connection that waits takes nothing else meanwhile, so one of its own waits for all: it writes, and what replicas have of
//! that they have of all that was written before. While it waits, more comes together that the next round is for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::cmd;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tunewright_core::Refusal;

use super::keys;
use super::link::Link;
use super::owner::Title;
use super::primary::Reign;
use super::setup::Setup;
use crate::storage::StorageError;

/// So long replicas may take to receive something, and to have it on disk, which takes a second and more where they force it there
/// once a second. Shorter than the link waits for any answer.
const RECEIVED: Duration = Duration::from_secs(2);
const ON_DISK: Duration = Duration::from_secs(4);

/// What is asked of replicas before anything is acknowledged.
#[derive(Clone)]
pub(super) struct Replicas {
    count: u64,
    way: Way,
    link: Arc<Link>,
    last: Arc<Mutex<Option<Round>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// They have received it.
    Received,
    /// They, and the primary itself, have it on disk: what a Redis from 7.2 on can tell, soon enough if it forces every write
    /// there.
    OnDisk,
}

struct Round {
    began: Instant,
    /// How many had it, if anybody answered.
    had: Option<u64>,
}

impl fmt::Debug for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replicas").field("count", &self.count).field("way", &self.way).finish_non_exhaustive()
    }
}

impl Replicas {
    /// # Errors
    /// `Setup` if there are fewer replicas now.
    pub(super) fn new(
        count: u64,
        setup: &Setup,
        address: &str,
        link: Arc<Link>,
    ) -> Result<Self, StorageError> {
        if setup.replicas() < count {
            let found = setup.replicas();
            let message = format!(
                "the Redis at `{address}` has {found} replicas in step, and `replicas={count}` are to have each result"
            );
            let hint = "wait until its replicas have caught up, or ask for fewer";
            return Err(StorageError::Setup(Refusal::invalid("store", message).with_hint(hint)));
        }
        let way = if setup.can_wait_for_disks() { Way::OnDisk } else { Way::Received };
        Ok(Self { count, way, link, last: Arc::default() })
    }

    /// The same for the owner of this title.
    pub(super) fn bound(&self, reign: Reign, title: Title) -> Self {
        Self { link: Arc::new(self.link.bound(reign, title)), last: Arc::default(), ..self.clone() }
    }

    /// Returns once replicas have all that was written before.
    pub(super) async fn have_it(&self, during: &'static str) -> Result<(), StorageError> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        let had = match last.as_ref() {
            // Whoever waited for a round that began after its write has the answer too.
            Some(round) if round.began >= asked => round.had,
            _ => {
                let began = Instant::now();
                let answer = self.wait(during).await;
                *last = Some(Round { began, had: answer.as_ref().ok().copied() });
                Some(answer?)
            }
        };
        let wanted = self.count;
        match had {
            Some(had) if had >= wanted => Ok(()),
            Some(had) => {
                let why = match self.way {
                    Way::Received => format!("{had} of {wanted} replicas have received it in time"),
                    Way::OnDisk => format!("{had} of {wanted} replicas have it on disk in time"),
                };
                Err(StorageError::unavailable(during, why))
            }
            None => Err(StorageError::unavailable(during, "the replicas cannot be asked")),
        }
    }

    async fn wait(&self, during: &'static str) -> Result<u64, StorageError> {
        let (count, way) = (self.count, self.way);
        let patience = match way {
            Way::Received => RECEIVED,
            Way::OnDisk => ON_DISK,
        };
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.link
            .run(during, async move |mut connection| {
                // Not sent together: a replica that is asked while it takes in the write says what was on its disk before, and
                // says it anew only a second later.
                let () = cmd("INCR").arg(keys::ROUNDS).query_async(&mut connection).await?;
                match way {
                    Way::Received => cmd("WAIT").arg(count).arg(patience).query_async(&mut connection).await,
                    Way::OnDisk => {
                        let waited = cmd("WAITAOF").arg(1).arg(count).arg(patience).to_owned();
                        let (here, had): (u64, u64) = waited.query_async(&mut connection).await?;
                        Ok(if here == 1 { had } else { 0 })
                    }
                }
            })
            .await
    }
}

/// The address without `replicas=N`, and that number; 0 if it is not there.
pub(super) fn take_count(url: &str) -> Result<(String, u64), StorageError> {
    let Some((address, query)) = url.split_once('?') else { return Ok((url.to_owned(), 0)) };
    let (own, rest): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|part| part.split('=').next() == Some("replicas"));
    let address = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
    match own.as_slice() {
        [] => Ok((address, 0)),
        [own] => match own.split_once('=').and_then(|(_, count)| count.parse().ok()) {
            Some(count @ 1..=100) => Ok((address, count)),
            _ => Err(malformed()),
        },
        _ => Err(malformed()),
    }
}

fn malformed() -> StorageError {
    let message = "`replicas` in the address must be given once and be from 1 to 100";
    StorageError::Setup(
        Refusal::invalid("store", message).with_hint("write `redis://HOST:PORT/DB?replicas=1`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_taken_out_of_the_address() {
        for (url, address, count) in [
            ("redis://h/0", "redis://h/0", 0),
            ("redis://h/0?replicas=2", "redis://h/0", 2),
            ("redis://h/0?protocol=resp3&replicas=1", "redis://h/0?protocol=resp3", 1),
            ("redis://h/0?a=replicas", "redis://h/0?a=replicas", 0),
        ] {
            assert_eq!(take_count(url).expect("legal"), (address.to_owned(), count), "{url}");
        }
        for query in ["replicas", "replicas=0", "replicas=-1", "replicas=101", "replicas=1&replicas=1"] {
            let error = take_count(&format!("redis://:secret@h/0?{query}")).expect_err(query);
            assert!(error.to_string().contains("from 1 to 100") && !error.to_string().contains("secret"));
        }
    }
}
