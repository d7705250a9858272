// Products of matrices in f32: one tile of A B, 64 rows by T::TILE columns, over k in first .. last.
//
// T gives A and B element by element: `a(row(m), k)` and `b(k, column(n))`, and says along which index of each
// neighbouring threads load. Thread t sums rows 8 (t / (TILE / 4)) .. + 7 and columns 4 (t % (TILE / 4)) .. + 3.
template<class T>
FN void product(const T& t, u32 rows, u32 columns, u32 first, u32 last, u32 m0, u32 n0, float (&sums)[8][4]) {
  enum : int { N = T::TILE, THREADS = 2 * N, LOADS_A = 64 * 16 / THREADS, LOADS_B = N * 16 / THREADS };
  __shared__ __align__(16) float as[16][64 + 4], bs[16][N + 4];
  const int thread = threadIdx.x, row = thread / (N / 4) * 8, column = thread % (N / 4) * 4;
  const auto place_a = [&](int r) { return thread + r * THREADS; };
  const auto row_of = [&](int i) { return T::A_ALONG_K ? i / 16 : i % 64; };
  const auto k_of_a = [&](int i) { return T::A_ALONG_K ? i % 16 : i / 64; };
  const auto column_of = [&](int i) { return T::B_ALONG_K ? i / 16 : i % N; };
  const auto k_of_b = [&](int i) { return T::B_ALONG_K ? i % 16 : i / N; };

  typename T::Row own_rows[LOADS_A];
  typename T::Column own_columns[LOADS_B];
  for (int r = 0; r < LOADS_A; r++) own_rows[r] = t.row(m0 + row_of(place_a(r)));
  for (int r = 0; r < LOADS_B; r++) own_columns[r] = t.column(n0 + column_of(place_a(r)));
  float next_a[LOADS_A], next_b[LOADS_B];
  const auto load = [&](u32 k0) {
#pragma unroll
    for (int r = 0; r < LOADS_A; r++) {
      const u32 k = k0 + k_of_a(place_a(r));
      next_a[r] = k < last && m0 + row_of(place_a(r)) < rows ? t.a(own_rows[r], k) : 0.f;
    }
#pragma unroll
    for (int r = 0; r < LOADS_B; r++) {
      const u32 k = k0 + k_of_b(place_a(r));
      next_b[r] = k < last && n0 + column_of(place_a(r)) < columns ? t.b(k, own_columns[r]) : 0.f;
    }
  };

  for (int i = 0; i < 8; i++) for (int j = 0; j < 4; j++) sums[i][j] = 0.f;
  if (first < last) load(first);
  for (u32 k0 = first; k0 < last; k0 += 16) {
#pragma unroll
    for (int r = 0; r < LOADS_A; r++) as[k_of_a(place_a(r))][row_of(place_a(r))] = next_a[r];
#pragma unroll
    for (int r = 0; r < LOADS_B; r++) bs[k_of_b(place_a(r))][column_of(place_a(r))] = next_b[r];
    __syncthreads();
    if (k0 + 16 < last) load(k0 + 16);
#pragma unroll
    for (int k = 0; k < 16; k++) {
#pragma unroll
      for (int i = 0; i < 8; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) sums[i][j] += as[k][row + i] * bs[k][column + j];
      }
    }
    __syncthreads();
  }
}
