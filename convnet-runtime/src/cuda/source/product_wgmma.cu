// A product of matrices in tiles by blocks of 384 threads: one thread brings the operands, 128 bytes of k in a step, two
// warpgroups multiply. A block takes tile after tile, and the operands of the next are on their way while one is written.
//   T::DOWN        2: a tile has 128 rows, half of them for each warpgroup
//                  1: it has 64 rows, and the warpgroups take turns, one writes a tile while the other multiplies the next
//   T::N           its columns
//   T::ACROSS      operands lie as k rows of 64, see `across_rows`; not in TF32
//   T::STAGES      steps that are in shared memory at once
//   tiles, tile(i), steps(tile)
//   bring(tile, step, a, b, barrier)   begins to copy A's rows and B's columns
//   finish(tile, d, group, own)        takes a warpgroup's 64 rows of sums; `own` is its shared memory, [64][SHELF] floats
enum : int { SHELF = 68 };

template<class T> struct Pipe {
  enum : int { ROWS = 64 * T::DOWN, A = ROWS * 128, STAGE = A + T::N * 128, SHELVES = T::STAGES * STAGE };
  enum : int { FULL = SHELVES + 2 * 64 * SHELF * 4, EMPTY = FULL + 8 * T::STAGES, TURNS = EMPTY + 8 * T::STAGES, BYTES = TURNS + 16 };
  u32 at, stage, phase;

  FN u32 full() const { return at + FULL + 8 * stage; }
  FN u32 empty() const { return at + EMPTY + 8 * stage; }
  FN u32 turn(int group) const { return at + TURNS + 8 * group; }
  FN u32 a() const { return at + stage * STAGE; }
  FN u32 b() const { return a() + A; }
  FN void advance() {
    if (++stage == T::STAGES) stage = 0, phase ^= 1;
  }
  FN void skip(u32 steps) {
    phase ^= (stage + steps) / T::STAGES & 1, stage = (stage + steps) % T::STAGES;
  }
};

template<class T> FN void wgmma_product(const T& t) {
  typedef Pipe<T> P;
  DYN_SMEM(memory);
  P pipe = {smem_u32(memory), 0, 0};
  const int group = (int)threadIdx.x / 128 - 1;
  if (threadIdx.x == 0) {
    // An arrival for each warp that has read.
    for (; pipe.phase == 0; pipe.advance()) mbar_init(pipe.full(), 1), mbar_init(pipe.empty(), 4 * T::DOWN);
    mbar_init(pipe.turn(0), 4), mbar_init(pipe.turn(1), 4);
    fence_mbar_init();
    pipe.phase = 0;
  }
  __syncthreads();
  if (group < 0) {
    reg_dec<24>();
    if (threadIdx.x == 0) {
#pragma unroll 1
      for (u32 i = blockIdx.x; i < t.tiles; i += gridDim.x) {
        const auto tile = t.tile(i);
        const u32 steps = t.steps(tile);
#pragma unroll 1
        for (u32 step = 0; step < steps; step++, pipe.advance()) {
          mbar_wait(pipe.empty(), pipe.phase ^ 1);
          t.bring(tile, step, pipe.a(), pipe.b(), pipe.full());
        }
      }
    }
    return;
  }
  reg_inc<240>();
  float* const own = (float*)(memory + P::SHELVES) + group * 64 * SHELF;
  const bool tells = threadIdx.x % 32 == 0;
  u32 count = 0;
#pragma unroll 1
  for (u32 i = blockIdx.x; i < t.tiles; i += gridDim.x, count++) {
    const auto tile = t.tile(i);
    const u32 steps = t.steps(tile);
    if (T::DOWN == 1) {
      if (count % 2 != group) {
        pipe.skip(steps);
        continue;
      }
      // Barriers are told apart by one bit of their phase, so that nobody may wait for what is further away.
      mbar_wait(pipe.turn(group), (count / 2 + 1 + group) & 1);
    }
    float d[T::N / 2];
#pragma unroll
    for (int j = 0; j < T::N / 2; j++) d[j] = 0.f;
    u32 before = 0;
#pragma unroll 1
    for (u32 step = 0; step < steps; step++, pipe.advance()) {
      mbar_wait(pipe.full(), pipe.phase);
      const u32 rows = pipe.a() + (T::DOWN == 2 ? group * 8192 : 0);
      const u64 a = T::ACROSS ? across_rows(rows) : along_rows(rows), b = T::ACROSS ? across_rows(pipe.b()) : along_rows(pipe.b());
      wgmma_fence();
#pragma unroll
      for (int k = 0; k < 4; k++) {
        const u64 by = k * (T::ACROSS ? 128 : 2);
        if constexpr (sizeof(val) == 4) wgmma_tf32(d, a + by, b + by, 1);
        else wgmma<T::ACROSS>(d, a + by, b + by, 1);
      }
      wgmma_commit();
      // What the step before has read may be overwritten.
      wgmma_wait<1>();
      if (step > 0 && tells) mbar_arrive(before);
      before = pipe.empty();
    }
    if (T::DOWN == 1 && tells) mbar_arrive(pipe.turn(1 - group));
    wgmma_wait<0>();
    if (tells) mbar_arrive(before);
    t.finish(tile, d, group, own);
  }
}

// All threads of a warpgroup.
FN void group_sync(int group) {
  if (group == 0) bar_sync(1, 128);
  else bar_sync(2, 128);
}

// Hands the sums of a warpgroup, 64 columns after the other, to f(first column) through its shared memory, where they lie as
// [column][row].
template<int N, class F> FN void by_columns(const float (&d)[N / 2], int group, float* own, const F& f) {
  const int t = (int)threadIdx.x % 128, row = t / 32 * 16 + t % 32 / 4, column = t % 4 * 2;
#pragma unroll
  for (int first = 0; first < N; first += 64) {
    group_sync(group);
#pragma unroll
    for (int i = 0; i < 32; i++) {
      own[(i / 4 * 8 + column + i % 2) * SHELF + row + i % 4 / 2 * 8] = d[first / 2 + i];
    }
    group_sync(group);
    f(first);
  }
}

// Eight of them, in two pieces of which neighbouring threads read different ones at a time: no two share a bank.
FN void read_shelf(const float* from, float (&v)[8]) {
  const int swap = threadIdx.x / 4 % 2;
  const float4 p = *(const float4*)(from + 4 * swap), q = *(const float4*)(from + 4 - 4 * swap);
  v[0] = swap ? q.x : p.x, v[1] = swap ? q.y : p.y, v[2] = swap ? q.z : p.z, v[3] = swap ? q.w : p.w;
  v[4] = swap ? p.x : q.x, v[5] = swap ? p.y : q.y, v[6] = swap ? p.z : q.z, v[7] = swap ? p.w : q.w;
}
