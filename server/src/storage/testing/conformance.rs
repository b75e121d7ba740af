//! What every store must do. Each check makes a store of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use tunewright_core::name::StudyId;
use tunewright_core::study::{AttachmentLimits, Header, Status, TrialNumber, TrialState, Version};

use super::attachments::{attachment, attachment_key, attachments};
use super::documents::{header, report, trial, trial_in_state};
use super::tokens::{token, tokens};
use super::unfinished::unfinished;
use crate::storage::{CommitError, Storage, StoredStudy, StudyWrite};

/// Checks that the stores `make` makes keep the contract. Each call of `make` must answer with an empty store.
pub async fn conformance<S: AsyncFn() -> Arc<dyn Storage>>(make: S) {
    names_are_claimed_once(&*make().await).await;
    creating_again_changes_nothing(&*make().await).await;
    one_of_many_creators_gets_the_name(make().await).await;
    a_commit_raises_the_version_and_keeps_its_documents(&*make().await).await;
    a_refused_commit_changes_nothing(&*make().await).await;
    documents_are_replaced_and_loaded_in_order(&*make().await).await;
    every_state_and_big_documents_come_back_as_they_were(&*make().await).await;
    reports_are_appended_and_outputs_replaced(&*make().await).await;
    deleting_frees_the_name_and_removes_everything(&*make().await).await;
    studies_commit_side_by_side(make().await).await;
    a_conflict_fails_nobody_else(make().await).await;
    one_of_two_writers_wins(make().await).await;
    tokens(&*make().await).await;
    unfinished(&*make().await).await;
    attachments(make).await;
}

fn id(text: &str) -> StudyId {
    StudyId::new(text).expect("a legal id")
}

fn nothing(study: &StudyId, expected: u64) -> StudyWrite {
    StudyWrite {
        study: study.clone(),
        expected: Version(expected),
        header: None,
        trials: Vec::new(),
        reports: Vec::new(),
        outputs: Vec::new(),
    }
}

async fn study(store: &dyn Storage, name: &str) -> StudyId {
    let header = header(name, "p", name);
    assert_eq!(store.create(&header).await.expect("created"), None);
    header.id
}

async fn loaded(store: &dyn Storage, study: &StudyId) -> StoredStudy {
    store.load(study).await.expect("loaded").expect("the study is there")
}

async fn names_are_claimed_once(store: &dyn Storage) {
    store.probe().await.expect("a new store answers");
    assert_eq!(store.headers().await.expect("headers"), Vec::<Header>::new());
    assert_eq!(store.load(&id("a")).await.expect("loaded"), None);

    let first = header("a", "p", "x");
    assert_eq!(store.create(&first).await.expect("created"), None);
    assert_eq!(
        loaded(store, &id("a")).await,
        StoredStudy { header: first.clone(), version: Version(0), trials: Vec::new() }
    );

    assert_eq!(store.create(&header("b", "p", "x")).await.expect("answered"), Some(id("a")));
    assert_eq!(store.load(&id("b")).await.expect("loaded"), None, "the loser left nothing");

    let elsewhere = header("c", "q", "x");
    assert_eq!(store.create(&elsewhere).await.expect("created"), None, "names are the project's own");
    let mut headers = store.headers().await.expect("headers");
    headers.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(headers, [first, elsewhere]);
}

async fn creating_again_changes_nothing(store: &dyn Storage) {
    let a = study(store, "a").await;
    let stopped = Header { status: Status::Stopped, ..header("a", "p", "a") };
    store.commit(StudyWrite { header: Some(stopped), ..nothing(&a, 0) }).await.expect("committed");
    let before = loaded(store, &a).await;

    assert_eq!(store.create(&header("a", "p", "a")).await.expect("answered"), None);
    assert_eq!(loaded(store, &a).await, before);

    store.create(&header("a", "p", "other")).await.expect_err("an id is one study's for ever");
    assert_eq!(loaded(store, &a).await, before);
    assert_eq!(
        store.create(&header("b", "p", "other")).await.expect("created"),
        None,
        "the name stayed free"
    );
}

async fn one_of_many_creators_gets_the_name(store: Arc<dyn Storage>) {
    let creators = (0..20).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(
            async move { store.create(&header(&format!("s{n}"), "p", "x")).await.expect("answered") },
        )
    });
    let answers: Vec<_> =
        join_all(creators).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    let headers = store.headers().await.expect("headers");
    assert_eq!(headers.len(), 1, "one study has the name");
    let winner = &headers[0].id;
    for (n, answer) in answers.iter().enumerate() {
        let own = id(&format!("s{n}"));
        assert_eq!(answer.as_ref(), Some(winner).filter(|winner| **winner != own));
    }
}

