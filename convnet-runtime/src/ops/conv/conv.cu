// Convolutions as products of matrices. CG and KG are the input channels and the filters of one group, TAPS is FH FW.
// Weights and their gradients lie as in files, [K][CG][FH][FW]; products read the weights
//   LAYOUT 0  as they lie
//   LAYOUT 1  as [group][tap][CG][KG], or for the gradient of the input as [group][tap][KG][CG]: along the columns
//   LAYOUT 2  as [group][tap][KG][CG], or for the gradient of the input as [group][tap][CG][KG]: along k, rows padded to 8
// WHOLE: the filter covers the whole input, as in a fully connected layer, and sums over a filter go as its weights lie.

// The k-th product of a sum over a filter: channels, of which there are so many, are next to each other as in the volume,
// unless it goes as the weights lie.
struct Weight { int c, tap; };

template<class G> FN Weight weight_of(u32 k, int channels) {
  if (G::WHOLE) return {(int)(k / G::TAPS), (int)(k % G::TAPS)};
  return {(int)(k % channels), (int)(k / channels)};
}

// How many neighbours are read at once where so many lie next to each other, and no run goes past them.
constexpr int run_within(int count) { return count % PIECE ? 1 : PIECE; }
// The same where channels of a volume are: IN_RUN and DZ_RUN are PIECE where pixels begin at multiples of 16 bytes, or else 1.
// So many channels count as a multiple of it, and the last run has less.
constexpr int filled(int count, int run) { return (count + run - 1) / run * run; }

// Values from a row of weights to the next.
template<class G> constexpr int padded(int count) { return G::LAYOUT == 2 ? (count + 7) / 8 * 8 : count; }

// Rows are output positions, columns filters.
template<class G> struct ConvForward {
  enum : int { TILE = G::TILE, A_ALONG_K = 1, A_RUN = G::WHOLE && G::TAPS > 1 ? 1 : G::IN_RUN, CHANNELS = filled(G::CG, A_RUN) };
  enum : int { B_ALONG_K = G::LAYOUT != 1, ROW = padded<G>(G::CG), WEIGHTS = G::TAPS * G::KG * ROW, ALL = G::TAPS * CHANNELS };
  enum : int { B_RUN = G::LAYOUT == 0 ? run_within(G::CG * G::TAPS) : G::LAYOUT == 1 ? run_within(G::KG) : run_within(CHANNELS) };
  const val *x, *w;
  u32 batch;
  typedef Place Row;
  typedef u32 Column;
  FN const val* a_base() const { return x; }
  FN const val* b_base() const { return w; }
  FN Row row(u32 m) const {
    const Place p = place_of<G>(m);
    return {p.n, p.y * G::SH - G::PH, p.x * G::SW - G::PW};
  }
  FN Column column(u32 n) const { return n; }
  FN Run a(const Row& r, u32 k) const {
    const Weight f = weight_of<G>(k, CHANNELS);
    const int y = r.y + f.tap / G::FW * G::DH, ix = r.x + f.tap % G::FW * G::DW;
    if (r.n >= batch || y < 0 || y >= G::H || ix < 0 || ix >= G::W) return {nullptr, 0};
    return {x + pixel<G::H, G::W>(r.n, y, ix) * G::IN + f.c, G::CG - f.c};
  }
  FN Run b(Column n, u32 k) const {
    const int c = (int)(k % CHANNELS);
    const u64 tap = k / CHANNELS;
    if (n >= G::KG) return {nullptr, 0};
    if (G::LAYOUT == 0) return {w + (u64)n * (G::CG * G::TAPS) + k, G::CG * G::TAPS - (int)k};
    if (G::LAYOUT == 1) return {w + (tap * G::CG + c) * G::KG + n, c < G::CG ? G::KG - (int)n : 0};
    return {w + (tap * G::KG + n) * ROW + c, G::CG - c};
  }
};

