//! Where the shared data is, and what is said when it is not there.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file or folder of `../shared/data`; without it, a line says what is skipped.
pub fn shared(what: &str, path: &str) -> Option<PathBuf> {
    found(what, Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path))
}

/// A file of `~/.cache/convnet-data`, where `../shared/data/get.py` puts the public sets.
#[allow(dead_code, reason = "the operator cases need none")]
pub fn cached(what: &str, path: &str) -> Option<PathBuf> {
    let home = std::env::home_dir().unwrap_or_default();
    found(what, home.join(".cache/convnet-data").join(path))
}

fn found(what: &str, path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    // Straight to stdout: the test harness holds back what `println!` writes.
    let line = format!("skipped: {what}: {} is not there\n", path.display());
    let written = std::io::stdout().lock().write_all(line.as_bytes());
    written.unwrap_or_else(|error| panic!("{line}{error}"));
    None
}
