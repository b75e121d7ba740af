//! What is there in the end, read from the server.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use tunewright::{Client, Code, ConnectOptions, Error, ParamValue, TrialFilter, TrialInfo};
use tunewright_core::study::Status;

use super::checker::{Ending, FinalStudy, FinalTrial};

/// How long reading may take to get through to the server.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads these studies, each with whether workers evaluated it. One that is not there is left out.
///
/// # Errors
/// When the server does not answer.
pub async fn read(server: SocketAddr, studies: &[(String, bool)]) -> Result<Ending, Error> {
    let options = ConnectOptions::to(server.to_string()).with_deadline(PATIENCE);
    let client = Client::connect_with(options).await?;
    let mut ending = Ending::new();
    for (name, is_workers) in studies {
        let study = client.study(name.parse()?);
        let info = match study.info().await {
            Ok(info) => info,
            Err(error) if error.code() == Code::NotFound => continue,
            Err(error) => return Err(error),
        };
        let trials = study.trials(&TrialFilter::default()).await?;
        let found = FinalStudy {
            has_completed: info.status == Status::Completed,
            max_trials: info.spec.budget.max_trials.unwrap_or(0),
            completed: info.counts.completed,
            is_workers: *is_workers,
            trials: trials.iter().map(|it| (it.number.0, found(it, *is_workers))).collect::<BTreeMap<_, _>>(),
        };
        ending.insert(name.clone(), found);
    }
    Ok(ending)
}

fn found(trial: &TrialInfo, is_workers: bool) -> FinalTrial {
    // The lease of a late one had expired, which stays its attempt's reason.
    let brought_by = trial
        .attempts
        .iter()
        .filter(|attempt| attempt.reason.is_none() || (trial.late && attempt.number == trial.attempt));
    let expected_loss = match trial.point.get("x") {
        Some(ParamValue::Float(x)) if is_workers => Some(*x),
        _ => None,
    };
    FinalTrial {
        state: trial.state,
        attempt: trial.attempt,
        loss: trial.loss,
        brought_by: brought_by.map(|attempt| attempt.number).collect(),
        expected_loss,
    }
}
