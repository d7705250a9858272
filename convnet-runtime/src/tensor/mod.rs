//! Batches of volumes, and what networks give.

mod parts;
mod pixels;
mod probabilities;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

pub use parts::Parts;
pub use pixels::Pixels;
pub use probabilities::{Classify, Probabilities};

use crate::cpu::exchange;
use crate::cpu::map::Buffer;
use crate::cpu::run::Run;
use crate::error::{ImageError, LengthError};
use crate::shape::{Shape, text};

/// A batch of volumes of shape `V`: `[sample][channel][row][column]`, contiguous. The batch is dynamic, all else static.
///
/// ```
/// use convnet_runtime::prelude::*;
///
/// let image = Tensor::<Volume<2, 2, 1>>::from_chw([0.0, 0.5, 0.5, 1.0])?;
/// assert_eq!(image.batch(), 1);
///
/// let error = Tensor::<Volume<2, 2, 1>>::from_chw([0.0; 6]).unwrap_err();
/// assert_eq!(error.to_string(), "a batch of 2x2x1 volumes has a multiple of 4 values, but 6 were given");
/// # Ok::<(), LengthError>(())
/// ```
pub struct Tensor<V: Shape> {
    values: Vec<f32>,
    batch: usize,
    shape: PhantomData<V>,
}

impl<V: Shape> Tensor<V> {
    /// A batch of zeros.
    ///
    /// # Panics
    /// If so many do not fit into any memory.
    pub fn zeros(batch: usize) -> Self {
        Self { values: vec![0.0; Self::floats(batch)], batch, shape: PhantomData }
    }

    /// A batch of which `f(sample, channel, row, column)` is each value.
    ///
    /// # Panics
    /// As [`zeros`](Self::zeros).
    pub fn from_fn(batch: usize, mut f: impl FnMut(usize, usize, usize, usize) -> f32) -> Self {
        let mut tensor = Self::zeros(batch);
        let mut values = tensor.values.iter_mut();
        for (n, c) in (0..batch).flat_map(|n| (0..V::DEPTH).map(move |c| (n, c))) {
            for (y, x) in (0..V::HEIGHT).flat_map(|y| (0..V::WIDTH).map(move |x| (y, x))) {
                if let Some(value) = values.next() {
                    *value = f(n, c, y, x);
                }
            }
        }
        tensor
    }

    /// One or more samples behind each other, each in the order channel, row, column (PyTorch's). The batch follows from
    /// the length.
    ///
    /// # Errors
    /// If the length is no multiple of one sample's.
    pub fn from_chw(values: impl Into<Vec<f32>>) -> Result<Self, LengthError> {
        let values = values.into();
        let batch = Self::samples_in(values.len())?;
        Ok(Self { values, batch, shape: PhantomData })
    }

    /// One or more images as files hold them, in the order row, column, channel. `pixels` says which number a byte is.
    ///
    /// # Errors
    /// If the length is no multiple of one image's, or `pixels` has means or deviations for another number of channels, a
    /// deviation that is not above 0, or a number that is not finite.
    pub fn from_hwc_bytes(bytes: &[u8], pixels: &Pixels<'_>) -> Result<Self, ImageError> {
        let batch = Self::samples_in(bytes.len())?;
        pixels.check(V::DEPTH)?;
        Ok(Self::from_fn(batch, |n, c, y, x| {
            pixels.value(bytes[((n * V::HEIGHT + y) * V::WIDTH + x) * V::DEPTH + c], c)
        }))
    }

    /// One or more images, channel by channel (CIFAR's and MNIST's files). `pixels` says which number a byte is.
    ///
    /// # Errors
    /// If the length is no multiple of one image's, or `pixels` has means or deviations for another number of channels, a
    /// deviation that is not above 0, or a number that is not finite.
    pub fn from_chw_bytes(bytes: &[u8], pixels: &Pixels<'_>) -> Result<Self, ImageError> {
        let batch = Self::samples_in(bytes.len())?;
        pixels.check(V::DEPTH)?;
        Ok(Self::from_fn(batch, |n, c, y, x| {
            pixels.value(bytes[((n * V::DEPTH + c) * V::HEIGHT + y) * V::WIDTH + x], c)
        }))
    }

