//! Softmax on the GPU.

use super::Stage;
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`: a warp for each pixel.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (input, (y, pitch)) = (&stage.input, emitter.output(&stage.output));
    let kernel = Kernel::new("softmax_forward", &["softmax"], volume(&input.map))
        .with([("IN", input.map.pitch()), ("OUT", pitch)]);
    let arguments = [("const val* x", emitter.at(input)), y, ("u32 batch", emitter.samples())];
    emitter.each(&kernel, 32 * emitter.batch * input.map.height * input.map.width, &arguments);
}
