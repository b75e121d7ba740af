//! `tunewright study show`.

use serde_json::json;
use tunewright::{BestTrial, Study, StudyInfo};
use tunewright_core::study::{Counts, EndCause, NoProgress, Objective, PickledFunction};
use tunewright_core::suggest::{Algorithm, AlgorithmShare, MixSettings};

use super::waiting::waits_for;
use super::{Named, open};
use crate::context::Context;
use crate::{figures, table};

pub async fn run(args: Named, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.study).await?;
    let info = study.info().await?;
    let best = study.best().await?;
    if context.json {
        let best = best.map(|BestTrial { trial, config }| json!({"trial": trial, "config": config}));
        return context.print_json(&json!({"study": info, "best": best}));
    }
    context.print(&text_with(&study, &info, best).await?)
}

/// The study and its best trial, as `show` prints them.
///
/// # Errors
/// When the server cannot be asked for the rest.
pub async fn text(study: &Study, info: &StudyInfo) -> anyhow::Result<String> {
    text_with(study, info, study.best().await?).await
}

async fn text_with(study: &Study, info: &StudyInfo, best: Option<BestTrial>) -> anyhow::Result<String> {
    let mut text = summary(info);
    if let Some(whom) = waits_for(study.client(), info).await? {
        text.push_str(&format!("\nwaits for {whom}\n"));
    }
    if let Some(best) = best {
        let (number, loss) = (best.trial.number, figures::loss_if_any(best.trial.loss));
        text.push_str(&format!("\nbest: trial {number}, loss {loss}\n{}\n", figures::yaml(&best.config)?));
    }
    Ok(text)
}

/// What there is to say about a study, a line for each part.
pub fn summary(info: &StudyInfo) -> String {
    let status = match info.closing {
        Some(EndCause::Stopped) if info.status.is_terminal() => info.status.as_str().to_owned(),
        Some(cause) if info.status.is_terminal() => format!("{} ({})", info.status.as_str(), cause.as_str()),
        Some(cause) => format!("{}, ending ({})", info.status.as_str(), EndCause::as_str(cause)),
        None => info.status.as_str().to_owned(),
    };
    let mut rows = vec![
        ("study", info.study_ref().to_string()),
        ("status", status),
        ("trials", trials(info.counts)),
        ("budget", budget(info)),
        ("algorithm", algorithm(&info.spec.algorithm)),
        ("seed", info.spec.seed.to_string()),
        ("pool", info.spec.pool.to_string()),
        ("created", figures::time(info.created_at)),
        ("took", figures::took(info.started_at, info.ended_at)),
        ("durability", info.durability.clone()),
    ];
    if let Some(objective) = &info.objective {
        rows.push(("objective", self::objective(objective)));
    }
    if !info.spec.note.is_empty() {
        rows.push(("note", info.spec.note.clone()));
    }
    if !info.spec.tags.is_empty() {
        let tags = info.spec.tags.iter().map(|(name, value)| format!("{name}={value}"));
        rows.push(("tags", tags.collect::<Vec<_>>().join(" ")));
    }
    table::pairs(rows)
}

/// The states that have trials, and how many.
pub fn trials(counts: Counts) -> String {
    let Counts { queued, running, completed, failed, pruned, cancelled } = counts;
    let named = [
        (queued, "queued"),
        (running, "running"),
        (completed, "completed"),
        (failed, "failed"),
        (pruned, "pruned"),
        (cancelled, "cancelled"),
    ];
    let there =
        named.into_iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}"));
    let text = there.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "none yet".to_owned() } else { text }
}

fn budget(info: &StudyInfo) -> String {
    let budget = &info.spec.budget;
    let progress = budget.no_progress.map(|NoProgress { trials, percent }| {
        format!("no progress of {}% in {trials} trials", figures::loss(percent))
    });
    let parts = [
        budget.max_trials.map(|most| format!("{most} trials")),
        budget.timeout_ms.map(|ms| format!("{} in all", figures::millis(ms))),
        budget.loss_threshold.map(|loss| format!("a loss of {}", figures::loss(loss))),
        progress,
        budget.max_failed.map(|most| format!("{most} failed trials")),
        info.spec.parallelism.map(|most| format!("{most} at once")),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if text.is_empty() { "no limit".to_owned() } else { text }
}

fn objective(objective: &Objective) -> String {
    match objective {
        Objective::Function(function) => function.clone(),
        Objective::Pickled(pickled) => {
            let PickledFunction { sha256, size, python_version, cloudpickle_version } = pickled;
            let digest = sha256.get(..12).unwrap_or(sha256);
            format!(
                "pickled {digest}, {size} bytes, by Python {python_version} with cloudpickle {cloudpickle_version}"
            )
        }
    }
}

fn algorithm(algorithm: &Algorithm) -> String {
    let MixSettings { of } = match algorithm {
        Algorithm::Mix(settings) => settings,
        Algorithm::HyperoptTpe(_) => return "tpe (hyperopt)".to_owned(),
        plain => return plain.name().to_owned(),
    };
    let total: f64 = of.iter().map(|share| share.weight).sum();
    let shares = of.iter().map(|AlgorithmShare { weight, algorithm }| {
        format!("{:.0}% {}", 100.0 * weight / total, self::algorithm(algorithm))
    });
    format!("mix of {}", shares.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_states_that_have_trials_are_named() {
        assert_eq!(trials(Counts::default()), "none yet");
        let some = Counts { completed: 57, failed: 3, ..Counts::default() };
        assert_eq!(trials(some), "57 completed, 3 failed");
    }

    #[test]
    fn an_algorithm_is_named_with_its_mode_and_its_shares() {
        for (json, says) in [
            (r#""auto""#, "auto"),
            (r#""tpe""#, "tpe"),
            (r#"{"name": "tpe", "mode": "hyperopt"}"#, "tpe (hyperopt)"),
            (
                r#"{"name": "mix", "of": [{"weight": 3, "algorithm": {"name": "tpe", "gamma": 0.3}},
                    {"weight": 1, "algorithm": "random"}]}"#,
                "mix of 75% tpe (hyperopt), 25% random",
            ),
        ] {
            let read: Algorithm = serde_json::from_str(json).expect(json);
            assert_eq!(algorithm(&read), says);
        }
    }
}