async fn a_commit_raises_the_version_and_keeps_its_documents(store: &dyn Storage) {
    let a = study(store, "a").await;
    let paused = Header { status: Status::Paused, rev: Version(1), ..header("a", "p", "a") };
    let write = StudyWrite {
        header: Some(paused.clone()),
        trials: vec![trial(0), trial(1)],
        reports: vec![(TrialNumber(0), report(1))],
        outputs: vec![(TrialNumber(1), 1, "log".to_owned())],
        ..nothing(&a, 0)
    };
    assert_eq!(store.commit(write).await.expect("committed"), Version(1));
    assert_eq!(
        loaded(store, &a).await,
        StoredStudy { header: paused.clone(), version: Version(1), trials: vec![trial(0), trial(1)] }
    );
    assert_eq!(store.headers().await.expect("headers"), [paused]);
    assert_eq!(store.reports(&a, TrialNumber(0)).await.expect("reports"), [report(1)]);
    assert_eq!(store.output(&a, TrialNumber(1)).await.expect("output"), Some((1, "log".to_owned())));
    assert_eq!(store.commit(nothing(&a, 1)).await.expect("an empty one counts too"), Version(2));
}

async fn a_refused_commit_changes_nothing(store: &dyn Storage) {
    let a = study(store, "a").await;
    store.commit(StudyWrite { trials: vec![trial(0)], ..nothing(&a, 0) }).await.expect("committed");
    let before = loaded(store, &a).await;
    let write = |expected| StudyWrite {
        header: Some(Header { status: Status::Failed, ..header("a", "p", "a") }),
        trials: vec![trial_in_state(0, TrialState::Failed), trial(1)],
        reports: vec![(TrialNumber(0), report(1))],
        outputs: vec![(TrialNumber(0), 1, "log".to_owned())],
        ..nothing(&a, expected)
    };
    for expected in [0, 2, u64::MAX - 1] {
        let conflict = store.commit(write(expected)).await.expect_err("refused");
        assert!(
            matches!(conflict, CommitError::Conflict { expected: e, found: Version(1) } if e == Version(expected)),
            "{conflict:?}"
        );
    }
    let missing = store.commit(StudyWrite { study: id("nobody"), ..write(1) }).await.expect_err("refused");
    assert!(matches!(missing, CommitError::Missing), "{missing:?}");
    assert_eq!(loaded(store, &a).await, before);
    assert_eq!(store.load(&id("nobody")).await.expect("loaded"), None);
    assert_eq!(store.reports(&a, TrialNumber(0)).await.expect("reports"), []);
    assert_eq!(store.output(&a, TrialNumber(0)).await.expect("output"), None);
}

async fn documents_are_replaced_and_loaded_in_order(store: &dyn Storage) {
    let a = study(store, "a").await;
    // Numbers of several digits, so that an order of text would show.
    let numbers = [100, 9, 10, 0, 2, 99, 1, 11];
    let trials = numbers.map(trial).to_vec();
    store.commit(StudyWrite { trials: trials.clone(), ..nothing(&a, 0) }).await.expect("committed");
    let in_order = [0, 1, 2, 9, 10, 11, 99, 100].map(trial);
    assert_eq!(loaded(store, &a).await.trials, in_order);
    store.commit(StudyWrite { trials, ..nothing(&a, 1) }).await.expect("rewriting is harmless");
    assert_eq!(loaded(store, &a).await.trials, in_order);
    let failed = trial_in_state(9, TrialState::Failed);
    store.commit(StudyWrite { trials: vec![failed.clone()], ..nothing(&a, 2) }).await.expect("committed");
    let after = loaded(store, &a).await;
    assert_eq!((after.version, after.trials.len(), &after.trials[3]), (Version(3), 8, &failed));
}

async fn every_state_and_big_documents_come_back_as_they_were(store: &dyn Storage) {
    let a = study(store, "a").await;
    let trials: Vec<_> = (0..).zip(TrialState::ALL).map(|(n, state)| trial_in_state(n, state)).collect();
    // 64 KiB with characters of one to four bytes and those that JSON has to escape.
    let big = "aé大🦀\"\\\n\u{0}\u{7f}\u{2028}".repeat(64 * 1024 / 18);
    let write = StudyWrite {
        trials: trials.clone(),
        outputs: (0..6).map(|n| (TrialNumber(n), 1, big.clone())).collect(),
        ..nothing(&a, 0)
    };
    store.commit(write).await.expect("committed");
    assert_eq!(loaded(store, &a).await.trials, trials);
    for n in 0..6 {
        assert_eq!(store.output(&a, TrialNumber(n)).await.expect("output"), Some((1, big.clone())));
    }
}

