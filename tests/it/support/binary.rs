//! The `tunewright` binary, built once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::project;

/// The path of an up to date `tunewright`, built on the first call with the profile of these tests.
///
/// Cargo names a package's binaries only to that package's own tests, so it is built here, into the directory that
/// these tests themselves lie in.
///
/// # Panics
/// When it does not build.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().expect("a running test has a path");
        let profile_dir = test.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
        let target_dir = profile_dir.parent().expect("tests lie in target/PROFILE/deps");
        let mut build = Command::new(env!("CARGO"));
        // The binaries of the whole workspace: another selection would build dependencies anew with other features.
        build.args(["build", "--quiet", "--workspace", "--bins", "--locked", "--target-dir"]).arg(target_dir);
        if profile_dir.ends_with("release") {
            build.arg("--release");
        }
        // What cargo says of the package whose test this is: build scripts that look at it would run anew, and all that
        // stands on them be built anew, now and by whoever builds next.
        for (name, _) in std::env::vars() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of_package| name.starts_with(of_package)) {
                build.env_remove(name);
            }
        }
        let status = build.current_dir(project::root()).status().expect("cargo starts");
        assert!(status.success(), "building tunewright: {status}");
        profile_dir.join("tunewright")
    })
}
