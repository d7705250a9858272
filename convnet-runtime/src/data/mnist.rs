//! MNIST's IDX files, and those of sets in its format (Fashion-MNIST).

use std::path::Path;

use super::Dataset;
use crate::error::DataError;
use crate::shape::Volume;
use crate::tensor::{Pixels, Tensor};

/// Reads MNIST: a file of images and one of labels, as `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`.
///
/// ```no_run
/// use convnet_runtime::prelude::*;
///
/// let test = data::mnist("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", &Pixels::UNIT)?;
/// # Ok::<(), convnet_runtime::error::DataError>(())
/// ```
///
/// # Errors
/// If a file cannot be read, is of another kind, empty, cut or too long, or there are not as many labels as images, or if
/// `pixels` are not those of one channel or make no number of a byte.
pub fn mnist(
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
    pixels: &Pixels<'_>,
) -> Result<Dataset<Volume<28, 28, 1>>, DataError> {
    let (images, labels) = (images.as_ref(), labels.as_ref());
    let bytes = read(images)?;
    let body = idx(&bytes, &[28, 28]).map_err(|problem| DataError::new(images, problem))?;
    let tensor = Tensor::from_chw_bytes(body, pixels).map_err(|problem| DataError::new(images, problem))?;
    let bytes = read(labels)?;
    let body = idx(&bytes, &[]).map_err(|problem| DataError::new(labels, problem))?;
    let classes = body.iter().map(|&label| usize::from(label)).collect();
    Dataset::new(tensor, classes).map_err(|problem| DataError::new(labels, problem))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    std::fs::read(path).map_err(|cause| DataError::new(path, cause))
}

/// By gzip.
pub(super) fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The body of an IDX file of bytes: `[0, 0, 8, dimensions][count, u32][each further dimension, u32]`, big endian.
fn idx<'a>(bytes: &'a [u8], item: &[u32]) -> Result<&'a [u8], String> {
    if is_compressed(bytes) {
        return Err("it is compressed: unpack it with gunzip first".into());
    }
    let dimensions = item.len() + 1;
    let Some((header, body)) = bytes.split_at_checked(4 + 4 * dimensions) else {
        return Err(format!("it is cut: {} bytes are less than a header", bytes.len()));
    };
    let words: Vec<u32> = header.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect();
    let magic = 0x800 + dimensions as u32;
    if words[0] != magic {
        return Err(format!("it is no IDX file of {dimensions} dimensions: it begins with {}, not {magic}", words[0]));
    }
    if words[2..] != *item {
        return Err(format!("its images are {:?} pixels large, not {item:?}", &words[2..]));
    }
    if words[1] == 0 {
        return Err("it holds nothing: its header says 0 items".into());
    }
    let expected = words[1] as usize * item.iter().map(|&n| n as usize).product::<usize>();
    if body.len() != expected {
        let fault = if body.len() < expected { "cut" } else { "too long" };
        let (items, given) = (words[1], body.len());
        return Err(format!("it is {fault}: {items} items take {expected} bytes, and {given} are there"));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(words: &[u32], body: usize) -> Vec<u8> {
        words.iter().flat_map(|w| w.to_be_bytes()).chain((0..body).map(|i| i as u8)).collect()
    }

    #[test]
    fn bodies() {
        assert_eq!(idx(&file(&[2049, 3], 3), &[]), Ok(&[0, 1, 2][..]));
        assert_eq!(idx(&file(&[2051, 2, 28, 28], 1568), &[28, 28]).map(<[u8]>::len), Ok(1568));
    }

    #[test]
    fn faults_are_named() {
        let error = |bytes: &[u8], item: &[u32]| idx(bytes, item).expect_err("a fault");
        assert!(error(&[0x1f, 0x8b, 8], &[]).contains("gunzip"));
        assert_eq!(error(&[0; 3], &[]), "it is cut: 3 bytes are less than a header");
        assert_eq!(
            error(&file(&[2049, 3, 0, 0], 3), &[28, 28]),
            "it is no IDX file of 3 dimensions: it begins with 2049, not 2051"
        );
        assert_eq!(
            error(&file(&[2051, 1, 32, 32], 4), &[28, 28]),
            "its images are [32, 32] pixels large, not [28, 28]"
        );
        assert_eq!(error(&file(&[2049, 5], 3), &[]), "it is cut: 5 items take 5 bytes, and 3 are there");
        assert_eq!(error(&file(&[2049, 0], 0), &[]), "it holds nothing: its header says 0 items");
        assert_eq!(error(&file(&[2049, 1], 3), &[]), "it is too long: 1 items take 1 bytes, and 3 are there");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = mnist("/nowhere/images", "/nowhere/labels", &Pixels::UNIT).expect_err("no file");
        assert!(error.to_string().starts_with("cannot read `/nowhere/images`: "), "{error}");
    }
}
