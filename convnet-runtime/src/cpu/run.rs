//! One pass over a batch: the arena, the batch size, and how a stage takes its buffers out of it.

use super::map::Buffer;
use super::memory::Floats;
use super::threads::Shared;
use super::view::View;

/// What a network needs to run: its arena, its kernels' scratch memory, and one workspace for each network that it uses as
/// a layer. It grows to the largest batch it has seen and never shrinks.
#[derive(Default)]
pub struct Workspace {
    arena: Floats,
    scratch: Floats,
    nested: Vec<Workspace>,
}

impl Workspace {
    /// Begins a pass over `batch` samples of a network whose arena takes `floats` per sample.
    ///
    /// # Panics
    /// If the arena does not fit into any memory.
    pub fn run(&mut self, floats: usize, batch: usize, seed: u64) -> Run<'_> {
        self.arena.grow(floats.checked_mul(batch).expect("a batch's arena fits into memory"));
        Run { workspace: self, batch, first: 0, total: batch, seed }
    }
}

/// One pass of one network over one batch.
pub struct Run<'a> {
    workspace: &'a mut Workspace,
    /// Samples in the batch.
    pub(crate) batch: usize,
    /// Which of a larger batch's samples is the first.
    pub(crate) first: usize,
    /// The samples of that larger batch.
    pub(crate) total: usize,
    /// Names the random numbers of this pass: dropout's mask is a function of (seed, layer, element).
    pub seed: u64,
}

impl Run<'_> {
    /// The arena, and beside it the workspace of the network in `slot`, made when first asked for.
    pub fn beside(&mut self, slot: usize) -> (&mut [f32], &mut Workspace) {
        let Workspace { arena, nested, .. } = &mut *self.workspace;
        if nested.len() <= slot {
            nested.resize_with(slot + 1, Workspace::default);
        }
        (arena, &mut nested[slot])
    }

    /// All samples of a buffer.
    pub fn read(&self, buffer: &Buffer) -> &[f32] {
        &self.workspace.arena[buffer.range(self.batch)]
    }

    /// All samples of a buffer, to write.
    pub fn write(&mut self, buffer: &Buffer) -> &mut [f32] {
        &mut self.workspace.arena[buffer.range(self.batch)]
    }

    /// A buffer by address, for kernels whose threads write parts of it.
    ///
    /// # Panics
    /// If the buffer lies beyond the arena.
    #[inline]
    pub(crate) fn view(&mut self, buffer: &Buffer) -> View {
        assert!(buffer.range(self.batch).end <= self.workspace.arena.len(), "a stage's buffer lies in its arena");
        View::new(self.workspace.arena.as_mut_ptr().wrapping_add(buffer.offset * self.batch), &buffer.map)
    }

    /// Floats per sample at an offset, by address: words beside a volume.
    ///
    /// # Panics
    /// If they lie beyond the arena.
    pub(crate) fn words(&mut self, offset: usize, sample: usize) -> *mut f32 {
        let start = offset * self.batch;
        assert!(start + sample * self.batch <= self.workspace.arena.len(), "a stage's words lie in its arena");
        self.workspace.arena.as_mut_ptr().wrapping_add(start)
    }

    /// So many floats for the kernel that runs now, with anything in them. They begin at a 64-byte boundary.
    pub(crate) fn scratch(&mut self, floats: usize) -> Shared {
        self.workspace.scratch.grow(floats);
        Shared::new(&mut self.workspace.scratch)
    }

    /// Several ranges of the arena at once, those to read and those to write.
    ///
    /// # Panics
    /// If a range to write overlaps any other or lies beyond the arena: a plan that is wrong.
    pub fn split<const R: usize, const W: usize>(
        &mut self,
        reads: [std::ops::Range<usize>; R],
        writes: [std::ops::Range<usize>; W],
    ) -> ([&[f32]; R], [&mut [f32]; W]) {
        let len = self.workspace.arena.len();
        let overlap = |a: &std::ops::Range<usize>, b: &std::ops::Range<usize>| a.start < b.end && b.start < a.end;
        for (i, w) in writes.iter().enumerate() {
            assert!(w.start <= w.end && w.end <= len, "a stage writes beyond its arena");
            assert!(!reads.iter().chain(&writes[..i]).any(|r| overlap(w, r)), "a stage's buffers overlap");
        }
        assert!(reads.iter().all(|r| r.start <= r.end && r.end <= len), "a stage reads beyond its arena");
        let base = self.workspace.arena.as_mut_ptr();
        // SAFETY: every range lies in the arena, and no range to write overlaps another (asserted above), so the
        // slices follow the rules of borrowing for as long as `self` is borrowed.
        unsafe {
            (
                reads.map(|r| std::slice::from_raw_parts(base.add(r.start), r.len())),
                writes.map(|w| std::slice::from_raw_parts_mut(base.add(w.start), w.len())),
            )
        }
    }
}

impl Buffer {
    /// Where all samples of the buffer lie in the arena.
    pub const fn range(&self, batch: usize) -> std::ops::Range<usize> {
        let start = self.offset * batch;
        start..start + self.map.sample() * batch
    }
}
