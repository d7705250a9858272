//! Files that are whole or not there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file beside `path`, then renames it to `path`: whatever happens on the way, a full disk, a kill, `path` holds
/// what it held or what was written, never a part of it. What is not a regular file (a device) is written directly.
pub fn write_beside(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Through a link to the file that it names.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&path) {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => return write(&mut File::options().write(true).open(&path)?),
        _ => {}
    }
    let part = part(&path)?;
    let written = File::create_new(&part).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&part, &path));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    done
}

/// `digits.safetensors.1234-0.part`: of this process and call alone.
fn part(path: &Path) -> io::Result<PathBuf> {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
    name.push(format!(".{}-{}.part", std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed)));
    Ok(path.with_file_name(name))
}
