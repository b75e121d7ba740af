//! What is stored in the end, as the checker wants it.

use tunewright_core::Timestamp;
use tunewright_core::study::{Status, Study, Trial};
use tunewright_server::storage::Storage;
use tunewright_tests::chaos::checker::{Ending, FinalStudy, FinalTrial};

/// Reads all studies of the store.
pub async fn read(storage: &dyn Storage) -> Ending {
    let mut ending = Ending::new();
    for header in storage.headers().await.expect("a store in memory") {
        let stored = storage.load(&header.id).await.expect("a store in memory").expect("it has a header");
        let trials = stored.trials.clone();
        let study = Study::load(stored.header.clone(), stored.version, trials, Timestamp::default());
        let found = FinalStudy {
            has_completed: stored.header.status == Status::Completed,
            max_trials: stored.header.spec.budget.max_trials.unwrap_or(0),
            completed: study.counts().completed,
            is_workers: false,
            trials: stored.trials.iter().map(|trial| (trial.number.0, of_trial(trial))).collect(),
        };
        ending.insert(header.name.to_string(), found);
    }
    ending
}

fn of_trial(trial: &Trial) -> FinalTrial {
    let late = trial.outcome.as_ref().is_some_and(|outcome| outcome.late);
    // The lease of a late one had expired, which stays its attempt's reason.
    let brought_by = trial
        .attempts
        .iter()
        .filter(|attempt| attempt.reason.is_none() || (late && attempt.number == trial.attempt));
    FinalTrial {
        state: trial.state,
        attempt: trial.attempt,
        loss: trial.outcome.as_ref().and_then(|outcome| outcome.loss),
        brought_by: brought_by.map(|attempt| attempt.number).collect(),
        expected_loss: None,
    }
}
