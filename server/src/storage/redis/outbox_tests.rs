use tunewright_core::study::Version;

use super::*;
use crate::storage::testing::{header, trial};

fn write(study: &str, expected: u64, trials: u64) -> Written {
    let study = StudyId::new(study).expect("a legal id");
    Written::Committed(StudyWrite {
        study,
        expected: Version(expected),
        header: None,
        trials: (0..trials).map(trial).collect(),
        reports: Vec::new(),
        outputs: Vec::new(),
    })
}

fn versions(outbox: &Outbox) -> Vec<(u64, usize)> {
    let commits = outbox.again().into_iter().filter_map(|written| match written {
        Written::Committed(write) => Some((write.expected.0, write.trials.len())),
        _ => None,
    });
    commits.collect()
}

#[test]
fn of_writes_of_one_version_the_last_one_happened() {
    let outbox = Outbox::default();
    outbox.begin("1-a", "");
    outbox.push(Written::Created(header("a", "p", "x")));
    // The second of these followed one that was not acknowledged, and proved that it did not happen.
    for (version, trials) in [(0, 1), (1, 2), (1, 3), (2, 4)] {
        outbox.push(write("a", version, trials));
    }
    assert_eq!(versions(&outbox), [(0, 1), (1, 3), (2, 4)]);
    assert_eq!(outbox.again().len(), 4, "and it is kept for the next failover");
}

#[test]
fn what_others_have_written_since_is_not_overwritten() {
    let outbox = Outbox::default();
    outbox.begin("2-b", "1-a");
    outbox.push(write("a", 0, 1));
    for rolled_back in ["1-a", "2-b"] {
        outbox.hear_of(rolled_back);
        assert!(outbox.last_token().is_some());
    }
    outbox.begin("2-c", "1-a");
    assert_eq!(versions(&outbox).len(), 1, "a failover took the count of owners back");
    outbox.hear_of("3-other");
    assert!(outbox.is_empty() && outbox.last_token().is_none());
    outbox.begin("4-d", "3-other");
    outbox.push(write("a", 1, 1));
    outbox.begin("6-e", "5-other");
    assert!(outbox.is_empty() && outbox.last_token().is_some());
}

#[tokio::test(start_paused = true)]
async fn what_all_replicas_have_goes_after_a_while() {
    let outbox = Outbox::default();
    let wait = async |seconds| tokio::time::sleep(Duration::from_secs(seconds)).await;
    outbox.begin("1-a", "");
    outbox.push(write("a", 0, 1));
    wait(1).await;
    outbox.look(Instant::now(), 100, &[100, 90]);
    wait(40).await;
    outbox.push(write("a", 1, 1));
    assert_eq!(versions(&outbox).len(), 2, "one replica was behind");
    outbox.look(Instant::now(), 200, &[]);
    wait(40).await;
    outbox.look(Instant::now(), 300, &[150, 250]);
    assert_eq!(versions(&outbox).len(), 2, "they are kept as if they were stored anew");
    outbox.look(Instant::now(), 400, &[]);
    outbox.look(Instant::now(), 500, &[450, 450]);
    wait(29).await;
    outbox.look(Instant::now(), 600, &[450, 450]);
    assert!(!outbox.is_empty());
    wait(2).await;
    outbox.look(Instant::now(), 600, &[450, 450]);
    assert!(outbox.is_empty());
}

#[test]
fn it_holds_so_much_and_no_more() {
    let outbox = Outbox::default();
    outbox.begin("1-a", "");
    let study = StudyId::new("a").expect("a legal id");
    for _ in 0..70 {
        let attachment = crate::storage::testing::attachment(
            crate::storage::testing::attachment_key(None, "m"),
            &Bytes::from_static(b""),
        );
        let content = Bytes::from(vec![0; 1 << 20]);
        let limits = AttachmentLimits::default();
        outbox.push(Written::Attached { study: study.clone(), attachment, content, limits });
    }
    assert_eq!(outbox.again().len(), 63, "each of a mebibyte and a little");
}
