#![allow(clippy::float_cmp)]

use super::*;
use crate::cpu::map::Layout;
use crate::ops::testing::check_threads;

/// Adds one to every position.
struct Count;

impl Job for Count {
    /// So much that threads are woken.
    fn cost(&self) -> usize {
        1000
    }

    #[inline(always)]
    fn run<S: Simd>(&self, _: S, part: &mut Part<'_>) {
        for block in part.blocks.clone() {
            for y in part.rows.clone() {
                for value in part.row(block, y) {
                    *value += 1.0;
                }
            }
        }
    }
}

const MAP: Map =
    Map { height: 5, width: 7, channels: 40, border: [1, 2, 3, 0], layout: Layout::Blocked, blocks: 6, first: 2 };

/// Five samples of ones.
fn count(cut: Cut, layout: Layout, accumulate: bool) -> Vec<f32> {
    let map = match layout {
        Layout::Blocked => MAP,
        Layout::Planar => Map { layout, blocks: 45, ..MAP },
    };
    let mut data = vec![1.0; 5 * map.sample()];
    Target::new(&mut data, map, accumulate).each(cut, &Count);
    data
}

#[test]
fn every_position_is_written_once() {
    for layout in [Layout::Blocked, Layout::Planar] {
        for cut in [Cut::Rows, Cut::Planes, Cut::Columns] {
            for accumulate in [false, true] {
                let data = count(cut, layout, accumulate);
                let own = if layout == Layout::Blocked { 3 * LANES } else { 40 };
                let values = 5 * own * MAP.height * MAP.width;
                let border = 5 * own * 9 * 9 - values;
                let of = |value| data.iter().filter(|&&v| v == value).count();
                assert_eq!(of(2.0), values, "{cut:?} {layout:?}");
                assert_eq!(of(0.0), if accumulate { 0 } else { border }, "{cut:?} {layout:?}");
                assert_eq!(of(0.0) + of(1.0) + of(2.0), data.len());
            }
        }
    }
}

#[test]
fn threads_do_not_change_the_bits() {
    for cut in [Cut::Rows, Cut::Planes, Cut::Columns] {
        check_threads(|| count(cut, Layout::Blocked, false));
    }
}

#[test]
#[should_panic(expected = "a job writes its own part")]
fn a_job_writes_its_own_part() {
    struct Outside;
    impl Job for Outside {
        #[inline(always)]
        fn run<S: Simd>(&self, _: S, part: &mut Part<'_>) {
            let (block, y) = part.place();
            part.row(block, y + 1).fill(0.0);
        }
    }
    let mut data = vec![0.0; MAP.sample()];
    Target::new(&mut data, MAP, false).each(Cut::Rows, &Outside);
}

#[test]
fn nchw_samples_are_not_padded() {
    let tensor: Vec<f32> = (0..2 * 3 * 5).map(|i| i as f32).collect();
    let source = Source::nchw(&tensor, 3, 1, 5);
    assert_eq!(source.row(1, 2, 0), &[25.0, 26.0, 27.0, 28.0, 29.0]);
}