// Writes the output; or, where the sums are cut into parts of `each` products, parts[part][row][filter].
template<class G, class Y>
FN void conv_forward(const val* x, const val* w, const float* bias, const float* weight, const float* shift,
                     const float* mean, const float* variance, const val* residual, Y* y, u32* winners, float* parts,
                     u32 each, u32 batch) {
  const Epilogue end = {bias, weight, shift, mean, variance, residual};
  const u32 group = blockIdx.z % G::GROUPS, part = blockIdx.z / G::GROUPS, m0 = blockIdx.x * ROWS, n0 = blockIdx.y * G::TILE;
  const u32 rows = conv_rows<G>(batch), first = part * each;
  const u32 last = (u32)least((int)(first + each), ConvForward<G>::ALL);
  float sums[8][G::TILE / 16];
  const ConvForward<G> operands = {x + group * G::CG, w + (u64)group * ConvForward<G>::WEIGHTS, batch};
  product(operands, first, last, m0, n0, sums);
  const u32 row = m0 + own_row(), column = n0 + own_column<G::TILE>();
  if (gridDim.z > G::GROUPS) {
    for (int i = 0; i < 8; i++) {
      for (int j = 0; j < G::TILE / 16; j++) {
        if (row + i >= rows || column + j >= G::KG) continue;
        parts[((u64)part * rows + row + i) * G::K + group * G::KG + column + j] = sums[i][j];
      }
    }
  } else if (G::POOL) {
    for (int window = 0; window < 2; window++) {
      const u32 m = row + 4 * window;
      u32 word = 0;
      for (int j = 0; j < G::TILE / 16; j++) {
        if (m >= rows || column + j >= G::KG) continue;
        const int k = (int)(group * G::KG + column + j);
        float v[4];
        for (int i = 0; i < 4; i++) v[i] = end.apply<G>(sums[4 * window + i][j], k, place_of<G>(m + i));
        u32 right, below;
        y[(u64)(m / 4) * G::OUT + k] = window_winner(v, right, below);
        word |= (right | below << 16) << (k % 16);
      }
      if (G::WINNERS) {
        for (int d = 1; d < 256 / G::TILE; d *= 2) word |= __shfl_xor_sync(~0u, word, d);
        if (m < rows && column < G::KG && column % 16 == 0) {
          winners[winners_at<G>(m / 4, (int)(group * G::KG + column))] = word;
        }
      }
    }
  } else {
    for (int i = 0; i < 8; i++) {
      if (row + i >= rows) continue;
      const Place p = place_of<G>(row + i);
      for (int j = 0; j < G::TILE / 16; j++) {
        if (column + j >= G::KG) continue;
        const int k = (int)(group * G::KG + column + j);
        y[(u64)(row + i) * G::OUT + k] = end.apply<G>(sums[i][j], k, p);
      }
    }
  }
}

// Adds the parts, in order, and does what follows: a thread for a row, or a window of four, and 16 filters.
template<class G, class Y>
FN void conv_finish(const float* parts, const float* bias, const float* weight, const float* shift, const float* mean,
                    const float* variance, const val* residual, Y* y, u32* winners, u32 count, u32 batch) {
  const Epilogue end = {bias, weight, shift, mean, variance, residual};
  const u32 rows = conv_rows<G>(batch), run = G::POOL ? 4 : 1, blocks = (G::K + 15) / 16;
  const u64 i = thread_number(), at = i / blocks;
  if (at >= rows / run) return;
  const int block = (int)(i % blocks);
  u32 word = 0;
  for (int k = 16 * block; k < least(16 * block + 16, G::K); k++) {
    float v[4];
    for (u32 q = 0; q < run; q++) {
      const u32 m = (u32)at * run + q;
      float sum = 0.f;
      for (u32 part = 0; part < count; part++) sum += parts[((u64)part * rows + m) * G::K + k];
      v[q] = end.apply<G>(sum, k, place_of<G>(m));
    }
    u32 right = 0, below = 0;
    y[at * G::OUT + k] = G::POOL ? window_winner(v, right, below) : v[0];
    word |= (right | below << 16) << (k % 16);
  }
  if (G::WINNERS) winners[winners_at<G>(at, 16 * block)] = word;
}

