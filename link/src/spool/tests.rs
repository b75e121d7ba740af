use tunewright_proto::v1;

use super::*;

fn report(trial: u64) -> FinalReport {
    let lease =
        v1::LeaseRef { trial, attempt: 1, lease_id: format!("lease-{trial}"), ..v1::LeaseRef::default() };
    let request =
        v1::CompleteTrialRequest { lease: Some(lease), loss: 0.5, ..v1::CompleteTrialRequest::default() };
    FinalReport::Complete(request)
}

fn spool(dir: &Path) -> Spool {
    Spool::open(dir, &["http://127.0.0.1:7070".to_owned()]).expect("a directory")
}

fn all(spool: &Spool) -> Vec<Kept> {
    spool.names().expect("names").iter().filter_map(|name| spool.take(name)).collect()
}

#[test]
fn reports_come_back_in_their_order_once_their_process_has_let_go() {
    let dir = tempfile::tempdir().expect("a directory");
    let spool = spool(dir.path());
    let kept: Vec<_> = (0..20).map(|trial| spool.keep(report(trial)).expect("kept")).collect();
    assert!(all(&spool).is_empty(), "they are locked, and nobody else's");
    drop(kept);
    let back: Vec<_> = all(&spool).into_iter().map(|kept| kept.report.clone()).collect();
    assert_eq!(back, (0..20).map(report).collect::<Vec<_>>());
    all(&spool).into_iter().for_each(Kept::remove);
    assert_eq!(fs::read_dir(dir.path()).expect("read").count(), 0);
}

#[test]
fn every_kind_of_report_survives_its_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let spool = spool(dir.path());
    let lease = Some(v1::LeaseRef { trial: 3, ..v1::LeaseRef::default() });
    let prune =
        v1::PruneTrialRequest { lease: lease.clone(), loss: None, ..v1::PruneTrialRequest::default() };
    let fail =
        v1::FailTrialRequest { lease, message: "line\nbreak".to_owned(), ..v1::FailTrialRequest::default() };
    for report in [report(1), FinalReport::Prune(prune), FinalReport::Fail(fail)] {
        drop(spool.keep(report.clone()).expect("kept"));
        let back = all(&spool).pop().expect("there");
        assert_eq!(back.report, report);
        back.remove();
    }
}

#[test]
fn what_is_for_other_servers_stays_and_other_spellings_are_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    drop(spool(dir.path()).keep(report(1)).expect("kept"));
    let elsewhere = Spool::open(dir.path(), &["other:7070".to_owned()]).expect("a directory");
    assert!(all(&elsewhere).is_empty());
    let servers = ["standby:7070".to_owned(), "localhost:7070".to_owned()];
    let same = Spool::open(dir.path(), &servers).expect("a directory");
    assert_eq!(all(&same).len(), 1);
}

#[test]
fn corrupt_files_are_set_aside() {
    let dir = tempfile::tempdir().expect("a directory");
    let spool = spool(dir.path());
    drop(spool.keep(report(7)).expect("kept"));
    let whole = fs::read(dir.path().join(&spool.names().expect("names")[0])).expect("read");
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("not empty") ^= 1;
    let newer = String::from_utf8_lossy(&whole).replace("\"version\":1", "\"version\":2").into_bytes();
    for (number, wrong) in
        [&b""[..], b"{}\n", &whole[..whole.len() - 3], &flipped[..], &newer[..]].iter().enumerate()
    {
        fs::write(dir.path().join(format!("0{number}.report")), wrong).expect("written");
    }
    fs::write(dir.path().join("05.report"), vec![b'x'; 2 << 20]).expect("written");
    assert_eq!(all(&spool).len(), 1, "the good one is still taken");
    let aside = fs::read_dir(dir.path()).expect("read").flatten();
    let aside = aside.filter(|entry| entry.path().extension().is_some_and(|it| it == CORRUPT)).count();
    assert_eq!((aside, spool.names().expect("names").len()), (6, 1));
}

#[test]
fn a_full_directory_and_a_large_report_are_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let spool = spool(dir.path());
    let FinalReport::Complete(mut large) = report(1) else { panic!("complete") };
    large.output = "x".repeat(2 << 20);
    spool.keep(FinalReport::Complete(large)).expect_err("too large");
    let filler = File::create(dir.path().join("filler.report")).expect("made");
    filler.set_len(BYTES_MAX).expect("sparse");
    let refused = spool.keep(report(1)).expect_err("full");
    assert_eq!(refused.kind(), io::ErrorKind::QuotaExceeded);
    assert_eq!(fs::read_dir(dir.path()).expect("read").count(), 1, "nothing half is left");
}

#[test]
fn only_the_owner_may_read_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let within = dir.path().join("made").join("here");
    let spool = spool(&within);
    drop(spool.keep(report(1)).expect("kept"));
    let name = spool.names().expect("names").remove(0);
    assert_eq!(fs::metadata(&within).expect("there").mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(within.join(name)).expect("there").mode() & 0o777, 0o600);
}
