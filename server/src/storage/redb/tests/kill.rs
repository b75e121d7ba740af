//! What is acknowledged is there after `kill -9`, at whatever moment it falls.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

/// Where the child finds its directory; without it, the child's part does nothing.
const DIRECTORY: &str = "TUNEWRIGHT_TEST_KILL_DIRECTORY";
/// Set where the child is to leave it to the system when to write to disk.
const BUFFERED: &str = "TUNEWRIGHT_TEST_KILL_BUFFERED";
const STUDIES: usize = 4;

/// The child's part, run in a process of its own: commits without end, and says what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other half of `a_killed_server_loses_nothing_acknowledged`, which starts it"]
async fn commits_until_killed() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let durability = match std::env::var(BUFFERED) {
        Ok(_) => Durability::Buffered,
        Err(_) => Durability::Fsynced,
    };
    let store = Arc::new(RedbStorage::open(Path::new(&directory), durability).await.expect("opened"));
    let writers = (0..STUDIES).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let study = format!("s{n}");
            store.create(&header(&study, "p", &study)).await.expect("created");
            let mut version =
                store.load(&id(&study)).await.expect("loaded").expect("the study is there").version;
            loop {
                let content = Bytes::from(version.0.to_le_bytes().repeat(2_000));
                let newest = attachment(attachment_key(None, "newest"), &content);
                let limits = AttachmentLimits::default();
                store.put_attachment(&id(&study), newest, content, limits).await.expect("kept");
                version = store.commit(write(&study, version.0)).await.expect("committed");
                println!("acknowledged {study} {}", version.0);
            }
        })
    });
    futures::future::join_all(writers).await;
}

/// Runs the child for about so long, kills it, and answers with the last acknowledged version of each study.
fn run_and_kill(directory: &Path, durability: Durability, after: Duration) -> BTreeMap<String, u64> {
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "storage::redb::tests::kill::commits_until_killed", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .envs((durability == Durability::Buffered).then_some((BUFFERED, "yes")))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    let (first, begun) = std::sync::mpsc::channel();
    let reader = thread::spawn(move || {
        let mut acknowledged = BTreeMap::new();
        for line in output.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if let ["acknowledged", study, version] = line.split(' ').collect::<Vec<_>>()[..] {
                acknowledged.insert(study.to_owned(), version.parse().expect("a number"));
                // Only the first one is waited for.
                let _ = first.send(());
            }
        }
        acknowledged
    });
    begun.recv_timeout(Duration::from_secs(30)).expect("the child commits");
    thread::sleep(after);
    child.kill().expect("killed");
    child.wait().expect("ended");
    reader.join().expect("no panic")
}

#[tokio::test]
async fn a_killed_server_loses_nothing_acknowledged() {
    loses_nothing_acknowledged(Durability::Fsynced).await;
}

#[tokio::test]
async fn a_killed_server_with_a_buffered_store_loses_nothing_acknowledged() {
    loses_nothing_acknowledged(Durability::Buffered).await;
}

async fn loses_nothing_acknowledged(durability: Durability) {
    let directory = TempDir::new().expect("a temporary directory");
    let mut acknowledged = BTreeMap::new();
    for round in 0..8_u64 {
        // Moments that fall here and there in the commits, which take a few milliseconds.
        let said = run_and_kill(directory.path(), durability, Duration::from_micros(17_000 + 23_700 * round));
        assert!(!said.is_empty(), "the kill fell into work");
        acknowledged.extend(said);
        let store = store(&directory).await;
        for (study, version) in &acknowledged {
            let found = store.load(&id(study)).await.expect("loaded").expect("the study is there");
            assert!(
                found.version.0 >= *version,
                "{study}: {version} acknowledged, {:?} found",
                found.version
            );
            assert!(
                found.trials.iter().map(|trial| trial.number.0).eq(0..found.version.0),
                "whole commits only"
            );
            let newest = attachment_key(None, "newest");
            let (newest, content) =
                store.attachment(&id(study), &newest).await.expect("read").expect("it is there");
            assert_eq!(newest, attachment(newest.key.clone(), &content), "a whole one");
            let put_at = u64::from_le_bytes(content[..8].try_into().expect("8 bytes"));
            assert!(put_at + 1 >= found.version.0, "{study}: it was put before version {:?}", found.version);
            let last = TrialNumber(found.version.0 - 1);
            assert_eq!(store.reports(&id(study), last).await.expect("reports"), [report(1)]);
            assert_eq!(store.output(&id(study), last).await.expect("output"), Some((1, "log".to_owned())));
        }
    }
}

/// Starts the child on a new directory and kills it that long after its first file shows.
fn kill_while_it_is_made(directory: &Path, after: Duration) {
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "storage::redb::tests::kill::commits_until_killed", "--ignored"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let deadline = Instant::now() + Duration::from_secs(30);
    while std::fs::read_dir(directory).expect("a directory").next().is_none() {
        assert!(Instant::now() < deadline, "the child makes its file");
    }
    thread::sleep(after);
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[tokio::test]
async fn a_directory_is_usable_wherever_a_kill_interrupted_its_making() {
    for round in 0..40 {
        let directory = TempDir::new().expect("a temporary directory");
        kill_while_it_is_made(directory.path(), Duration::from_micros(200 * round));
        store(&directory).await.create(&header("after", "p", "after")).await.expect("created");
        let names: Vec<_> = std::fs::read_dir(directory.path())
            .expect("a directory")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        assert_eq!(names, ["tunewright.redb"], "nothing is left lying about");
    }
}