async fn reports_are_appended_and_outputs_replaced(store: &dyn Storage) {
    let (a, t0, t1) = (study(store, "a").await, TrialNumber(0), TrialNumber(1));
    // Steps that go down: the order is that of appending.
    for (expected, step) in (0..12).zip((0..12).rev()) {
        let write = StudyWrite {
            trials: vec![trial(0), trial(1)],
            reports: vec![(t0, report(step * 10 + 1)), (t1, report(7)), (t0, report(step * 10))],
            outputs: vec![(t0, 1, format!("output {expected}"))],
            ..nothing(&a, expected)
        };
        store.commit(write).await.expect("committed");
    }
    let appended: Vec<_> =
        (0..12).rev().flat_map(|step| [report(step * 10 + 1), report(step * 10)]).collect();
    assert_eq!(store.reports(&a, t0).await.expect("reports"), appended);
    assert_eq!(store.reports(&a, t1).await.expect("reports"), vec![report(7); 12]);
    assert_eq!(store.output(&a, t0).await.expect("output"), Some((1, "output 11".to_owned())));
    assert_eq!(store.output(&a, t1).await.expect("output"), None);
    assert_eq!(store.reports(&id("b"), t0).await.expect("reports"), []);
}

async fn deleting_frees_the_name_and_removes_everything(store: &dyn Storage) {
    let (a, b) = (study(store, "a").await, study(store, "b").await);
    for study in [&a, &b] {
        let write = StudyWrite {
            trials: (0..3).map(trial).collect(),
            reports: (0..3).map(|n| (TrialNumber(n), report(1))).collect(),
            outputs: vec![(TrialNumber(0), 1, "log".to_owned())],
            ..nothing(study, 0)
        };
        store.commit(write).await.expect("committed");
    }
    let kept = loaded(store, &b).await;
    store.delete(&a).await.expect("deleted");
    store.delete(&a).await.expect("deleting what is not there is fine");
    assert_eq!(store.load(&a).await.expect("loaded"), None);
    assert!(matches!(store.commit(nothing(&a, 1)).await, Err(CommitError::Missing)));
    assert_eq!(store.headers().await.expect("headers"), std::slice::from_ref(&kept.header));

    // The same id and name again: nothing of the first one may show through.
    assert_eq!(store.create(&header("a", "p", "a")).await.expect("created"), None, "the name is free");
    assert_eq!(
        loaded(store, &a).await,
        StoredStudy { header: header("a", "p", "a"), version: Version(0), trials: Vec::new() }
    );
    for n in 0..3 {
        assert_eq!(store.reports(&a, TrialNumber(n)).await.expect("reports"), []);
        assert_eq!(store.output(&a, TrialNumber(n)).await.expect("output"), None);
    }
    assert_eq!(loaded(store, &b).await, kept, "the other study is untouched");
    assert_eq!(store.reports(&b, TrialNumber(2)).await.expect("reports"), [report(1)]);
}

async fn studies_commit_side_by_side(store: Arc<dyn Storage>) {
    const COMMITS: u64 = 20;
    let writers = (0..50).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let study = study(&*store, &format!("s{n}")).await;
            for v in 0..COMMITS {
                let write = StudyWrite { trials: vec![trial(v)], ..nothing(&study, v) };
                assert_eq!(store.commit(write).await.expect("committed"), Version(v + 1));
            }
            study
        })
    });
    for writer in join_all(writers).await {
        let after = loaded(&*store, &writer.expect("no panic")).await;
        assert_eq!(after.version, Version(COMMITS));
        assert_eq!(after.trials, (0..COMMITS).map(trial).collect::<Vec<_>>());
    }
    assert_eq!(store.headers().await.expect("headers").len(), 50);
}

async fn a_conflict_fails_nobody_else(store: Arc<dyn Storage>) {
    let mut studies = Vec::new();
    for n in 0..30 {
        studies.push(study(&*store, &format!("s{n}")).await);
    }
    // All at once, so that a store that groups has good, stale and homeless writes in one group.
    let writes = studies.iter().enumerate().map(|(n, study)| {
        let good = StudyWrite { trials: vec![trial(0)], ..nothing(study, 0) };
        match n % 3 {
            0 => good,
            1 => StudyWrite { expected: Version(5), ..good },
            _ => StudyWrite { study: id(&format!("nobody{n}")), ..good },
        }
    });
    let answers = join_all(writes.map(|write| store.commit(write))).await;
    for (n, answer) in answers.into_iter().enumerate() {
        match n % 3 {
            0 => assert_eq!(answer.expect("committed"), Version(1)),
            1 => {
                assert!(matches!(answer, Err(CommitError::Conflict { found: Version(0), .. })), "{answer:?}")
            }
            _ => assert!(matches!(answer, Err(CommitError::Missing)), "{answer:?}"),
        }
        let after = loaded(&*store, &studies[n]).await;
        assert_eq!((after.version.0, after.trials.len()), if n % 3 == 0 { (1, 1) } else { (0, 0) });
    }
}

