//! The output of a batch, cut into square tiles.

/// Tiles in the order of samples, rows and columns. Those at the right and at the bottom may reach beyond the output.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Rows of tiles of a sample.
    rows: usize,
    /// Tiles of a row.
    columns: usize,
    /// All tiles.
    pub tiles: usize,
}

/// Neighbours in one row of tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbours {
    /// The sample.
    pub sample: usize,
    /// The row of tiles.
    pub row: usize,
    /// The first one's column.
    pub column: usize,
    /// How many there are.
    pub len: usize,
}

impl Grid {
    /// Tiles of so many positions on a side.
    pub fn new(samples: usize, [rows, columns]: [usize; 2], size: usize) -> Self {
        let [rows, columns] = [rows.div_ceil(size), columns.div_ceil(size)];
        Self { rows, columns, tiles: samples * rows * columns }
    }

    /// Where tile `first` lies, and its neighbours to the right, up to `most` tiles in all and none from `end` on.
    #[inline(always)]
    pub fn row(&self, first: usize, end: usize, most: usize) -> Neighbours {
        let (line, column) = (first / self.columns, first % self.columns);
        let len = most.min(end - first).min(self.columns - column);
        Neighbours { sample: line / self.rows, row: line % self.rows, column, len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_cover_a_range() {
        let grid = Grid::new(2, [9, 13], 4);
        assert_eq!(grid.tiles, 2 * 3 * 4);
        let (mut tile, mut rows) = (2, Vec::new());
        while tile < 15 {
            let row = grid.row(tile, 15, 3);
            rows.push([row.sample, row.row, row.column, row.len]);
            tile += row.len;
        }
        assert_eq!(rows, [[0, 0, 2, 2], [0, 1, 0, 3], [0, 1, 3, 1], [0, 2, 0, 3], [0, 2, 3, 1], [1, 0, 0, 3]]);
    }
}
