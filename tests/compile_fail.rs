//! What a user reads: one mistake, or several, in each file of `ui`, and the exact text beside it.
//!
//! After a change of a sentence, `TRYBUILD=overwrite cargo test --test compile_fail` writes the texts anew: read them.

use std::process::Command;

/// rustc's own sentences change from version to version.
const PINNED: &str = include_str!("../rust-toolchain.toml");

#[test]
fn mistakes() {
    let output = Command::new("rustc").arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&output.stdout);
    let version = version.split_whitespace().nth(1).unwrap_or_default();
    if !PINNED.contains(&format!("\"{version}\"")) {
        println!("skipped: the texts are those of the pinned toolchain, and this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
