//! Studies to back up.

use bytes::Bytes;
use tunewright_core::study::{AttachmentLimits, Header, Status, Trial, TrialNumber, TrialState, Version};

use crate::storage::testing::{attachment, attachment_key, header, report, token, trial_in_state};
use crate::storage::{Storage, StudyWrite};

/// Numbers that are the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A small study with all there is: trials of every state, reports, an output, attachments; and a token.
pub async fn small(storage: &dyn Storage) -> Header {
    let made = header("0197c0de-0000-7000-8000-000000000001", "vision", "digits");
    storage.create(&made).await.expect("created");
    let trials: Vec<_> = (0..).zip(TrialState::ALL).map(|(n, state)| trial_in_state(n, state)).collect();
    let paused = Header { status: Status::Paused, rev: Version(1), ..made };
    let write = StudyWrite {
        study: paused.id.clone(),
        expected: Version(0),
        header: Some(paused.clone()),
        trials,
        reports: vec![(TrialNumber(2), report(1)), (TrialNumber(2), report(0)), (TrialNumber(5), report(7))],
        outputs: vec![(TrialNumber(2), 2, "epoch 1\nGröße 大きさ 🦀 \"\\\u{1b}[0m".to_owned())],
    };
    storage.commit(write).await.expect("committed");
    attach(storage, &paused, None, "notes", b"line\n{\"v\":1,\"kind\":\"study_end\"}\n").await;
    attach(storage, &paused, Some(2), "empty", b"").await;
    attach(storage, &paused, Some(2), "größe/1", b"\0\xff\n").await;
    storage.put_token(&token("0123456789abcdef")).await.expect("kept");
    paused
}

/// Studies of some projects, as the dice fall.
pub async fn random(storage: &dyn Storage, seed: u64) {
    let mut dice = Dice::new(seed);
    for study in 0..1 + dice.below(4) {
        let project = ["default", "vision"][usize::try_from(dice.below(2)).expect("small")];
        let made = header(&format!("study-{seed}-{study}"), project, &format!("s{study}"));
        storage.create(&made).await.expect("created");
        let mut number = 0;
        for version in 0..dice.below(6) {
            let mut write = StudyWrite {
                study: made.id.clone(),
                expected: Version(version),
                header: (dice.below(2) == 0).then(|| Header { rev: Version(version + 1), ..made.clone() }),
                trials: Vec::new(),
                reports: Vec::new(),
                outputs: Vec::new(),
            };
            for _ in 0..dice.below(150) {
                write.trials.push(trial(&mut dice, number));
                let reports = dice.below(4) * dice.below(4);
                write.reports.extend((0..reports).map(|_| (TrialNumber(number), report(dice.below(9)))));
                if dice.below(3) == 0 {
                    let text = "aé大🦀\"\\\n\u{0}".repeat(usize::try_from(dice.below(40)).expect("small"));
                    write.outputs.push((TrialNumber(number), 1, text));
                }
                number += 1;
            }
            storage.commit(write).await.expect("committed");
        }
        for name in 0..dice.below(5) {
            let trial = (number > 0 && dice.below(2) == 0).then(|| dice.below(number.max(1)));
            // Longer than the pieces that stores cut contents into, now and then.
            let length = if dice.below(4) == 0 { 2_500_000 } else { dice.below(100) };
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).expect("small")).collect();
            attach(storage, &made, trial, &format!("a{name}"), &content).await;
        }
    }
}

fn trial(dice: &mut Dice, number: u64) -> Trial {
    let state = TrialState::ALL[usize::try_from(dice.below(6)).expect("small")];
    trial_in_state(number, state)
}

async fn attach(storage: &dyn Storage, study: &Header, trial: Option<u64>, name: &str, content: &[u8]) {
    let attached = attachment(attachment_key(trial, name), content);
    let content = Bytes::copy_from_slice(content);
    let put = storage.put_attachment(&study.id, attached, content, AttachmentLimits::default());
    put.await.expect("attached");
}
