//! How far each sample goes alone: a large volume of one sample is still in a cache when the next stage reads it, that of a
//! whole batch is not; weights are then read again for each sample.

use crate::layout::output_extent;
use crate::method;
use crate::plan::{Kind, Program};

/// Writing a value and reading it, where both go through memory, in units of the cost model.
const MOVE: f64 = 1.5;
/// Floats of a sample, read and written by a stage, that a thread's part of the caches has room for.
const ROOM: u64 = 2 << 20;
/// What must be gained for it to be worth anything, of a sample.
const LEAST: f64 = 65536.0;

/// Fills in how many stages run sample by sample: as many as gain most.
pub fn choose(program: &mut Program) {
    let (mut gained, mut most) = (0.0, LEAST);
    for index in 0..program.stages.len() {
        let stage = &program.stages[index];
        let Some(output) = program.values[stage.output] else { return };
        let volume = |id: usize| program.buffers[id].extent;
        let floats = |id: usize| volume(id).0.saturating_mul(volume(id).1).saturating_mul(volume(id).2);
        let read = stage.inputs.iter().chain(&stage.residual).filter_map(|&n| program.values[n]).map(floats);
        let all_in_one = match (&stage.kind, stage.inputs.first().and_then(|&n| program.values[n])) {
            // Whose sums over several samples may be formed in another order.
            (Kind::Conv(conv), Some(input)) => output_extent(&conv.window, volume(input).0, volume(input).1) == (1, 1),
            (Kind::Network { .. }, _) => true,
            _ => false,
        };
        if all_in_one || read.fold(floats(output), u64::saturating_add) > ROOM {
            return;
        }
        gained += MOVE * floats(output) as f64 - method::reading(program, index);
        if gained > most && alone(program, index) {
            (program.by_sample, most) = (index + 1, gained);
        }
    }
}

/// Whether what the stage writes is all that later ones read.
fn alone(program: &Program, index: usize) -> bool {
    let own = program.values[program.stages[index].output].map(|id| program.root(id).0);
    let step = index + 1;
    let mut others =
        program.buffers.iter().enumerate().filter(|&(id, buffer)| buffer.part_of.is_none() && own != Some(id));
    others.all(|(_, buffer)| buffer.live.1 <= step || step < buffer.live.0)
}
