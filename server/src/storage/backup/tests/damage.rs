//! What is not what was written is refused, before anything is written.

use super::*;

async fn backup() -> Vec<u8> {
    let storage = memory();
    some::small(&*storage).await;
    backed_up(&*storage).await.0
}

fn refused(file: &[u8], what: &str) -> String {
    match check(file) {
        Err(BackupError::Damaged { problem, .. }) => problem,
        other => panic!("{what}: {other:?}"),
    }
}

#[tokio::test]
async fn a_backup_that_was_cut_is_refused_wherever() {
    let whole = backup().await;
    for length in (0..whole.len()).filter(|at| at % 17 == 0 || whole.len() - at < 200 || whole[*at] == b'\n')
    {
        let cut = refused(&whole[..length], &format!("cut at {length}"));
        assert!(length < 10 || cut == "it ends too early" || cut.contains("digest"), "at {length}: {cut}");
    }
    let more = [&whole[..], b"\n"].concat();
    assert_eq!(refused(&more, "a newline too many"), "something comes behind its end");
}

#[tokio::test]
async fn a_backup_with_another_byte_is_refused_wherever() {
    let whole = backup().await;
    for at in (0..whole.len()).filter(|at| at % 11 == 0 || whole.len() - at < 200) {
        for bit in [1, 0x10] {
            let mut flipped = whole.clone();
            flipped[at] ^= bit;
            refused(&flipped, &format!("bit {bit:#x} of byte {at}"));
        }
    }
}

#[tokio::test]
async fn records_stay_where_they_belong() {
    let whole = backup().await;
    let text = String::from_utf8_lossy(&whole).into_owned();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    assert!(refused(&lines[1..].concat().into_bytes(), "no opening").contains("no backup"));
    assert!(refused(b"PK\x03\x04\n", "another format").contains("no backup"));
    let newer = text.replacen("{\"v\":1,\"kind\":\"study\"", "{\"v\":2,\"kind\":\"study\"", 1);
    let newer = refused(newer.as_bytes(), "a newer form");
    assert!(newer.contains("a newer server wrote it"), "{newer}");
    for at in 1..lines.len() - 1 {
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        if swapped != lines {
            refused(swapped.concat().as_bytes(), &format!("records {at} and the next"));
        }
        let mut without = lines.clone();
        without.remove(at);
        refused(without.concat().as_bytes(), &format!("no record {at}"));
    }
}

#[tokio::test]
async fn what_changes_after_the_check_leaves_nothing_behind() {
    let storage = memory();
    let header = some::small(&*storage).await;
    let (whole, contents) = backed_up(&*storage).await;
    let mut flipped = whole.clone();
    let at = whole.len() - whole.len() / 3;
    flipped[at] ^= 1;
    let other = memory();
    some::random(&*other, 5).await;
    let (another, _) = backed_up(&*other).await;
    for file in [&flipped[..], &whole[..at], &another] {
        let target = memory();
        let stop = CancellationToken::new();
        let watch = Watch { stop: &stop, step: &|_| () };
        let answer = restore(&*target, Cursor::new(file), &contents, &everything(), watch).await;
        answer.expect_err("it is not what was checked");
        assert_eq!(target.headers().await.expect("headers"), []);
        assert_eq!(target.load(&header.id).await.expect("loaded"), None);
        assert_eq!(target.tokens().await.expect("listed"), []);
    }
}
