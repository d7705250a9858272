// Products of matrices on tensor cores by blocks of 256 threads, in tiles of 128 rows: operands are copied to shared memory
// some steps ahead, 64 bytes of k in a step. Fragment types say what numbers they are, see `matrix_*.cu`.
enum : int { ROWS = 128, THREADS = 256, STEP = 64 / (int)sizeof(val), STAGES = 4 };

// One operand's tile in shared memory: SIZE rows (or columns) of STEP along k, or STEP k of SIZE. Pieces of 16 bytes are
// exchanged so that those which are read at once lie in different banks.
template<int ALONG_K, int SIZE> struct Side {
  enum : int { LINE = ALONG_K ? STEP : SIZE, PIECES = LINE / PIECE, BYTES = SIZE * STEP * (int)sizeof(val) };
  enum : int { COUNT = (BYTES / 16 + THREADS - 1) / THREADS };
  static FN int at(int line, int piece) {
    const int turn = ALONG_K ? line >> 1 & 3 : sizeof(val) == 2 ? line & 7 : (line & 3) * 2;
    return line * (LINE * (int)sizeof(val)) + (piece ^ (turn & (PIECES - 1))) * 16;
  }
  // The piece that this thread brings as its r-th.
  static FN bool is_mine(int r) { return (int)threadIdx.x + r * THREADS < BYTES / 16; }
  static FN int line(int r) { return ((int)threadIdx.x + r * THREADS) / PIECES; }
  static FN int piece(int r) { return ((int)threadIdx.x + r * THREADS) % PIECES; }
  static FN int k(int r) { return ALONG_K ? piece(r) * PIECE : line(r); }
  static FN int place(int r) { return ALONG_K ? line(r) : piece(r) * PIECE; }
};

// Copies a run of PIECE values, or one value after the other where they do not lie so.
template<int RUN, class F> FN void bring(u32 to, const val* anywhere, const F& run) {
  if constexpr (RUN > 1) {
    const Run from = run(0);
    cp_async16(to, from.count > 0 ? from.at : anywhere, most(0, least(from.count, PIECE)) * (int)sizeof(val));
  } else {
    val all[PIECE];
    for (int q = 0; q < PIECE; q++) {
      const Run from = run(q);
      if (from.count > 0) all[q] = *from.at;
      else all[q] = 0.f;
    }
    write_piece(to, all);
  }
}

template<class T> struct Operands {
  typedef Side<T::A_ALONG_K, ROWS> A;
  typedef Side<T::B_ALONG_K, T::TILE> B;
  enum : int { STAGE = A::BYTES + B::BYTES };
  typename T::Row rows[A::COUNT];
  typename T::Column columns[B::COUNT];
  u32 m0, n0;

  FN void begin(const T& t, u32 m, u32 n) {
    m0 = m, n0 = n;
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) rows[r] = t.row(m0 + A::place(r));
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) columns[r] = t.column(n0 + B::place(r));
  }

  FN void load(const T& t, u32 stage, u32 k0, u32 last) const {
#pragma unroll
    for (int r = 0; r < A::COUNT; r++) {
      const u32 k = k0 + A::k(r);
      if (A::is_mine(r)) {
        bring<T::A_RUN>(stage + A::at(A::line(r), A::piece(r)), t.a_base(), [&](int q) {
          const u32 own = T::A_ALONG_K ? k + q : k;
          if (own >= last) return Run{nullptr, 0};
          return t.a(T::A_ALONG_K || q == 0 ? rows[r] : t.row(m0 + A::place(r) + q), own);
        });
      }
    }
#pragma unroll
    for (int r = 0; r < B::COUNT; r++) {
      const u32 k = k0 + B::k(r);
      if (B::is_mine(r)) {
        bring<T::B_RUN>(stage + A::BYTES + B::at(B::line(r), B::piece(r)), t.b_base(), [&](int q) {
          const u32 own = T::B_ALONG_K ? k + q : k;
          if (own >= last) return Run{nullptr, 0};
          return t.b(T::B_ALONG_K || q == 0 ? columns[r] : t.column(n0 + B::place(r) + q), own);
        });
      }
    }
  }
};

// The sum over k in first .. last.
template<class T>
FN void product(const T& t, u32 first, u32 last, u32 m0, u32 n0, float (&sums)[8][T::TILE / 16]) {
  typedef Operands<T> O;
  enum : int { ACROSS = T::TILE >= 128 ? 4 : T::TILE >= 64 ? 2 : 1, TALL = ROWS / (8 / ACROSS) / 16, WIDE = T::TILE / ACROSS / 8 };
  enum : int { PITCH = T::TILE + 8 };
  DYN_SMEM(memory);
  const u32 base = smem_u32(memory);
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, top = warp / ACROSS * (16 * TALL), left = warp % ACROSS * (8 * WIDE);
  O operands;
  operands.begin(t, m0, n0);
  float d[TALL][WIDE][4];
#pragma unroll
  for (int f = 0; f < TALL * WIDE * 4; f++) d[f / (WIDE * 4)][f / 4 % WIDE][f % 4] = 0.f;
#pragma unroll
  for (int s = 0; s < STAGES - 1; s++) {
    operands.load(t, base + s * O::STAGE, first + s * STEP, last);
    cp_commit();
  }
  int stage = 0;
  for (u32 k0 = first; k0 < last; k0 += STEP) {
    cp_wait<STAGES - 2>();
    // All have copied this step, and read the one whose place is filled next.
    __syncthreads();
    operands.load(t, base + (stage + STAGES - 1) % STAGES * O::STAGE, k0 + (STAGES - 1) * STEP, last);
    cp_commit();
    const u32 a = base + stage * O::STAGE, b = a + O::A::BYTES;
    stage = (stage + 1) % STAGES;
#pragma unroll
    for (int k = 0; k < STEP; k += 2 * PIECE) {
      u32 fa[TALL][4], fb[WIDE / 2][4];
#pragma unroll
      for (int i = 0; i < TALL; i++) fragment_a<typename O::A, T::A_ALONG_K>(fa[i], a, top + 16 * i, k, lane);
#pragma unroll
      for (int j = 0; j < WIDE / 2; j++) fragment_b<typename O::B, T::B_ALONG_K>(fb[j], b, left + 16 * j, k, lane);
#pragma unroll
      for (int i = 0; i < TALL; i++) {
#pragma unroll
        for (int j = 0; j < WIDE; j++) multiply(d[i][j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
      }
    }
  }
  cp_wait<0>();
  __syncthreads();

  float* const tile = (float*)memory;
#pragma unroll
  for (int i = 0; i < TALL; i++) {
#pragma unroll
    for (int j = 0; j < WIDE; j++) {
      float* to = tile + (top + 16 * i + lane / 4) * PITCH + left + 8 * j + lane % 4 * 2;
      *(float2*)to = make_float2(d[i][j][0], d[i][j][1]);
      *(float2*)(to + 8 * PITCH) = make_float2(d[i][j][2], d[i][j][3]);
    }
  }
  __syncthreads();
#pragma unroll
  for (int i = 0; i < 8; i++) {
#pragma unroll
    for (int j = 0; j < T::TILE / 16; j++) sums[i][j] = tile[(own_row() + i) * PITCH + own_column<T::TILE>() + j];
  }
}
