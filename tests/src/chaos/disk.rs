//! A disk that is full for one process. It needs no rights: the process may not make files longer than a limit.
//!
//! What is beyond the limit is refused with `EFBIG` in place of `ENOSPC`, and a write across it is cut short, as on a
//! full disk. The process has to ignore `SIGXFSZ`.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// How full a disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// No byte can be written, not even over another one.
    Nothing,
    /// The longest file may grow by so many bytes, and what is there may be written over.
    Bytes(u64),
    /// As much as before.
    Enough,
}

/// Leaves a process so much room for its files in this directory.
///
/// # Errors
/// When there is no such process, or no program `prlimit`.
pub fn leave(room: Room, pid: u32, directory: &Path) -> io::Result<()> {
    let limit = match room {
        Room::Nothing => "1".to_owned(),
        Room::Bytes(more) => (longest(directory)? + more).to_string(),
        Room::Enough => "unlimited".to_owned(),
    };
    let setting = format!("--fsize={limit}:unlimited");
    let done = Command::new("prlimit").args(["--pid", &pid.to_string(), &setting]).output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&done.stderr).into_owned()))
}

/// The length of the longest file in a directory or below it.
fn longest(directory: &Path) -> io::Result<u64> {
    let mut longest = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let there = entry.metadata()?;
        longest = longest.max(if there.is_dir() { self::longest(&entry.path())? } else { there.len() });
    }
    Ok(longest)
}

#[cfg(test)]
mod tests {
    use std::process::{Child, ChildStdin, Stdio};

    use super::*;

    /// A process that appends each line it hears to a file, and says how that went.
    fn writer(directory: &Path) -> (Child, ChildStdin, io::Lines<io::BufReader<std::process::ChildStdout>>) {
        let script =
            "trap '' XFSZ; while read line; do /bin/echo \"$line\" 2>/dev/null >>file; echo $?; done";
        let mut child = Command::new("sh")
            .args(["-c", script])
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let (input, output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        (child, input, io::BufRead::lines(io::BufReader::new(output)))
    }

    #[test]
    fn what_is_beyond_the_room_is_refused_until_there_is_enough() {
        let directory = tempfile::tempdir().expect("a directory");
        let (mut child, mut input, mut answers) = writer(directory.path());
        let mut write = |line: &str| {
            io::Write::write_all(&mut input, format!("{line}\n").as_bytes()).expect("it reads");
            answers.next().expect("it answers").expect("text") == "0"
        };
        let file = directory.path().join("file");
        let length = || fs::metadata(&file).expect("a file").len();
        let leave = |room| leave(room, child.id(), directory.path()).expect("it is there");
        assert!(write("1234"));
        leave(Room::Nothing);
        assert!(!write("1234"));
        assert_eq!(length(), 5);
        leave(Room::Bytes(7));
        assert!(write("1234"));
        assert!(!write("1234"));
        assert_eq!(length(), 12, "the last write was cut short");
        leave(Room::Enough);
        assert!(write("1234"));
        drop(input);
        child.wait().expect("it ends");
    }

    #[test]
    fn a_process_that_is_gone_is_an_error() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut child = Command::new("true").spawn().expect("it starts");
        child.wait().expect("it ends");
        leave(Room::Nothing, child.id(), directory.path()).expect_err("gone");
    }
}
