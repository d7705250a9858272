//! CIFAR-10's binary batches.

use std::path::Path;

use super::Dataset;
use super::mnist::{is_compressed, read};
use crate::error::DataError;
use crate::shape::Volume;
use crate::tensor::{Pixels, Tensor};

/// Bytes of an image: red, green, blue, each row by row.
const IMAGE: usize = 3 * 32 * 32;

/// Reads CIFAR-10's binary version: one or more files as `data_batch_1.bin` and `test_batch.bin`, in this order.
///
/// ```no_run
/// use convnet_runtime::prelude::*;
///
/// let test = data::cifar10(["cifar-10-batches-bin/test_batch.bin"], &Pixels::UNIT)?;
/// # Ok::<(), convnet_runtime::error::DataError>(())
/// ```
///
/// # Errors
/// If there is no file, or one cannot be read, is cut, or holds a label beyond 9, or if `pixels` are not those of three
/// channels or make no number of a byte.
pub fn cifar10<P: AsRef<Path>>(
    files: impl IntoIterator<Item = P>,
    pixels: &Pixels<'_>,
) -> Result<Dataset<Volume<32, 32, 3>>, DataError> {
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for path in files {
        let path = path.as_ref();
        let bytes = read(path)?;
        let records = records(&bytes).map_err(|problem| DataError::new(path, problem))?;
        for (label, image) in records {
            labels.push(label);
            images.extend_from_slice(image);
        }
        // Says of which file a fault of the pixels would be.
        Tensor::<Volume<32, 32, 3>>::from_chw_bytes(&[], pixels).map_err(|problem| DataError::new(path, problem))?;
    }
    if labels.is_empty() {
        return Err(DataError::no_file(
            "no file of CIFAR-10 is named: its images are in `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`",
        ));
    }
    // The files were checked one by one.
    let images = Tensor::from_chw_bytes(&images, pixels).unwrap_or_default();
    Ok(Dataset { images, labels })
}

/// Each record: a byte for the label, then the image.
fn records(bytes: &[u8]) -> Result<Vec<(usize, &[u8])>, String> {
    if is_compressed(bytes) {
        return Err("it is compressed: unpack it with `tar xzf` first".into());
    }
    let size = 1 + IMAGE;
    if bytes.is_empty() || !bytes.len().is_multiple_of(size) {
        return Err(format!(
            "it is cut or no binary batch of CIFAR-10: {} bytes are not a multiple of {size}, one label and one image",
            bytes.len()
        ));
    }
    let records = bytes.chunks_exact(size).enumerate();
    records
        .map(|(i, record)| match record[0] {
            label @ 0..=9 => Ok((usize::from(label), &record[1..])),
            label => Err(format!("it is no binary batch of CIFAR-10: label {i} is {label}, beyond 9")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_faults() {
        let mut bytes = vec![7; 2 * (1 + IMAGE)];
        assert_eq!(records(&bytes).map(|r| r.len()), Ok(2));
        bytes[1 + IMAGE] = 10;
        assert_eq!(records(&bytes), Err("it is no binary batch of CIFAR-10: label 1 is 10, beyond 9".into()));
        assert!(records(&[0x1f, 0x8b, 8]).expect_err("an archive").contains("tar xzf"));
        let error = records(&bytes[1..]).expect_err("cut");
        assert!(error.starts_with("it is cut or no binary batch of CIFAR-10: 6145 bytes"), "{error}");
    }

    #[test]
    fn without_files_it_says_which_there_are() {
        let error = cifar10(Vec::<String>::new(), &Pixels::UNIT).expect_err("no file").to_string();
        assert!(error.starts_with("no file of CIFAR-10 is named: its images are in `data_batch_1.bin`"), "{error}");
        let error = cifar10(["/nowhere/test_batch.bin"], &Pixels::UNIT).expect_err("no such file").to_string();
        assert!(error.starts_with("cannot read `/nowhere/test_batch.bin`: "), "{error}");
    }
}
