//! Which number a byte of an image is.

use crate::error::{ImageError, LengthError};

/// `(byte * scale - mean) / std`, mean and standard deviation one for all channels or one per channel.
///
/// ```
/// use convnet_runtime::prelude::*;
///
/// // torchvision's networks: bytes to 0..1, then ImageNet's mean and deviation.
/// let rgb = vec![128; 4 * 4 * 3];
/// let image = Tensor::<Volume<4, 4, 3>>::from_hwc_bytes(&rgb, &Pixels::IMAGENET)?;
///
/// // Caffe's LeNet: bytes / 256.
/// const LENET: Pixels = Pixels::scale(1.0 / 256.0);
/// # Ok::<(), ImageError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pixels<'a> {
    scale: f32,
    mean: &'a [f32],
    std: &'a [f32],
}

impl<'a> Pixels<'a> {
    /// 0 to 255, as the bytes are.
    pub const RAW: Pixels<'static> = Pixels::scale(1.0);
    /// 0 to 1: bytes / 255.
    pub const UNIT: Pixels<'static> = Pixels::scale(1.0 / 255.0);
    /// 0 to 1, then the mean and deviation of ImageNet's red, green and blue, as torchvision's networks expect.
    pub const IMAGENET: Pixels<'static> = Pixels::UNIT.mean(&[0.485, 0.456, 0.406]).std(&[0.229, 0.224, 0.225]);

    /// Bytes times `scale`.
    pub const fn scale(scale: f32) -> Self {
        Self { scale, mean: &[0.0], std: &[1.0] }
    }

    /// Subtracts `mean`, in the units that the scale gives: one number, or one per channel.
    #[must_use]
    pub const fn mean(self, mean: &'a [f32]) -> Self {
        Self { mean, ..self }
    }

    /// Divides by `std` at the end: one number above 0, or one per channel.
    #[must_use]
    pub const fn std(self, std: &'a [f32]) -> Self {
        Self { std, ..self }
    }

    pub(crate) fn check(&self, channels: usize) -> Result<(), ImageError> {
        let kinds = [("scale", &[self.scale][..], false), ("mean", self.mean, false), ("deviation", self.std, true)];
        for (what, values, positive) in kinds {
            if values.len() != 1 && values.len() != channels {
                let what = format!("the {what} of pixels of {channels} channels");
                return Err(LengthError::new(what, channels, values.len()).into());
            }
            let fits = |value: f32| value.is_finite() && (!positive || value > 0.0);
            if let Some((channel, &value)) = values.iter().enumerate().find(|&(_, &value)| !fits(value)) {
                let channel = (values.len() > 1).then_some(channel);
                return Err(ImageError::Pixels { what, channel, value, positive });
            }
        }
        Ok(())
    }

    /// After `check`.
    pub(crate) fn value(&self, byte: u8, channel: usize) -> f32 {
        let of = |values: &[f32]| values.get(channel).or(values.first()).copied().unwrap_or_default();
        (f32::from(byte) * self.scale - of(self.mean)) / of(self.std)
    }
}
