//! The UCI digits, which come with this crate.

use super::Dataset;
use crate::shape::Volume;
use crate::tensor::Tensor;

static DIGITS: &[u8] = include_bytes!("../../data/digits.bin");

/// The UCI digits: 1,797 handwritten digits of 8x8 pixels, values 0 to 1, labels 0 to 9.
///
/// From "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, UCI Machine Learning Repository (1998),
/// <https://doi.org/10.24432/C50P49>, CC BY 4.0.
pub fn digits() -> Dataset<Volume<8, 8, 1>> {
    // A byte for the label, then per row eight values of 5 bits.
    let records = DIGITS.chunks_exact(41);
    let labels = records.clone().map(|record| usize::from(record[0])).collect();
    let mut images = Tensor::zeros(records.len());
    for (n, record) in records.enumerate() {
        for (row, bytes) in images.sample_mut(n).chunks_exact_mut(8).zip(record[1..].chunks_exact(5)) {
            let bits = bytes.iter().rev().fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
            row.iter_mut().enumerate().for_each(|(i, value)| *value = (bits >> (5 * i) & 31) as f32 / 16.0);
        }
    }
    Dataset { images, labels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_there() {
        let digits = digits();
        assert_eq!(digits.len(), 1797);
        let count = |class| digits.labels().iter().filter(|&&label| label == class).count();
        assert_eq!([count(0), count(1), count(9)], [178, 182, 180]);
        // The first line of the source.
        let first: Vec<f32> = digits.images().sample(0)[..16].iter().map(|v| v * 16.0).collect();
        assert_eq!(first, [0., 0., 5., 13., 9., 1., 0., 0., 0., 0., 13., 15., 10., 15., 5., 0.]);
        assert!(digits.images().values().iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