    /// All samples of all tensors, behind each other.
    pub fn stack<'a>(tensors: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        for tensor in tensors {
            all.values.extend_from_slice(&tensor.values);
            all.batch += tensor.batch;
        }
        all
    }

    /// The samples at these places, in this order.
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    #[must_use]
    #[track_caller]
    pub fn select(&self, samples: &[usize]) -> Self {
        let mut selected = Self::default();
        selected.set_to(self, samples);
        selected
    }

    /// Like [`select`](Self::select), in the memory of this tensor.
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    #[track_caller]
    pub fn set_to(&mut self, source: &Self, samples: &[usize]) {
        self.values.clear();
        self.batch = samples.len();
        for &sample in samples {
            self.values.extend_from_slice(source.sample(sample));
        }
    }

    /// The number of samples.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// One sample: `[channel][row][column]`.
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    #[track_caller]
    pub fn sample(&self, index: usize) -> &[f32] {
        &self.values[self.range(index)]
    }

    /// One sample, to write.
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    #[track_caller]
    pub fn sample_mut(&mut self, index: usize) -> &mut [f32] {
        let range = self.range(index);
        &mut self.values[range]
    }

    #[track_caller]
    fn range(&self, index: usize) -> Range<usize> {
        assert!(index < self.batch, "there is no sample {index} in a batch of {}, counted from 0", self.batch);
        index * V::LEN..(index + 1) * V::LEN
    }

    /// All values: `[sample][channel][row][column]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, to write.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Makes room for `batch` samples, all zero, in the memory that is there if it suffices.
    ///
    /// # Panics
    /// If so many do not fit into any memory.
    pub fn reset(&mut self, batch: usize) {
        self.values.clear();
        self.values.resize(Self::floats(batch), 0.0);
        self.batch = batch;
    }

    /// Copies a buffer of the arena into this tensor, in its memory if that suffices: the samples of this pass, which may
    /// be some of a larger batch's.
    #[doc(hidden)]
    pub fn read(&mut self, buffer: &Buffer, run: &Run<'_>) {
        if self.batch != run.total {
            self.reset(run.total);
        }
        let start = run.first * V::LEN;
        exchange::store(buffer, run, &mut self.values[start..start + run.batch * V::LEN]);
    }

    /// Copies this tensor into a buffer of the arena, or those of its samples that are this pass's; an empty one counts as
    /// zeros.
    ///
    /// # Panics
    /// If it has some samples, but not as many as the batch.
    #[doc(hidden)]
    pub fn write(&self, buffer: &Buffer, run: &mut Run<'_>) {
        if self.batch == 0 {
            let map = buffer.map;
            let own = map.first * map.plane()..(map.first + map.own_blocks()) * map.plane();
            run.write(buffer).chunks_exact_mut(map.sample()).for_each(|sample| sample[own.clone()].fill(0.0));
            return;
        }
        exchange::load(self.of(run), buffer, run);
    }

    /// Adds this tensor to a buffer of the arena, or those of its samples that are this pass's; an empty one counts as zeros.
    ///
    /// # Panics
    /// If it has some samples, but not as many as the batch.
    #[doc(hidden)]
    pub fn add(&self, buffer: &Buffer, run: &mut Run<'_>) {
        if self.batch > 0 {
            exchange::add(self.of(run), buffer, run);
        }
    }

    /// The samples of a pass.
    fn of(&self, run: &Run<'_>) -> &[f32] {
        assert!(self.batch == run.total, "a gradient of {} samples for a batch of {}", self.batch, run.total);
        &self.values[run.first * V::LEN..(run.first + run.batch) * V::LEN]
    }

    /// Floats of a batch. Kernels trust the batch: it may not be one that wraps to a few floats.
    fn floats(batch: usize) -> usize {
        batch.checked_mul(V::LEN).expect("a batch fits into memory")
    }

    fn samples_in(len: usize) -> Result<usize, LengthError> {
        match len.checked_div(V::LEN) {
            Some(batch) if batch * V::LEN == len => Ok(batch),
            _ => Err(LengthError::multiple(format!("a batch of {} {}", text::<V>(), kind::<V>()), V::LEN, len)),
        }
    }
}

fn kind<V: Shape>() -> &'static str {
    if V::DIMENSIONS.len() == 1 { "features" } else { "volumes" }
}

// By hand, because a derive would ask for `V: Default` and so on.
impl<V: Shape> Default for Tensor<V> {
    /// An empty batch.
    fn default() -> Self {
        Self { values: Vec::new(), batch: 0, shape: PhantomData }
    }
}

impl<V: Shape> Clone for Tensor<V> {
    fn clone(&self) -> Self {
        Self { values: self.values.clone(), batch: self.batch, shape: PhantomData }
    }

    fn clone_from(&mut self, source: &Self) {
        self.values.clone_from(&source.values);
        self.batch = source.batch;
    }
}

