//! Where the shared data is, and what is said when it is not there.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file or folder of `../shared/data`; without it, a line says what is skipped.
pub fn shared(what: &str, path: &str) -> Option<PathBuf> {
    found(what, Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path))
}

/// A file of the public sets, in the folder that `CONVNET_DATA` names, or in `~/.cache/convnet-data`.
#[allow(dead_code, reason = "the operator cases need none")]
pub fn cached(what: &str, path: &str) -> Option<PathBuf> {
    let named = std::env::var_os("CONVNET_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let cache = || std::env::home_dir().unwrap_or_default().join(".cache/convnet-data");
    found(what, named.unwrap_or_else(cache).join(path))
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