// The gradient of the input: rows are input positions, columns channels; k counts filters, then taps.
template<class G> struct ConvInput {
  enum : int { TILE = G::TILE, A_ALONG_K = 1, A_RUN = G::DZ_RUN, FILTERS = filled(G::KG, A_RUN), ALL = G::TAPS * FILTERS };
  enum : int { B_ALONG_K = G::LAYOUT == 2, ROW = padded<G>(G::KG), WEIGHTS = G::TAPS * G::CG * ROW };
  enum : int { B_RUN = run_within(B_ALONG_K ? FILTERS : G::CG) };
  const val *dz, *w;
  u32 batch;
  typedef Place Row;
  typedef u32 Column;
  FN const val* a_base() const { return dz; }
  FN const val* b_base() const { return w; }
  FN Row row(u32 m) const {
    return {m / G::W / G::H, (int)(m / G::W % G::H) + G::PH, (int)(m % G::W) + G::PW};
  }
  FN Column column(u32 n) const { return n; }
  FN Run a(const Row& r, u32 k) const {
    const int filter = (int)(k % FILTERS), tap = (int)(k / FILTERS);
    const int y = r.y - tap / G::FW * G::DH, x = r.x - tap % G::FW * G::DW;
    const bool before = r.n >= batch || y < 0 || x < 0 || y % G::SH || x % G::SW;
    if (before || y / G::SH >= G::OH || x / G::SW >= G::OW) return {nullptr, 0};
    return {dz + pixel<G::OH, G::OW>(r.n, y / G::SH, x / G::SW) * G::DZ + filter, G::KG - filter};
  }
  FN Run b(Column n, u32 k) const {
    const int filter = (int)(k % FILTERS);
    const u64 tap = k / FILTERS;
    if (n >= G::CG) return {nullptr, 0};
    if (B_ALONG_K) return {w + (tap * G::CG + n) * ROW + filter, G::KG - filter};
    return {w + (tap * G::KG + filter) * G::CG + n, filter < G::KG ? G::CG - (int)n : 0};
  }
};

// Sums of a tile's columns, of which each thread has those of 8 rows, to f(column of the tile, sum), in an order that is
// always the same.
template<int TILE, class F> FN void sum_columns(const float (&own)[TILE / 16], const F& f) {
  __shared__ float all[ROWS / 8][TILE];
  for (int j = 0; j < TILE / 16; j++) all[threadIdx.x / 16][own_column<TILE>() + j] = own[j];
  __syncthreads();
  if (threadIdx.x >= TILE) return;
  float sum = 0.f;
  for (int i = 0; i < ROWS / 8; i++) sum += all[i][threadIdx.x];
  f((int)threadIdx.x, sum);
}

// With COLUMNS also columns[tile][channel], sums over the rows of each tile.
template<class G>
FN void conv_input_gradient(const val* dz, const val* w, const val* x, val* dx, float* columns, u32 batch) {
  const u32 group = blockIdx.z, m0 = blockIdx.x * ROWS, n0 = blockIdx.y * G::TILE, rows = batch * (G::H * G::W);
  float sums[8][G::TILE / 16];
  const ConvInput<G> operands = {dz + group * G::KG, w + (u64)group * ConvInput<G>::WEIGHTS, batch};
  product(operands, 0, ConvInput<G>::ALL, m0, n0, sums);
  const u32 row = m0 + own_row(), column = n0 + own_column<G::TILE>();
  float down[G::TILE / 16] = {};
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < G::TILE / 16; j++) {
      if (row + i >= rows || column + j >= G::CG) continue;
      const int c = (int)(group * G::CG + column + j);
      const float d = before<G>(x, row + i, c, sums[i][j]);
      put<G::ADD>(dx + (u64)(row + i) * G::DX + c, d);
      down[j] += d;
    }
  }
  if (!G::COLUMNS) return;
  sum_columns<G::TILE>(down, [&](int j, float sum) {
    if (n0 + j < G::CG) columns[((u64)blockIdx.x * G::GROUPS + group) * G::CG + n0 + j] = sum;
  });
}

// The same where the filter covers the whole input: rows are samples, columns weights.
template<class G> struct WholeInput {
  enum : int { TILE = G::TILE, A_ALONG_K = 1, A_RUN = G::DZ_RUN, B_ALONG_K = G::LAYOUT == 2, ROW = padded<G>(G::KG) };
  enum : int { B_RUN = run_within(B_ALONG_K ? ROW : G::CG * G::TAPS) };
  const val *dz, *w;
  u32 batch;
  typedef u32 Row, Column;
  FN const val* a_base() const { return dz; }
  FN const val* b_base() const { return w; }
  FN Row row(u32 m) const { return m; }
  FN Column column(u32 n) const { return n; }
  FN Run a(Row m, u32 k) const { return {dz + (u64)m * G::DZ + k, m < batch ? G::KG - (int)k : 0}; }
  FN Run b(Column n, u32 k) const {
    const int left = G::CG * G::TAPS - (int)n;
    if (left <= 0) return {nullptr, 0};
    if (B_ALONG_K) return {w + (u64)n * ROW + k, G::KG - (int)k};
    return {w + (u64)k * (G::CG * G::TAPS) + n, left};
  }
};

