// A run of values as TF32, STRIDE apart.
template<int STRIDE, int RUN> FN void write_run(u32* to, const float (&v)[RUN]) {
  for (int q = 0; q < RUN; q++) to[q * STRIDE] = round_tf32(v[q]);
}

// Products of matrices on tensor cores, operands rounded to TF32, 11 significant bits, sums in f32, over k in first .. last.
template<class T>
FN void product(const T& t, u32 rows, u32 columns, u32 first, u32 last, u32 m0, u32 n0, float (&sums)[8][T::TILE / 16]) {
  enum : int { STEP = 16, N = T::TILE, PITCH = STEP + 4, ACROSS = N / 8 };
  typedef Next<T, STEP> Operands;
  typedef typename Operands::A A;
  typedef typename Operands::B B;
  __shared__ __align__(16) u32 as[64 * PITCH], bs[N * PITCH];
  __shared__ __align__(16) float tile[64][N + 4];
  const int lane = threadIdx.x % 32, top = threadIdx.x / 32 * 16;
  Operands next;
  next.begin(t, rows, columns, m0, n0);
  float d[ACROSS][4];
  for (int f = 0; f < ACROSS; f++) for (int i = 0; i < 4; i++) d[f][i] = 0.f;
  if (first < last) next.load(t, first, last);
  for (u32 k0 = first; k0 < last; k0 += STEP) {
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) {
      u32* to = as + A::at(r) * PITCH + A::k(r);
      if (A::is_mine(r)) write_run<T::A_ALONG_K ? 1 : PITCH>(to, next.a[r]);
    }
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) {
      u32* to = bs + B::at(r) * PITCH + B::k(r);
      if (B::is_mine(r)) write_run<T::B_ALONG_K ? 1 : PITCH>(to, next.b[r]);
    }
    __syncthreads();
    if (k0 + STEP < last) next.load(t, k0 + STEP, last);
#pragma unroll
    for (int k = 0; k < STEP; k += 8) {
      const u32* own = as + (top + lane / 4) * PITCH + k + lane % 4;
      const u32 a[4] = {own[0], own[8 * PITCH], own[4], own[8 * PITCH + 4]};
#pragma unroll
      for (int j = 0; j < ACROSS; j++) {
        const u32* b = bs + (8 * j + lane / 4) * PITCH + k + lane % 4;
        mma_m16n8k8_tf32(d[j], a, b[0], b[4]);
      }
    }
    __syncthreads();
  }

#pragma unroll
  for (int f = 0; f < ACROSS; f++) {
    for (int i = 0; i < 4; i++) tile[top + fragment_row(lane, i)][f * 8 + fragment_column(lane, i)] = d[f][i];
  }
  __syncthreads();
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < N / 16; j++) sums[i][j] = tile[own_row() + i][own_column<N>() + j];
  }
}
