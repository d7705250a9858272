// A product of matrices is computed in tiles of 64 rows and TILE columns, each by a block of 128 threads: tile (i, j) of
// A B is the sum over k of a(m, k) b(k, n). An operand says in a struct T how it is read:
//   T::TILE            columns of a tile: 16, 32 or 64
//   T::A_ALONG_K       whether neighbouring threads read neighbours in k, or in m
//   T::A_RUN           how many neighbours are read at once, 1 or 4, all of them inside or outside
//   row(m), a(row, k)  what is known of a row before k is, and the run from (m, k) on; B alike, by columns
// Each thread gets the sums of 8 rows and TILE / 16 columns, from `own_row` and `own_column` on.
FN int own_row() { return (int)threadIdx.x / 16 * 8; }
template<int TILE> FN int own_column() { return (int)threadIdx.x % 16 * (TILE / 16); }

// Which of the SIZE x STEP values of an operand's tile this thread reads: COUNT runs.
template<int ALONG_K, int RUN, int SIZE, int STEP> struct Share {
  enum : int { COUNT = (SIZE * STEP + 128 * RUN - 1) / (128 * RUN) };
  static FN int first(int r) { return ((int)threadIdx.x + r * 128) * RUN; }
  static FN bool is_mine(int r) { return first(r) < SIZE * STEP; }
  static FN int k(int r) { return ALONG_K ? first(r) % STEP : first(r) / SIZE; }
  static FN int at(int r) { return ALONG_K ? first(r) / STEP : first(r) % SIZE; }
};

template<int RUN, class T> FN void read_run(float (&v)[RUN], const T* from) {
  if constexpr (RUN == 4) {
    const float4 all = load4(from);
    v[0] = all.x, v[1] = all.y, v[2] = all.z, v[3] = all.w;
  } else {
    v[0] = *from;
  }
}

template<int RUN> FN void zero_run(float (&v)[RUN]) {
  for (int q = 0; q < RUN; q++) v[q] = 0.f;
}

// What a thread holds of the next tile of A or B.
template<class T, int STEP> struct Next {
  typedef Share<T::A_ALONG_K, T::A_RUN, 64, STEP> A;
  typedef Share<T::B_ALONG_K, T::B_RUN, T::TILE, STEP> B;
  typename T::Row rows[A::COUNT];
  typename T::Column columns[B::COUNT];
  bool row_inside[A::COUNT], column_inside[B::COUNT];
  float a[A::COUNT][T::A_RUN], b[B::COUNT][T::B_RUN];

  FN void begin(const T& t, u32 row_count, u32 column_count, u32 m0, u32 n0) {
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) {
      rows[r] = t.row(m0 + A::at(r));
      row_inside[r] = A::is_mine(r) && m0 + A::at(r) < row_count;
    }
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) {
      columns[r] = t.column(n0 + B::at(r));
      column_inside[r] = B::is_mine(r) && n0 + B::at(r) < column_count;
    }
  }

  FN void load(const T& t, u32 k0, u32 last) {
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) {
      zero_run(a[r]);
      if (row_inside[r] && k0 + A::k(r) < last) t.a(rows[r], k0 + A::k(r), a[r]);
    }
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) {
      zero_run(b[r]);
      if (column_inside[r] && k0 + B::k(r) < last) t.b(k0 + B::k(r), columns[r], b[r]);
    }
  }
};
