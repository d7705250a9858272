//! Softmax on the GPU.

use super::Stage;
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`: a warp for each pixel.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (input, output) = (&stage.input, &stage.output);
    let kernel = Kernel::new("softmax_forward", &["softmax"], volume(&input.map))
        .with([("IN", input.map.pitch()), ("OUT", output.map.pitch())]);
    let arguments =
        [("const float* x", emitter.at(input)), ("float* y", emitter.at(output)), ("u32 batch", emitter.samples())];
    emitter.each(&kernel, 32 * emitter.batch * input.map.height * input.map.width, &arguments);
}
