//! Where the positions of a run lie in memory: row by row, one behind the other.

use std::ptr;

/// A place for each position of a run, of which the first ones may have been taken.
#[derive(Clone, Copy)]
pub struct Places {
    /// That of the next position; null: there are none.
    pub at: *const f32,
    /// From a position to the next in its row.
    pub step: usize,
    /// Positions that are left in this row.
    left: usize,
    /// Positions of a row.
    columns: usize,
    /// What the step across the end of a row is longer, perhaps by less than nothing.
    skip: usize,
}

impl Places {
    /// No places.
    pub const NONE: Self = Self::line(ptr::null(), 0);

    /// All in one row.
    #[inline(always)]
    pub const fn line(at: *const f32, step: usize) -> Self {
        Self { at, step, left: usize::MAX, columns: usize::MAX, skip: 0 }
    }

    /// From a column of a row on, `row` floats from a row to the next.
    #[inline(always)]
    pub fn rows(at: *const f32, step: usize, [column, columns]: [usize; 2], row: usize) -> Self {
        if row == columns * step {
            return Self::line(at, step);
        }
        Self { at, step, left: columns - column, columns, skip: row.wrapping_sub(columns * step) }
    }

    /// Whether the step is always the same.
    #[inline(always)]
    pub fn even(&self) -> bool {
        self.columns == usize::MAX
    }

    /// The next one.
    #[inline(always)]
    pub fn next(&mut self) -> *const f32 {
        self.some(1).0
    }

    /// Some of the next ones, at most so many, in one row: the first one and their number.
    #[inline(always)]
    pub fn some(&mut self, most: usize) -> (*const f32, usize) {
        let (at, count) = (self.at, most.min(self.left));
        self.at = at.wrapping_add(count * self.step);
        self.left -= count;
        if self.left == 0 {
            (self.at, self.left) = (self.at.wrapping_add(self.skip), self.columns);
        }
        (at, count)
    }

    /// The first of so many of the next ones, if more are left in this row.
    #[inline(always)]
    pub fn together(&mut self, count: usize) -> Option<*const f32> {
        if count >= self.left {
            return None;
        }
        let at = self.at;
        (self.at, self.left) = (at.wrapping_add(count * self.step), self.left - count);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_rows() {
        for (step, column, columns, row) in [(3, 0, 5, 40), (2, 4, 5, 9), (1, 2, 3, 3), (4, 0, 1, 2)] {
            let first = ptr::without_provenance::<f32>(1 << 20);
            let place = |i: usize| {
                let (y, x) = ((column + i) / columns, (column + i) % columns);
                first.wrapping_add(y * row + x * step).wrapping_sub(column * step)
            };
            let mut places = Places::rows(first, step, [column, columns], row);
            let mut i = 0;
            for most in (1..6).cycle().take(20) {
                let (at, count) = places.some(most);
                assert!((1..=most).contains(&count));
                assert!((0..count).all(|j| at.wrapping_add(j * step) == place(i + j)));
                assert_eq!(places.next(), place(i + count));
                i += count + 1;
                if let Some(at) = places.together(2) {
                    assert_eq!([at, at.wrapping_add(step)], [place(i), place(i + 1)]);
                    i += 2;
                }
            }
        }
        let mut line = Places::line(ptr::null(), 2);
        assert_eq!(line.some(7), (ptr::null(), 7));
        assert_eq!(line.next(), ptr::null::<f32>().wrapping_add(14));
    }
}
