//! Which sums of a sample have a gradient, and how large it is.

use super::{HALF, windows};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::view::View;
use crate::ops::activation::Activation;
use crate::ops::conv::Backward;
use crate::ops::conv::forward::is_blocked;
use crate::ops::conv::held::Held;

/// The gradients of a stage's output, and where the pool found what it gave.
pub struct Events {
    /// The gradient of the output.
    dy: View,
    y: View,
    activation: Activation,
    winners: *const u32,
    /// Words of a sample.
    words: usize,
    /// Rows and columns of the pool's windows.
    pub windows: [usize; 2],
    filters: usize,
    /// Events of a filter: one for each window, and some that are nothing up to a multiple of 16.
    pub count: usize,
}

// SAFETY: what it points to is only read.
unsafe impl Sync for Events {}

impl Events {
    /// Those of a pass whose stage has a pool.
    ///
    /// # Panics
    /// If the output's gradient has another size than the output.
    pub fn new(pass: &Backward, run: &mut Run<'_>) -> Self {
        let stage = &pass.stage;
        let windows = windows(&stage.geometry);
        let [height, width] = windows;
        let filters = stage.geometry.output[2];
        let size = [height, width, filters];
        assert!(is_blocked(&pass.output_gradient.map, size), "the output's gradient has the output's size");
        let words = (filters.div_ceil(LANES) * height * width).next_multiple_of(LANES);
        let offset = stage.winners.unwrap_or_else(|| panic!("a pool's gradient needs its winners"));
        Self {
            dy: run.view(&pass.output_gradient),
            y: run.view(&stage.output),
            activation: stage.activation,
            winners: run.words(offset, words).cast_const().cast(),
            words,
            windows,
            filters,
            count: (height * width).next_multiple_of(LANES),
        }
    }

    /// Floats of a sample's list: `[filter][event]` gradients, then places, as whole numbers.
    pub fn floats(&self) -> usize {
        2 * self.filters * self.count
    }
}

/// Lists the events of a sample: a gradient, and how far from the [`Held`] sample's beginning the window of the sum
/// begins that has it.
pub struct One<'a> {
    /// All samples.
    pub events: &'a Events,
    /// The sample's layout.
    pub held: &'a Held,
    /// Which one.
    pub sample: usize,
    /// Where they go.
    pub list: &'a mut [f32],
    /// Has their sums added, `[filter]`.
    pub bias: &'a mut [f32],
}

impl Kernel for One<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { events, held, sample, list, bias } = self;
        let [height, width] = events.windows;
        let (gradients, places) = list.split_at_mut(events.filters * events.count);
        for (block, bias) in bias.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let filters = (events.filters - block * LANES).min(LANES);
            let mut total = s.load(bias);
            let start = |view: &View, row: usize| view.at(sample, block, row as isize, 0).cast_const();
            let (below, right) = (held.row as u32, held.step as u32);
            let mut words = events.winners.wrapping_add(sample * events.words + block * height * width);
            let (mut row, mut column) = (0, 0);
            let (mut dy, mut y) = (start(&events.dy, 0), start(&events.y, 0));
            for first in (0..events.count).step_by(LANES) {
                let mut values = [s.zero(); LANES];
                let (mut starts, mut won) = ([0; LANES], [0; LANES]);
                for i in 0..LANES.min(height * width - first) {
                    // SAFETY: the window lies in the output and its gradient, and has its word.
                    unsafe {
                        values[i] = s.load_from(dy);
                        if events.activation != Activation::Identity {
                            values[i] = events.activation.gradient(s, s.load_from(y), values[i]);
                        }
                        won[i] = *words;
                    }
                    starts[i] = held.start(2 * row, 2 * column) as u32;
                    total = s.add(total, values[i]);
                    (words, column) = (words.wrapping_add(1), column + 1);
                    (dy, y) = (dy.wrapping_add(LANES), y.wrapping_add(LANES));
                    if column == width {
                        (row, column) = (row + 1, 0);
                        (dy, y) = (start(&events.dy, row), start(&events.y, row));
                    }
                }
                let at = |lane: usize| (block * LANES + lane) * events.count + first;
                let values = s.transpose(values);
                let (near, far) = values.split_at(HALF);
                for (lane, &values) in near.iter().enumerate() {
                    if lane < filters {
                        s.store(sixteen(gradients, at(lane)), values);
                        *sixteen(places, at(lane)) = moved(&starts, &won, lane, [below, right]);
                    }
                }
                // This half of the transpose is not computed where it is not read.
                if filters > HALF {
                    for (lane, &values) in (HALF..filters).zip(far) {
                        s.store(sixteen(gradients, at(lane)), values);
                        *sixteen(places, at(lane)) = moved(&starts, &won, lane, [below, right]);
                    }
                }
            }
            s.store(bias, s.first(filters, total));
        }
    }
}

/// The vector that begins at a float.
#[inline(always)]
fn sixteen(floats: &mut [f32], at: usize) -> &mut [f32; LANES] {
    floats[at..].first_chunk_mut().expect("there is room for whole vectors")
}

/// Where the windows begin of the sums that have won, as whole numbers: a row below, or a column to the right.
#[inline(always)]
fn moved(starts: &[u32; LANES], won: &[u32; LANES], lane: usize, [below, right]: [u32; 2]) -> [f32; LANES] {
    std::array::from_fn(|i| {
        let [row, column] = [won[i] >> (16 + lane), won[i] >> lane].map(|bits| (bits & 1).wrapping_neg());
        f32::from_bits(starts[i] + (row & below) + (column & right))
    })
}