impl<V: Shape> PartialEq for Tensor<V> {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl<V: Shape> fmt::Debug for Tensor<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor<{}>(batch {}, ", text::<V>(), self.batch)?;
        let head = &self.values[..self.values.len().min(8)];
        write!(f, "{head:?}{})", if head.len() < self.values.len() { " .." } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Features, Volume};

    type Image = Tensor<Volume<2, 3, 2>>;

    #[test]
    fn bytes_become_planes() {
        let bytes: Vec<u8> = (0..12).collect();
        let image = Image::from_hwc_bytes(&bytes, &Pixels::RAW).expect("one image");
        assert_eq!(image.values(), [0., 2., 4., 6., 8., 10., 1., 3., 5., 7., 9., 11.]);
        let planes = Image::from_chw_bytes(&bytes, &Pixels::RAW).expect("one image");
        assert_eq!(
            planes.values(),
            Image::from_chw((0..12u8).map(f32::from).collect::<Vec<_>>()).expect("one").values()
        );
    }

    #[test]
    fn normalisation_is_per_channel() {
        let pixels = Pixels::UNIT.mean(&[0.5, 0.0]).std(&[0.5, 0.25]);
        let image = Image::from_hwc_bytes(&[255; 12], &pixels).expect("one image");
        assert_eq!(image.sample(0)[..6], [1.0; 6]);
        assert_eq!(image.sample(0)[6..], [4.0; 6]);
    }

    #[test]
    fn errors_name_the_numbers() {
        let error = Image::from_hwc_bytes(&[0; 13], &Pixels::UNIT).expect_err("13 is no multiple of 12");
        assert_eq!(error.to_string(), "a batch of 2x3x2 volumes has a multiple of 12 values, but 13 were given");
        let error = Tensor::<Features<10>>::from_chw([0.0; 11]).expect_err("11 is no multiple of 10");
        assert_eq!(error.to_string(), "a batch of 10 features has a multiple of 10 values, but 11 were given");
        let three = Pixels::UNIT.mean(&[0.1, 0.2, 0.3]);
        let error = Image::from_hwc_bytes(&[0; 12], &three).expect_err("three means, two channels");
        assert_eq!(error.to_string(), "the mean of pixels of 2 channels has 2 values, but 3 were given");
        for (pixels, text) in [
            (Pixels::UNIT.std(&[0.0]), "the deviation of pixels is 0; it must be finite and above 0"),
            (
                Pixels::UNIT.std(&[0.2, -0.5]),
                "the deviation of pixels of channel 1 is -0.5; it must be finite and above 0",
            ),
            (Pixels::UNIT.std(&[f32::NAN]), "the deviation of pixels is NaN; it must be finite and above 0"),
            (Pixels::UNIT.std(&[f32::INFINITY]), "the deviation of pixels is inf; it must be finite and above 0"),
            (Pixels::UNIT.mean(&[0.5, f32::NAN]), "the mean of pixels of channel 1 is NaN; it must be finite"),
            (Pixels::scale(1.0 / 0.0), "the scale of pixels is inf; it must be finite"),
            (Pixels::UNIT.std(&[]), "the deviation of pixels of 2 channels has 2 values, but 0 were given"),
        ] {
            assert_eq!(Image::from_hwc_bytes(&[0; 12], &pixels).expect_err(text).to_string(), text);
            assert_eq!(Image::from_chw_bytes(&[], &pixels).expect_err(text).to_string(), text);
        }
    }

    #[test]
    fn stack_and_select() {
        let batch = Image::from_fn(3, |n, c, y, x| (n * 1000 + c * 100 + y * 10 + x) as f32);
        let turned = batch.select(&[2, 0]);
        assert_eq!(turned.batch(), 2);
        assert_eq!(turned.sample(0), batch.sample(2));
        let back = Image::stack([&batch.select(&[0]), &batch.select(&[1, 2])]);
        assert_eq!(back, batch);
        assert_eq!(batch.sample(1)[6 + 3 + 2].to_bits(), 1112.0f32.to_bits());
    }

    #[test]
    #[should_panic(expected = "there is no sample 2 in a batch of 2, counted from 0")]
    fn a_sample_that_is_not_there_is_named() {
        let _ = Image::zeros(2).sample(2);
    }

    #[test]
    fn reset_clears_what_was() {
        let mut batch = Image::from_fn(2, |_, _, _, _| 7.0);
        batch.reset(1);
        assert_eq!(batch, Image::zeros(1));
        assert_eq!(format!("{batch:?}"), "Tensor<2x3x2>(batch 1, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0] ..)");
    }
}
