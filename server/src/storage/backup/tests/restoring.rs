//! What is restored, and under which names.

use std::sync::Mutex;

use tunewright_core::Code;
use tunewright_core::name::StudyName;
use tunewright_core::study::{Header, StudyRef};

use super::*;
use crate::storage::testing::{header, token};

fn refusal(answer: Result<Restored, BackupError>) -> tunewright_core::Refusal {
    match answer {
        Err(BackupError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn name(text: &str) -> StudyName {
    StudyName::new(text).expect("a name")
}

async fn names(storage: &dyn Storage) -> Vec<String> {
    let headers = storage.headers().await.expect("headers").into_iter();
    let mut names: Vec<_> = headers.map(|it| StudyRef::new(it.project, it.name).to_string()).collect();
    names.sort();
    names
}

/// A backup of two studies.
async fn two() -> Vec<u8> {
    let storage = memory();
    some::small(&*storage).await;
    let other = header("other", "audio", "words");
    storage.create(&other).await.expect("created");
    backed_up(&*storage).await.0
}

#[tokio::test]
async fn a_name_in_use_is_refused_and_changes_nothing() {
    let file = two().await;
    let storage = memory();
    let mine = header("mine", "vision", "digits");
    storage.create(&mine).await.expect("created");
    let refused = refusal(restored(&*storage, &file, &everything()).await);
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (Code::AlreadyExists, "`vision/digits` is there already")
    );
    assert!(refused.hint.is_some_and(|hint| hint.contains("--as")));
    assert_eq!(names(&*storage).await, ["vision/digits"]);
    assert_eq!(storage.tokens().await.expect("listed"), []);

    let skipping = Restoring { skip_existing: true, ..Restoring::default() };
    let done = restored(&*storage, &file, &skipping).await.expect("the other one");
    assert_eq!(done.skipped, [named("vision/digits")]);
    assert_eq!(names(&*storage).await, ["audio/words", "vision/digits"]);
    assert_eq!(storage.tokens().await.expect("listed"), [], "nobody asked for tokens");
    let again = restored(&*storage, &file, &skipping).await.expect("nothing left to do");
    assert_eq!((again.studies.len(), again.skipped.len()), (0, 2));
    assert_eq!(storage.load(&mine.id).await.expect("loaded").expect("there").header, mine);
}

#[tokio::test]
async fn one_study_is_restored_under_another_name_beside_itself() {
    let storage = memory();
    let made = some::small(&*storage).await;
    let before = storage.load(&made.id).await.expect("loaded").expect("there");
    let file = two().await;
    let rename = NewName { project: None, name: name("copy") };
    let copying = Restoring {
        studies: vec![named("vision/digits")],
        rename: Some(rename.clone()),
        ..Restoring::default()
    };
    let done = restored(&*storage, &file, &copying).await.expect("restored").studies.remove(0);
    assert_eq!((done.study.to_string().as_str(), done.version), ("vision/copy", before.version));
    assert_ne!(done.id, made.id);
    let copy = storage.load(&done.id).await.expect("loaded").expect("there");
    assert_eq!(copy.trials, before.trials);
    assert_eq!(storage.load(&made.id).await.expect("loaded"), Some(before));
    let attached = async |study| storage.attachments(study).await.expect("listed");
    assert_eq!(attached(&done.id).await, attached(&made.id).await);
    assert_eq!(refusal(restored(&*storage, &file, &copying).await).code, Code::AlreadyExists);

    let both = Restoring { studies: Vec::new(), ..copying.clone() };
    assert_eq!(refusal(restored(&*storage, &file, &both).await).field.as_deref(), Some("as"));
    let unknown = Restoring { studies: vec![named("vision/nobody")], ..copying };
    assert_eq!(refusal(restored(&*storage, &file, &unknown).await).code, Code::NotFound);
}

#[tokio::test]
async fn a_study_that_has_another_name_by_now_is_not_there_twice() {
    let storage = memory();
    let made = some::small(&*storage).await;
    let (file, _) = backed_up(&*storage).await;
    let target = memory();
    let elsewhere = Header { name: name("moved"), ..made };
    target.create(&elsewhere).await.expect("created");
    let refused = refusal(restored(&*target, &file, &everything()).await);
    assert_eq!(refused.message, "study `vision/digits` is there already, as `vision/moved`");
}

#[tokio::test]
async fn tokens_of_the_store_stay_as_they_are() {
    let file = two().await;
    let storage = memory();
    let mut revoked = token("0123456789abcdef");
    revoked.revoked_at = Some(Timestamp(1_750_000_200_000));
    storage.put_token(&revoked).await.expect("kept");
    let done = restored(&*storage, &file, &everything()).await.expect("restored");
    assert_eq!((done.tokens, storage.tokens().await.expect("listed")), (0, vec![revoked]));
}

#[tokio::test]
async fn what_is_stopped_leaves_whole_studies_only() {
    let storage = memory();
    some::random(&*storage, 3).await;
    let (file, report) = backed_up(&*storage).await;
    assert!(report.studies.len() > 1, "there is something to be in between");
    let target = memory();
    let (stop, seen) = (CancellationToken::new(), Mutex::new(Vec::new()));
    let step = |step: Step<'_>| {
        if let Step::Done(study) = step {
            seen.lock().expect("no panic").push(study.clone());
            stop.cancel();
        }
    };
    let watch = Watch { stop: &stop, step: &step };
    let answer = restore(&*target, Cursor::new(&file), &report, &everything(), watch).await;
    assert!(matches!(answer, Err(BackupError::Interrupted)), "{answer:?}");
    assert_eq!(seen.lock().expect("no panic").as_slice(), &report.studies[..1]);
    assert_eq!(names(&*target).await, [report.studies[0].study.to_string()]);

    // At once: the first study is not seen at all, and nothing is left of it.
    let other = memory();
    let watch = Watch { stop: &stop, step: &|_| () };
    let answer = restore(&*other, Cursor::new(&file), &report, &everything(), watch).await;
    assert!(matches!(answer, Err(BackupError::Interrupted)), "{answer:?}");
    assert_eq!(other.load(&report.studies[0].id).await.expect("loaded"), None);
    let going_on = Restoring { skip_existing: true, ..everything() };
    restored(&*target, &file, &going_on).await.expect("it goes on");
    assert!(behind_opening(&backed_up(&*target).await.0) == behind_opening(&file));
}
