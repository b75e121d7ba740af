//! Removing what is left of deleted studies, piece by piece, so that no command is large.

use redis::{Script, cmd};
use tunewright_core::name::StudyId;

use super::{RedisStorage, SWEEP, attachments, keys, load};
use crate::storage::StorageError;

impl RedisStorage {
    /// Removes what is left of a study that is marked as deleted, and the mark last. Nothing of one that was put back
    /// under its id meanwhile, by an owner that came after this one: every piece is removed by a script that looks.
    pub(super) async fn sweep(&self, study: &StudyId) -> Result<(), StorageError> {
        // First, so that nobody adds to it. Only one that was being put back still has them.
        let head = [keys::version(study), keys::header(study), keys::owner(study)];
        self.remove(study, &head, false).await?;
        let mut cursor = 0;
        loop {
            let (next, piece) = load::scan(&self.bulk, &keys::trials(study), cursor).await?;
            let numbers = piece.iter().filter_map(|(field, _)| std::str::from_utf8(field).ok()?.parse().ok());
            let lists: Vec<_> = numbers.map(|number| keys::reports(study, number)).collect();
            for lists in lists.chunks(SWEEP) {
                self.remove(study, lists, false).await?;
            }
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        for contents in attachments::contents(&self.bulk, study).await?.chunks(SWEEP) {
            self.remove(study, contents, false).await?;
        }
        let documents =
            [keys::trials(study), keys::outputs(study), keys::attachments(study), keys::attached(study)];
        self.remove(study, &documents, true).await
    }

    pub(super) async fn sweep_all(&self) -> Result<(), StorageError> {
        let left: Vec<String> = self.bulk.ask("opening", cmd("SMEMBERS").arg(keys::DELETING)).await?;
        for study in left {
            let study = StudyId::new(study).map_err(|refusal| StorageError::Corrupt {
                key: keys::DELETING.to_owned(),
                problem: refusal.to_string(),
            })?;
            self.sweep(&study).await?;
        }
        Ok(())
    }

    /// Removes keys of a study, while it is marked and this is the owner; then the mark, too, if these are the last.
    async fn remove(&self, study: &StudyId, what: &[String], is_last: bool) -> Result<(), StorageError> {
        let script = Script::new(include_str!("sweep.lua"));
        let mut script = script.prepare_invoke();
        script.key(keys::OWNER).key(keys::DELETING).key(what);
        script.arg(&*self.title.token).arg(study.as_str()).arg(is_last);
        let is_owner: bool = self
            .bulk
            .run("deleting a study", async move |mut connection| script.invoke_async(&mut connection).await)
            .await?;
        if is_owner { Ok(()) } else { Err(self.title.lost()) }
    }
}
