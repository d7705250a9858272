//! Copies on the GPU.

use crate::cpu::map::{Buffer, Map};
use crate::cuda::launch::Argument;
use crate::cuda::source::{Emitter, Kernel};

/// Some channels of a volume.
pub struct Side {
    /// Where the first channel of the first pixel is.
    pub place: Option<Argument>,
    /// From a pixel to the next.
    pub pitch: usize,
    /// It is in `f32`, whatever volumes are in.
    pub single: bool,
}

impl Side {
    /// A volume from one of its channels on.
    pub fn new(buffer: &Buffer, channel: usize, emitter: &Emitter) -> Self {
        Self { place: emitter.channel(buffer, channel), pitch: buffer.map.pitch(), single: false }
    }
}

/// Copies or adds as many channels as `map` has.
pub fn copy(map: &Map, from: &Side, to: &Side, add: bool, emitter: &mut Emitter) {
    let volume = [("H", 1), ("W", map.height * map.width), ("C", map.channels)];
    let kernel = Kernel::new("relayout_copy", &["relayout"], volume).with([
        ("IN", from.pitch),
        ("OUT", to.pitch),
        ("ADD", usize::from(add)),
    ]);
    let x = if from.single { "const float* x" } else { "const val* x" };
    let y = if to.single { "float* y" } else { "val* y" };
    let arguments = [(x, from.place), (y, to.place), ("u32 batch", emitter.samples())];
    emitter.each(&kernel, emitter.batch * map.volume(), &arguments);
}
