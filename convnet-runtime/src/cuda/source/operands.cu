// A product of matrices is computed in tiles of ROWS rows and TILE columns by a block: tile (i, j) of A B is the sum over k of
// a(m, k) b(k, n). An operand says in a struct T how it is read:
//   T::TILE               columns of a tile: 16, 32, 64, or 128
//   T::A_ALONG_K          whether neighbours in memory are neighbours in k, or in m
//   T::A_RUN              how many neighbours are read at once: 16 bytes of them, or 1
//   a_base()              where runs may begin: what is outside is copied from there, none of it
//   row(m), a(row, k)     what is known of a row before k is, and the run from (m, k) on; B alike, by columns
// Each thread gets the sums of 8 rows and TILE / 16 columns, from `own_row` and `own_column` on.
FN int own_row() { return (int)threadIdx.x / 16 * 8; }
template<int TILE> FN int own_column() { return (int)threadIdx.x % 16 * (TILE / 16); }

// Where a run begins, and how many values there are from there on; none if it is outside.
struct Run { const val* at; int count; };
constexpr int PIECE = 16 / (int)sizeof(val);
