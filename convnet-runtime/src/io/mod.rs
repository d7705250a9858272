//! Weight files: safetensors, with PyTorch's names, shapes and order.

mod file;
mod floats;
mod load;
mod names;
mod save;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::{LoadError, SaveError};
use crate::network::Network;

pub(crate) use file::write_beside;

/// Writes all parameters to a file.
pub(crate) fn save<N: Network>(net: &N, path: &Path) -> Result<(), SaveError> {
    write_beside(path, |file| save::write(net, file)).map_err(|cause| SaveError::new(path, &cause))
}

/// The bytes of such a file.
pub(crate) fn to_bytes<N: Network>(net: &N) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = save::write(net, &mut bytes);
    bytes
}

/// Reads all parameters from a file; on an error, `net` is as it was.
pub(crate) fn load<N: Network>(
    net: &mut N,
    path: &Path,
    rename: &dyn Fn(&str) -> Option<String>,
) -> Result<(), LoadError> {
    let bytes = std::fs::read(path).map_err(|cause| LoadError::new(vec![cause.to_string()]).at(path))?;
    load::load(net, &bytes, rename).map_err(|error| error.at(path))
}

/// Reads all parameters from the bytes of a file; on an error, `net` is as it was.
pub(crate) fn from_bytes<N: Network>(
    net: &mut N,
    bytes: &[u8],
    rename: &dyn Fn(&str) -> Option<String>,
) -> Result<(), LoadError> {
    load::load(net, bytes, rename)
}
