//! The events of one study, for those who watch it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast::{Receiver, Sender, channel};
use tunewright_core::study::Event;

/// Events a slow watcher may lag behind before it gets a gap marker.
const EVENTS_LEN: usize = 1024;

/// The events of one study. Cheap to clone.
///
/// There is room for them only while somebody watches: it takes more than a hundred kilobytes, and most studies of a large
/// server have ended and are watched by nobody.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    sender: Arc<Mutex<Option<Sender<Event>>>>,
}

impl Events {
    /// All from now on. A reader that is too slow misses the oldest and is told how many.
    pub(super) fn subscribe(&self) -> Receiver<Event> {
        let mut sender = self.lock();
        if let Some(sender) = &*sender {
            return sender.subscribe();
        }
        let (new, receiver) = channel(EVENTS_LEN);
        *sender = Some(new);
        receiver
    }

    /// Tells everybody who watches.
    pub(super) fn publish(&self, event: Event) {
        let mut sender = self.lock();
        // Refused if the last one who watched has gone.
        if sender.as_ref().is_some_and(|sender| sender.send(event).is_err()) {
            *sender = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Sender<Event>>> {
        // Whole after every step, also of a thread that panicked.
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast::error::TryRecvError;
    use tunewright_core::study::{Status, Version};

    use super::*;

    fn event(rev: u64) -> Event {
        Event::Study { rev: Version(rev), status: Status::Active, closing: None }
    }

    #[test]
    fn all_who_watch_hear_what_comes_after_they_began() {
        let events = Events::default();
        events.publish(event(1));
        let mut first = events.subscribe();
        events.publish(event(2));
        let mut second = events.subscribe();
        events.publish(event(3));
        assert_eq!((first.try_recv(), first.try_recv()), (Ok(event(2)), Ok(event(3))));
        assert_eq!((second.try_recv(), second.try_recv()), (Ok(event(3)), Err(TryRecvError::Empty)));
    }

    #[test]
    fn there_is_room_only_while_somebody_watches() {
        let events = Events::default();
        let has_room = || events.lock().is_some();
        events.publish(event(1));
        assert!(!has_room());
        let (first, second) = (events.subscribe(), events.subscribe());
        drop(first);
        events.publish(event(2));
        assert!(has_room());
        drop(second);
        events.publish(event(3));
        assert!(!has_room());
        let mut again = events.subscribe();
        events.publish(event(4));
        assert_eq!(again.try_recv(), Ok(event(4)));
    }
}
