//! How made-up trials fail: what a training script would have printed and said.

use tunewright::EndReason;
use tunewright_core::stream::Stream;

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub reason: EndReason,
    /// One line.
    pub message: String,
    /// What the script printed last.
    pub traceback: String,
}

/// Of those models that need the most memory, so many do not fit.
const MISFITS: f64 = 0.2;
/// The need from which on that may happen: layers times width times batch size.
const NEED_MIN: f64 = 4e5;
/// Of those runs whose learning rate is far too high, so many diverge.
const DIVERGING: f64 = 0.085;
/// How far too high, in powers of ten.
const FAR_TOO_HIGH: f64 = 1.1;
/// Of all runs, so many have bad luck.
const UNLUCKY: f64 = 0.012;

impl Fault {
    /// Whether and how a run fails.
    ///
    /// `need` is layers times width times batch size; `excess` is how far the learning rate is above the best one, in powers
    /// of ten.
    pub fn draw(need: f64, excess: f64, stream: &mut Stream) -> Option<Self> {
        let (misfit, diverges, unlucky) = (stream.unit(), stream.unit(), stream.unit());
        let detail = stream.below(1_000);
        if need > NEED_MIN && misfit < MISFITS {
            return Some(Self::out_of_memory(need));
        }
        if excess > FAR_TOO_HIGH && diverges < DIVERGING {
            return Some(Self::diverged(detail));
        }
        (unlucky < UNLUCKY).then(|| Self::unlucky(detail))
    }

    fn out_of_memory(need: f64) -> Self {
        let message = format!("CUDA out of memory: tried to allocate {:.2} GiB", need / 1.5e5);
        let traceback = traceback(
            "forward",
            "x = self.act(layer(x))",
            &format!("torch.cuda.OutOfMemoryError: {message}"),
        );
        Self { reason: EndReason::OutOfMemory, message, traceback }
    }

    fn diverged(detail: u64) -> Self {
        let message = "the loss is nan: the learning rate is too high".to_owned();
        let error = format!("FloatingPointError: {message} (batch {detail})");
        Self {
            reason: EndReason::NoLoss,
            message,
            traceback: traceback("step", "check_finite(loss)", &error),
        }
    }

    fn unlucky(detail: u64) -> Self {
        let (reason, message, place, line) = match detail % 4 {
            0 => (
                EndReason::Timeout,
                "the trial took longer than its timeout".to_owned(),
                "fit",
                "self.wait_for_workers()",
            ),
            1 => (
                EndReason::ObjectiveError,
                format!(
                    "ConnectionError: shard-{:03}.tar cannot be read: connection reset by peer",
                    detail / 4
                ),
                "load",
                "shard = store.get(path)",
            ),
            2 => (
                EndReason::ObjectiveError,
                "RuntimeError: CUDA error: an illegal memory access was encountered".to_owned(),
                "backward",
                "loss.backward()",
            ),
            _ => (
                EndReason::ObjectiveError,
                format!("ValueError: expected {} targets, got {}", 64 + detail / 4, 63 + detail / 4),
                "evaluate",
                "score = metric(outputs, targets)",
            ),
        };
        let traceback =
            if reason == EndReason::Timeout { String::new() } else { traceback(place, line, &message) };
        Self { reason, message, traceback }
    }
}

fn traceback(place: &str, line: &str, error: &str) -> String {
    format!(
        "Traceback (most recent call last):\n  File \"train.py\", line 88, in <module>\n    main(parse_args())\n  \
         File \"train.py\", line 61, in main\n    trainer.fit(model, data)\n  File \"trainer.py\", line 214, in {place}\n    \
         {line}\n{error}\n"
    )
}
