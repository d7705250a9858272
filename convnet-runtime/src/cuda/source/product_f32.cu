// Products of matrices in f32, over k in first .. last.
template<class T>
FN void product(const T& t, u32 rows, u32 columns, u32 first, u32 last, u32 m0, u32 n0, float (&sums)[8][T::TILE / 16]) {
  enum : int { STEP = 16, N = T::TILE };
  typedef Next<T, STEP> Operands;
  typedef typename Operands::A A;
  typedef typename Operands::B B;
  __shared__ __align__(16) float as[STEP][64 + 4], bs[STEP][N + 4];
  Operands next;
  next.begin(t, rows, columns, m0, n0);
  for (int i = 0; i < 8; i++) for (int j = 0; j < N / 16; j++) sums[i][j] = 0.f;
  if (first < last) next.load(t, first, last);
  for (u32 k0 = first; k0 < last; k0 += STEP) {
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) {
      for (int q = 0; q < T::A_RUN; q++) {
        if (A::is_mine(r)) as[A::k(r) + (T::A_ALONG_K ? q : 0)][A::at(r) + (T::A_ALONG_K ? 0 : q)] = next.a[r][q];
      }
    }
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) {
      for (int q = 0; q < T::B_RUN; q++) {
        if (B::is_mine(r)) bs[B::k(r) + (T::B_ALONG_K ? q : 0)][B::at(r) + (T::B_ALONG_K ? 0 : q)] = next.b[r][q];
      }
    }
    __syncthreads();
    if (k0 + STEP < last) next.load(t, k0 + STEP, last);
#pragma unroll
    for (int k = 0; k < STEP; k++) {
#pragma unroll
      for (int i = 0; i < 8; i++) {
#pragma unroll
        for (int j = 0; j < N / 16; j++) sums[i][j] += as[k][own_row() + i] * bs[k][own_column<N>() + j];
      }
    }
    __syncthreads();
  }
}
