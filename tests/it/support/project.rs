//! The project's own files, as they are committed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace")
}

/// The files that are or would be committed, with paths from the root, sorted.
pub fn files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git starts");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("the names of our files are UTF-8");
    let mut files: Vec<PathBuf> = names.split_terminator('\0').map(PathBuf::from).collect();
    files.retain(|path| root().join(path).is_file());
    files.sort();
    assert!(files.contains(&PathBuf::from("Cargo.toml")), "not the files of the project: {files:?}");
    files
}

/// Those of [`files`] below `dir` whose names end with `.extension`.
pub fn files_below(dir: &str, extension: &str) -> Vec<PathBuf> {
    let wanted = |path: &PathBuf| path.starts_with(dir) && path.extension().is_some_and(|it| it == extension);
    files().into_iter().filter(wanted).collect()
}

/// The text of one of our files.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A program of the virtual environment that `make setup` makes.
pub fn tool(name: &str) -> PathBuf {
    let venv =
        std::env::var_os("TUNEWRIGHT_TEST_VENV").map_or_else(|| root().join(".venv-test"), PathBuf::from);
    let tool = venv.join("bin").join(name);
    assert!(tool.is_file(), "{} is missing: run `make setup`", tool.display());
    tool
}
