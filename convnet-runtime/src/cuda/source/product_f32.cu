// Products of matrices in f32 by blocks of 128 threads.
enum : int { ROWS = 64, STEP = 16 };

// Which of the SIZE x STEP values of an operand's tile this thread reads: COUNT runs.
template<int ALONG_K, int RUN, int SIZE> struct Share {
  enum : int { COUNT = (SIZE * STEP + 128 * RUN - 1) / (128 * RUN) };
  static FN int first(int r) { return ((int)threadIdx.x + r * 128) * RUN; }
  static FN bool is_mine(int r) { return first(r) < SIZE * STEP; }
  static FN int k(int r) { return ALONG_K ? first(r) % STEP : first(r) / SIZE; }
  static FN int at(int r) { return ALONG_K ? first(r) / STEP : first(r) % SIZE; }
};

template<int RUN> FN void read_run(float (&v)[RUN], const Run& from) {
  if (RUN == 4 && from.count >= 4) {
    const float4 all = *(const float4*)from.at;
    v[0] = all.x, v[1 % RUN] = all.y, v[2 % RUN] = all.z, v[3 % RUN] = all.w;
  } else {
    for (int q = 0; q < RUN; q++) v[q] = q < from.count ? from.at[q] : 0.f;
  }
}

// What a thread holds of the next tile of A or B.
template<class T> struct Next {
  typedef Share<T::A_ALONG_K, T::A_RUN, ROWS> A;
  typedef Share<T::B_ALONG_K, T::B_RUN, T::TILE> B;
  typename T::Row rows[A::COUNT];
  typename T::Column columns[B::COUNT];
  float a[A::COUNT][T::A_RUN], b[B::COUNT][T::B_RUN];

  FN void begin(const T& t, u32 m0, u32 n0) {
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) rows[r] = t.row(m0 + A::at(r));
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) columns[r] = t.column(n0 + B::at(r));
  }

  FN void load(const T& t, u32 k0, u32 last) {
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) {
      const u32 k = k0 + A::k(r);
      read_run(a[r], A::is_mine(r) && k < last ? t.a(rows[r], k) : Run{nullptr, 0});
    }
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) {
      const u32 k = k0 + B::k(r);
      read_run(b[r], B::is_mine(r) && k < last ? t.b(columns[r], k) : Run{nullptr, 0});
    }
  }
};

// The sum over k in first .. last.
template<class T> FN void product(const T& t, u32 first, u32 last, u32 m0, u32 n0, float (&sums)[8][T::TILE / 16]) {
  enum : int { N = T::TILE };
  typedef Next<T> Operands;
  typedef typename Operands::A A;
  typedef typename Operands::B B;
  __shared__ __align__(16) float as[STEP][ROWS + 4], bs[STEP][N + 4];
  Operands next;
  next.begin(t, m0, n0);
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
