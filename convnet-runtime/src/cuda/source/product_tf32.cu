// Products of matrices on tensor cores, operands rounded to TF32 (11 significant bits), sums in f32: one tile of A B, 64 rows by T::TILE
// columns, over k in first .. last. T is as for products in f32, and each thread gets the same sums.
template<class T>
FN void product(const T& t, u32 rows, u32 columns, u32 first, u32 last, u32 m0, u32 n0, float (&sums)[8][4]) {
  enum : int { N = T::TILE, THREADS = 2 * N, STEP = 16, LOADS_A = 64 * STEP / THREADS, LOADS_B = N * STEP / THREADS };
  enum : int { DOWN = 64 / N, ACROSS = N / 8, PITCH = STEP + 4 };
  __shared__ __align__(16) u32 as[64 * PITCH], bs[N * PITCH];
  __shared__ __align__(16) float tile[64][N + 4];
  const int thread = threadIdx.x, lane = thread % 32, top = thread / 32 * 16 * DOWN;
  const auto row_of = [&](int r) { return T::A_ALONG_K ? (thread + r * THREADS) / STEP : (thread + r * THREADS) % 64; };
  const auto k_of_a = [&](int r) { return T::A_ALONG_K ? (thread + r * THREADS) % STEP : (thread + r * THREADS) / 64; };
  const auto column_of = [&](int r) { return T::B_ALONG_K ? (thread + r * THREADS) / STEP : (thread + r * THREADS) % N; };
  const auto k_of_b = [&](int r) { return T::B_ALONG_K ? (thread + r * THREADS) % STEP : (thread + r * THREADS) / N; };

  float d[DOWN * ACROSS][4];
  for (int f = 0; f < DOWN * ACROSS; f++) for (int i = 0; i < 4; i++) d[f][i] = 0.f;
  u32 next_a[LOADS_A], next_b[LOADS_B];
  const auto load = [&](u32 k0) {
#pragma unroll
    for (int r = 0; r < LOADS_A; r++) {
      const u32 k = k0 + k_of_a(r), m = m0 + row_of(r);
      next_a[r] = round_tf32(k < last && m < rows ? t.a(t.row(m), k) : 0.f);
    }
#pragma unroll
    for (int r = 0; r < LOADS_B; r++) {
      const u32 k = k0 + k_of_b(r), n = n0 + column_of(r);
      next_b[r] = round_tf32(k < last && n < columns ? t.b(k, t.column(n)) : 0.f);
    }
  };

  if (first < last) load(first);
  for (u32 k0 = first; k0 < last; k0 += STEP) {
#pragma unroll
    for (int r = 0; r < LOADS_A; r++) as[row_of(r) * PITCH + k_of_a(r)] = next_a[r];
#pragma unroll
    for (int r = 0; r < LOADS_B; r++) bs[column_of(r) * PITCH + k_of_b(r)] = next_b[r];
    __syncthreads();
    if (k0 + STEP < last) load(k0 + STEP);
#pragma unroll
    for (int k = 0; k < STEP; k += 8) {
#pragma unroll
      for (int i = 0; i < DOWN; i++) {
        const u32* own = as + (top + 16 * i + lane / 4) * PITCH + k + lane % 4;
        const u32 a[4] = {own[0], own[8 * PITCH], own[4], own[8 * PITCH + 4]};
#pragma unroll
        for (int j = 0; j < ACROSS; j++) {
          const u32* b = bs + (8 * j + lane / 4) * PITCH + k + lane % 4;
          mma_m16n8k8_tf32(d[i * ACROSS + j], a, b[0], b[4]);
        }
      }
    }
    __syncthreads();
  }

#pragma unroll
  for (int f = 0; f < DOWN * ACROSS; f++) {
    for (int i = 0; i < 4; i++) {
      tile[top + f / ACROSS * 16 + fragment_row(lane, i)][f % ACROSS * 8 + fragment_column(lane, i)] = d[f][i];
    }
  }
  __syncthreads();
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < 4; j++) sums[i][j] = tile[thread / (N / 4) * 8 + i][thread % (N / 4) * 4 + j];
  }
}
