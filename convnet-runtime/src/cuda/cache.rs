//! Cubins on disk: key in, image out if one is there that is whole.
//!
//! A file is a line that names the format, the hash of what it was made of, the hash of what made it, the hash of the image
//! and the image. It is written beside its place and then renamed, so that two processes never see half of one. A folder
//! that cannot be written costs the time of compiling, nothing else.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::io::write_beside;

const FORMAT: &[u8] = b"convnet cubin 2\n";

/// A folder of cubins, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// The folder that `CONVNET_CUDA_CACHE` names (none if it is empty), else the one for caches on this platform.
    pub fn find() -> Self {
        let folder = match env::var_os("CONVNET_CUDA_CACHE") {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(PathBuf::from(folder)),
            None => platform(|name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)),
        };
        Self { folder }
    }

    /// A cache in this folder.
    #[cfg(test)]
    fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// The image of `key` and its file, if the folder holds it undamaged.
    pub(super) fn get(&self, key: &Key) -> Option<(Vec<u8>, PathBuf)> {
        let file = self.folder.as_ref()?.join(key.file());
        Some((unpack(fs::read(&file).ok()?, key)?, file))
    }

    /// Keeps the image of `key`, if that is possible.
    pub(super) fn put(&self, key: &Key, image: &[u8]) {
        let Some(folder) = &self.folder else { return };
        let write = || write_beside(&folder.join(key.file()), |file| file.write_all(&pack(key, image)));
        // Without it the next process compiles again.
        let _ = fs::create_dir_all(folder).and_then(|()| write());
    }
}

/// An image with what it was made of and by.
pub(super) fn pack(key: &Key, image: &[u8]) -> Vec<u8> {
    let sums = [key.of, key.by.unwrap_or_default(), hash(&[image])].map(u128::to_le_bytes);
    [FORMAT, sums.as_flattened(), image].concat()
}

/// The image, if it is whole and was made of and by what `key` says.
pub(super) fn unpack(mut bytes: Vec<u8>, key: &Key) -> Option<Vec<u8>> {
    let head = FORMAT.len() + 48;
    if bytes.len() < head || bytes[..FORMAT.len()] != *FORMAT {
        return None;
    }
    let image = bytes.split_off(head);
    let (sums, _) = bytes[FORMAT.len()..].as_chunks();
    let [of, by, whole] = [0, 1, 2].map(|at| u128::from_le_bytes(sums[at]));
    (of == key.of && key.by.is_none_or(|own| own == by) && whole == hash(&[&image])).then_some(image)
}

/// The folder for caches, by the convention of the platform.
fn platform(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    if cfg!(windows) {
        variable("LOCALAPPDATA").map(|folder| folder.join("convnet").join("cache"))
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches/convnet"))
    } else {
        let folder = variable("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
        folder.or_else(|| variable("HOME").map(|home| home.join(".cache"))).map(|folder| folder.join("convnet"))
    }
}

/// What a cubin is made of, and what makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    of: u128,
    by: Option<u128>,
}

impl Key {
    /// Without a compiler, it is the key of whatever any has made.
    pub(super) fn new(source: &str, architecture: &str, compiler: Option<&str>) -> Self {
        let of = hash(&[source.as_bytes(), architecture.as_bytes()]);
        Self { of, by: compiler.map(|compiler| hash(&[compiler.as_bytes()])) }
    }

    /// One for each source and architecture: a later compiler replaces what an earlier one has made.
    fn file(self) -> String {
        format!("{:032x}.cubin", self.of)
    }
}

/// FNV-1a of 128 bits (Fowler, Noll, Vo) over the parts and their lengths.
fn hash(parts: &[&[u8]]) -> u128 {
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for part in parts {
        for byte in (part.len() as u64).to_le_bytes().iter().chain(*part) {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("convnet-cache-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn what_was_put_comes_back() {
        let (folder, key) = (folder("put"), Key::new("source", "sm_90a", Some("13.0")));
        let cache = Cache::at(folder.join("deep"));
        assert_eq!(cache.get(&key), None);
        cache.put(&key, b"image");
        let file = folder.join("deep").join(key.file());
        assert_eq!(cache.get(&key), Some((b"image".to_vec(), file.clone())));
        // Another compiler makes its own; without one, what there is will do.
        assert_eq!(cache.get(&Key::new("source", "sm_90a", Some("13.1"))), None);
        assert_eq!(cache.get(&Key::new("source", "sm_90a", None)), Some((b"image".to_vec(), file)));
        assert_eq!(cache.get(&Key::new("source", "sm_80", Some("13.0"))), None);
        assert_ne!(Key::new("a", "bc", None), Key::new("ab", "c", None));
        assert_eq!(fs::read_dir(folder.join("deep")).expect("it is there").count(), 1);
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn damage_is_found_and_mended() {
        let (folder, key) = (folder("damage"), Key::new("source", "sm_90a", Some("13.0")));
        let cache = Cache::at(&folder);
        cache.put(&key, b"image");
        let path = folder.join(key.file());
        let whole = fs::read(&path).expect("it was put");
        for at in [0, FORMAT.len(), FORMAT.len() + 20, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).expect("it is ours");
            assert_eq!(cache.get(&key), None, "byte {at}");
        }
        for len in [0, 10, whole.len() - 1] {
            fs::write(&path, &whole[..len]).expect("it is ours");
            assert_eq!(cache.get(&key), None, "{len} bytes");
        }
        cache.put(&key, b"image");
        assert!(cache.get(&key).is_some());
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_fault() {
        let (file, key) = (folder("file"), Key::new("", "", None));
        fs::write(&file, "no folder").expect("it is ours");
        let cache = Cache::at(file.join("below"));
        cache.put(&key, b"image");
        assert_eq!(cache.get(&key), None);
        Cache { folder: None }.put(&key, b"image");
        fs::remove_file(file).expect("it is ours");
    }

    #[test]
    fn many_writers_leave_one_whole_file() {
        let (folder, key) = (folder("many"), Key::new("source", "sm_80", Some("13.0")));
        let image = vec![7; 100_000];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        Cache::at(&folder).put(&key, &image);
                        assert!(Cache::at(&folder).get(&key).is_some_and(|(found, _)| found == image));
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1);
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn folders_by_platform() {
        let with = |set: &[(&str, &str)]| {
            let find = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, value)| PathBuf::from(value));
            platform(find)
        };
        if cfg!(target_os = "linux") {
            let expected = |path: &str| Some(PathBuf::from(path));
            assert_eq!(with(&[("HOME", "/home/a")]), expected("/home/a/.cache/convnet"));
            assert_eq!(with(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "/c")]), expected("/c/convnet"));
            assert_eq!(with(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "c")]), expected("/home/a/.cache/convnet"));
        }
        assert_eq!(with(&[]), None);
    }
}