template<class G>
FN void whole_input_gradient(const val* dz, const val* w, const val* x, val* dx, float* columns, u32 batch) {
  const u32 m0 = blockIdx.x * ROWS, n0 = blockIdx.y * G::TILE;
  float sums[8][G::TILE / 16];
  const WholeInput<G> operands = {dz, w, batch};
  product(operands, 0, G::KG, m0, n0, sums);
  const u32 row = m0 + own_row(), column = n0 + own_column<G::TILE>();
  float down[G::TILE / 16] = {};
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < G::TILE / 16; j++) {
      if (row + i >= batch || column + j >= G::CG * G::TAPS) continue;
      const Weight f = weight_of<G>(column + j, G::CG);
      const u64 p = (u64)(row + i) * G::TAPS + f.tap;
      const float d = before<G>(x, p, f.c, sums[i][j]);
      put<G::ADD>(dx + p * G::DX + f.c, d);
      down[j] += d;
    }
  }
  if (!G::COLUMNS) return;
  sum_columns<G::TILE>(down, [&](int j, float sum) {
    const Weight f = weight_of<G>(n0 + j, G::CG);
    if (n0 + j < G::CG * G::TAPS) columns[((u64)blockIdx.x * G::TAPS + f.tap) * G::CG + f.c] = sum;
  });
}

// The gradient of the weights: rows are filters, columns weights, k counts output positions.
template<class G> struct ConvWeights {
  enum : int { TILE = G::TILE, A_ALONG_K = 0, A_RUN = G::DZ_RUN, B_ALONG_K = 0, B_RUN = G::WHOLE && G::TAPS > 1 ? 1 : G::IN_RUN };
  enum : int { CHANNELS = filled(G::CG, B_RUN), ALL = G::TAPS * CHANNELS };
  const val *x, *dz;
  struct Column { int c, y, x; };
  typedef u32 Row;
  FN const val* a_base() const { return dz; }
  FN const val* b_base() const { return x; }
  FN Row row(u32 m) const { return m; }
  FN Column column(u32 n) const {
    const Weight f = weight_of<G>(n, CHANNELS);
    return {n < ALL ? f.c : G::CG, f.tap / G::FW * G::DH - G::PH, f.tap % G::FW * G::DW - G::PW};
  }
  FN Run a(Row m, u32 k) const { return {dz + (u64)k * G::DZ + m, G::KG - (int)m}; }
  FN Run b(const Column& f, u32 k) const {
    const int y = (int)(k / G::OW % G::OH) * G::SH + f.y, ix = (int)(k % G::OW) * G::SW + f.x;
    if (y < 0 || y >= G::H || ix < 0 || ix >= G::W) return {nullptr, 0};
    return {x + pixel<G::H, G::W>(k / G::OW / G::OH, y, ix) * G::IN + f.c, G::CG - f.c};
  }
};

// Writes or adds to the gradient, or writes one of several parts of it, each of `each` positions.
template<class G> FN void conv_weight_gradient(const val* x, const val* dz, float* dw, u32 each, u32 batch) {
  const u32 group = blockIdx.z % G::GROUPS, part = blockIdx.z / G::GROUPS, m0 = blockIdx.x * ROWS, n0 = blockIdx.y * G::TILE;
  const u32 positions = batch * (G::OH * G::OW), first = part * each;
  const u32 last = positions - first < each ? positions : first + each;
  float sums[8][G::TILE / 16];
  const ConvWeights<G> operands = {x + group * G::CG, dz + group * G::KG};
  product(operands, first, last, m0, n0, sums);
  const u32 row = m0 + own_row(), column = n0 + own_column<G::TILE>();
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < G::TILE / 16; j++) {
      const Weight f = weight_of<G>(column + j, ConvWeights<G>::CHANNELS);
      if (row + i >= G::KG || column + j >= ConvWeights<G>::ALL || f.c >= G::CG) continue;
      const u64 at = ((u64)(group * G::KG + row + i) * G::CG + f.c) * G::TAPS + f.tap;
      if (gridDim.z == G::GROUPS) put<G::ADD>(dw + at, sums[i][j]);
      else dw[(u64)part * ((u64)G::K * G::CG * G::TAPS) + at] = sums[i][j];
    }
  }
}
