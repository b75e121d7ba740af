use tunewright::{
    EndReason, ParamValue, Point, PoolName, StudyRef, StudySpec, TrialNumber, TrialState, WorkerId,
};
use tunewright_core::name::StudyId;
use tunewright_core::study::{Counts, Header, Origin, Version};
use tunewright_proto::convert::{BestLoss, StudyInfo};

use super::*;

const AT: Moment = Moment { now: Timestamp(100_000), uptime: Duration::from_secs(60) };

fn info(counts: Counts) -> StudyInfo {
    let spec: StudySpec = serde_json::from_value(serde_json::json!({
        "space": {"x": {"type": "float", "low": 0.0, "high": 1.0}}, "budget": {"max_trials": 1_000},
    }))
    .expect("a spec");
    let study: StudyRef = "digits".parse().expect("a name");
    let header = Header {
        id: StudyId::new("a").expect("an id"),
        project: study.project,
        name: study.name,
        spec,
        objective: None,
        status: Status::Active,
        closing: None,
        created_at: Timestamp(1),
        started_at: Some(Timestamp(40_000)),
        ended_at: None,
        rev: Version(0),
    };
    StudyInfo::new(&header, Version(0), counts, None, "memory")
}

fn trial(number: u64, lessee: &str) -> TrialInfo {
    let values = [("lr", ParamValue::Float(0.001_25)), ("optimizer", ParamValue::Option("adam".to_owned()))];
    TrialInfo {
        number: TrialNumber(number),
        state: TrialState::Running,
        origin: Origin::Suggested,
        credit: None,
        point: values.into_iter().map(|(label, value)| (label.to_owned(), value)).collect(),
        attempt: 1,
        lessee: Some(lessee.to_owned()),
        leased_at: Some(Timestamp(58_000)),
        failures: 0,
        losses: 0,
        resume: None,
        attempts: Vec::new(),
        loss: None,
        metrics: BTreeMap::new(),
        reason: None,
        message: String::new(),
        late: false,
        orphans: Vec::new(),
        created_at: Timestamp(58_000),
        ended_at: None,
        version: Version(0),
        result: serde_json::Map::new(),
    }
}

fn worker(id: &str) -> WorkerInfo {
    WorkerInfo {
        id: WorkerId::new(id).expect("an id"),
        host: "gpu-7".to_owned(),
        version: String::new(),
        pools: vec![PoolName::default()],
        slots: 4,
        busy: 3,
        draining: false,
        attached_at: Timestamp(1),
        last_heard: Timestamp(97_000),
        leases: Vec::new(),
        runtime: None,
    }
}

/// A study in its full bloom: 20 trials run, two workers are attached.
fn busy() -> Board {
    let counts = Counts { running: 20, completed: 380, failed: 12, pruned: 8, ..Counts::default() };
    let mut board = Board::new(info(counts));
    board.info.best = Some(BestLoss { trial: TrialNumber(333), loss: 0.25 });
    board.best = Some(trial(333, "w"));
    board.running = (400..420).map(|number| trial(number, "gpu-a-0")).collect();
    board.reports.insert(TrialNumber(400), (7, Some(0.5)));
    board.workers = vec![worker("w-1"), worker("w-2")];
    for number in 0..12 {
        let reason = if number < 9 { EndReason::OutOfMemory } else { EndReason::Timeout };
        board.add_past(TrialNumber(number), None, Some(reason));
    }
    board.message = Some((TrialNumber(11), "\nit took\u{1b}[2J too long\nmore".to_owned()));
    for (number, loss) in [(12, 2.0), (100, 1.0), (333, 0.25)] {
        board.add_past(TrialNumber(number), Some(loss), None);
    }
    board.speed.add(Duration::ZERO, 0);
    board.speed.add(Duration::from_secs(40), 400);
    board
}

fn shown(board: &Board, rows: usize, columns: usize) -> Vec<String> {
    let lines = render(board, AT, Size { rows, columns });
    lines.iter().map(|line| line.show(columns, false)).collect()
}

#[test]
fn a_busy_study_on_a_usual_terminal() {
    let picture = "\
default/digits  active                                                  q leaves
██████████░░░░░░░░░░░░░░░░  400/1000  40%  10/s  ETA 1m00s
20 running, 380 completed, 12 failed, 8 pruned  by auto, for 1m00s

best loss 0.25 of trial 333
  lr=0.00125 optimizer=adam
 ███████████████▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  2 to 0.25

RUNNING  WHERE    FOR  STEP  LOSS
    400  gpu-a-0  42s     7   0.5
    401  gpu-a-0  42s     -     -
    402  gpu-a-0  42s     -     -
    403  gpu-a-0  42s     -     -
    404  gpu-a-0  42s     -     -
    405  gpu-a-0  42s     -     -
    406  gpu-a-0  42s     -     -
... 13 more running trials

WORKER  HOST   BUSY  STATE        HEARD
w-1     gpu-7   3/4  attached  3.0s ago
w-2     gpu-7   3/4  attached  3.0s ago

FAILED  12: 9 out of memory, 3 timeout
trial 11: it took[2J too long";
    assert_eq!(shown(&busy(), 24, 80).join("\n"), picture);
}

#[test]
fn every_size_is_filled_and_none_is_exceeded() {
    let mut odd = busy();
    odd.best.as_mut().expect("there").point = (0..40)
        .map(|number| (format!("größe{number}"), ParamValue::Option("日本語".repeat(9))))
        .collect::<Point>();
    for board in [busy(), odd, Board::new(info(Counts::default()))] {
        for rows in 0..60 {
            for columns in [0, 1, 2, 5, 10, 20, 40, 79, 80, 81, 200] {
                let lines = shown(&board, rows, columns);
                assert!(lines.len() <= rows, "{rows}x{columns}: {lines:#?}");
                for line in &lines {
                    assert!(console::measure_text_width(line) <= columns, "{rows}x{columns}: {line}");
                }
            }
        }
    }
    assert_eq!(
        shown(&busy(), 60, 80).iter().filter(|line| line.contains("gpu-a-0")).count(),
        20,
        "all that run"
    );
}

#[test]
fn what_is_not_there_is_not_shown() {
    let lines = shown(&Board::new(info(Counts::default())), 24, 80);
    let text = lines.join("\n");
    assert!(text.contains("0/1000  0%\nnone yet"), "{text}");
    assert!(
        text.contains("no trial has completed yet") && text.contains("no workers are attached"),
        "{text}"
    );
    assert!(!text.contains("RUNNING") && !text.contains("FAILED") && !text.contains("ETA"), "{text}");
}

#[test]
fn a_server_that_is_away_is_said_so_until_it_is_back() {
    let mut board = busy();
    board.miss(Duration::from_secs(48));
    board.miss(Duration::from_secs(55));
    let lines = shown(&board, 24, 80);
    assert!(lines[0].contains("the server does not answer, reconnecting for 12s"), "{}", lines[0]);
}

#[test]
fn clients_that_ask_by_themselves_stand_for_workers() {
    let mut board = busy();
    board.workers.clear();
    board.running.push(trial(420, "gpu-a-1"));
    let text = shown(&board, 24, 80).join("\n");
    assert!(text.contains("no workers are attached; 2 clients ask by themselves"), "{text}");
}
