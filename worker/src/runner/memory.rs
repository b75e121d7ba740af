//! Evidence that a process died for want of memory.

use std::fs;
use std::path::Path;

/// How often the kernel's out-of-memory killer has struck: in this process's control groups, and on the machine.
/// A counter that rose while a trial ran tells its SIGKILL from one that a person sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OomKills(Vec<u64>);

impl OomKills {
    pub(super) fn now() -> Self {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mut files = vec![
            "/sys/fs/cgroup/memory.events".to_owned(),
            "/sys/fs/cgroup/memory/memory.oom_control".to_owned(),
            "/proc/vmstat".to_owned(),
        ];
        for line in groups.lines() {
            let mut parts = line.splitn(3, ':').skip(1);
            match (parts.next(), parts.next()) {
                (Some(""), Some(path)) => files.push(format!("/sys/fs/cgroup{path}/memory.events")),
                (Some("memory"), Some(path)) => {
                    files.push(format!("/sys/fs/cgroup/memory{path}/memory.oom_control"));
                }
                _ => {}
            }
        }
        Self(files.iter().map(|file| counter(Path::new(file))).collect())
    }

    pub(super) fn rose_since(&self, before: &Self) -> bool {
        self.0.iter().zip(&before.0).any(|(now, then)| now > then)
    }
}

/// The file's line `oom_kill N`; 0 where there is none.
fn counter(file: &Path) -> u64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("oom_kill ").and_then(|count| count.trim().parse().ok()))
        .unwrap_or(0)
}

/// Whether the last line that a failed program wrote on stderr says that it found no memory: the exceptions of
/// Python and its libraries, of the JVM and of C++, and the abort of Rust.
pub(super) fn says_out_of_memory(line: &str) -> bool {
    let exception = line.split(':').next().unwrap_or_default().trim();
    exception.ends_with("MemoryError")
        || exception.ends_with("OutOfMemoryError")
        || line.contains("java.lang.OutOfMemoryError")
        || line.contains("std::bad_alloc")
        || (line.starts_with("memory allocation of ") && line.contains(" failed"))
        || line.contains("CUDA out of memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_a_starved_program_are_known() {
        for line in [
            "MemoryError",
            "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 7.28 TiB for an array",
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB",
            "  what():  std::bad_alloc",
            "memory allocation of 1099511627776 bytes failed",
        ] {
            assert!(says_out_of_memory(line), "{line}");
        }
        for line in ["ValueError: MemoryError", "plenty of memory", ""] {
            assert!(!says_out_of_memory(line), "{line}");
        }
    }

    #[test]
    fn a_counter_that_rose_is_seen() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("memory.events");
        fs::write(&file, "low 0\noom 3\noom_kill 2\noom_group_kill 0\n").expect("written");
        assert_eq!(counter(&file), 2);
        assert_eq!(counter(&directory.path().join("absent")), 0);
        assert!(OomKills(vec![0, 3]).rose_since(&OomKills(vec![0, 2])));
        assert!(!OomKills(vec![0, 2]).rose_since(&OomKills(vec![0, 2])));
    }
}