async fn one_of_two_writers_wins(store: Arc<dyn Storage>) {
    let a = study(&*store, "a").await;
    for v in 0..50 {
        let write = |number| StudyWrite { trials: vec![trial(number)], ..nothing(&a, v) };
        let (one, two) = tokio::join!(store.commit(write(v * 2)), store.commit(write(v * 2 + 1)));
        let winner = match (one, two) {
            (Ok(_), Err(CommitError::Conflict { .. })) => v * 2,
            (Err(CommitError::Conflict { .. }), Ok(_)) => v * 2 + 1,
            both => panic!("one wins and the other learns that it lost: {both:?}"),
        };
        let after = loaded(&*store, &a).await;
        assert_eq!(after.version, Version(v + 1));
        assert_eq!(
            after.trials.last().map(|trial| trial.number),
            Some(TrialNumber(winner)),
            "only the winner's"
        );
    }
}

/// Fills a store, has it opened again by `reopen`, and checks that everything is there as it was.
pub async fn keeps_everything(
    store: Arc<dyn Storage>,
    reopen: impl AsyncFnOnce(Arc<dyn Storage>) -> Arc<dyn Storage>,
) {
    let (a, b, gone) = (study(&*store, "a").await, study(&*store, "b").await, study(&*store, "gone").await);
    for v in 0..20 {
        let write = StudyWrite {
            header: Some(Header { rev: Version(v), ..header("a", "p", "a") }),
            trials: (0..6).zip(TrialState::ALL).map(|(n, state)| trial_in_state(v * 6 + n, state)).collect(),
            reports: vec![(TrialNumber(0), report(v))],
            outputs: vec![(TrialNumber(0), 1, format!("output {v}"))],
            ..nothing(&a, v)
        };
        store.commit(write).await.expect("committed");
    }
    let attached = attachment(attachment_key(Some(3), "model"), &[7; 3_000_000]);
    let content = bytes::Bytes::from(vec![7; 3_000_000]);
    for study in [&a, &gone] {
        let put = store.put_attachment(study, attached.clone(), content.clone(), AttachmentLimits::default());
        put.await.expect("kept");
    }
    store.delete(&gone).await.expect("deleted");
    let half = header("half", "p", "half");
    store.prepare(&half).await.expect("prepared");
    store.commit(StudyWrite { trials: vec![trial(0)], ..nothing(&half.id, 0) }).await.expect("committed");
    let put = store.put_attachment(&half.id, attached.clone(), content.clone(), AttachmentLimits::default());
    put.await.expect("kept");
    store.put_token(&token("kept")).await.expect("kept");
    let (study_a, study_b) = (loaded(&*store, &a).await, loaded(&*store, &b).await);
    assert_eq!(study_a.trials.len(), 120);

    let store = reopen(store).await;
    assert_eq!(loaded(&*store, &a).await, study_a);
    assert_eq!(loaded(&*store, &b).await, study_b);
    assert_eq!(store.load(&gone).await.expect("loaded"), None);
    assert_eq!(store.load(&half.id).await.expect("loaded"), None, "nobody was to publish it any more");
    assert_eq!(store.attachments(&half.id).await.expect("listed"), []);
    assert_eq!(store.headers().await.expect("headers").len(), 2);
    let reports = store.reports(&a, TrialNumber(0)).await.expect("reports");
    assert_eq!(reports, (0..20).map(report).collect::<Vec<_>>());
    assert_eq!(store.output(&a, TrialNumber(0)).await.expect("output"), Some((1, "output 19".to_owned())));
    assert_eq!(
        store.create(&header("c", "p", "a")).await.expect("answered"),
        Some(a.clone()),
        "names are kept"
    );
    assert_eq!(store.commit(nothing(&a, 20)).await.expect("it goes on"), Version(21));
    assert_eq!(store.attachments(&a).await.expect("listed"), std::slice::from_ref(&attached));
    let found = store.attachment(&a, &attached.key).await.expect("read");
    assert!(found.is_some_and(|found| found == (attached, content)));
    assert_eq!(store.attachments(&gone).await.expect("listed"), []);
    assert_eq!(store.tokens().await.expect("listed"), [token("kept")]);
}

/// Writes so many completed trials of one study, and measures how long it takes to load them.
pub async fn load_time(store: &dyn Storage, trials: u64) -> Duration {
    let a = study(store, "a").await;
    for (v, from) in (0..).zip((0..trials).step_by(1_000)) {
        let to = trials.min(from + 1_000);
        let trials = (from..to).map(|n| trial_in_state(n, TrialState::Completed)).collect();
        store.commit(StudyWrite { trials, ..nothing(&a, v) }).await.expect("committed");
    }
    let started = Instant::now();
    let after = loaded(store, &a).await;
    let took = started.elapsed();
    assert!(after.trials.iter().map(|trial| trial.number.0).eq(0..trials), "all of them, in order");
    took
}
