// Convolutions of stride 1 and one group on Hopper's matrix units. The operands are copied in boxes of LINE channels,
// 128 bytes: weights, packed, and volumes, whose boxes are shifted from tap to tap. What lies outside of a volume or of its
// channels is zero. Copies round what is in f32 to TF32.
constexpr int LINE = 128 / (int)sizeof(val);

// How positions are cut into boxes of SIZE: 2^wide by 2^high positions of as many samples as that leaves.
template<int SIZE, int H, int W> struct Boxes {
  int wide, high;

  FN Boxes(u32 shape) : wide((int)(shape & 255)), high((int)(shape >> 8)) {}
  FN u32 across() const { return (u32)(W + (1 << wide) - 1) >> wide; }
  FN u32 down() const { return (u32)(H + (1 << high) - 1) >> high; }
  FN u32 samples() const { return (u32)SIZE >> (wide + high); }
  FN u32 count(u32 batch) const { return (batch + samples() - 1) / samples() * across() * down(); }
  FN Place box(u32 i) const {
    const u32 rest = i / across();
    return {rest / down() * samples(), (int)(rest % down()) << high, (int)(i % across()) << wide};
  }
  FN u32 number(const Place& box) const {
    return (box.n / samples() * down() + (u32)(box.y >> high)) * across() + (u32)(box.x >> wide);
  }
  FN Place at(const Place& box, int i) const {
    return {box.n + (i >> (wide + high)), box.y + (i >> wide & ((1 << high) - 1)), box.x + (i & ((1 << wide) - 1))};
  }
};

// Rows are filters, columns positions of the output; for the gradient of the input, channels and positions of the input. Of
// a fully connected layer's the columns are samples, and each tile is of one tap.
template<class G> struct ConvBoxes {
  enum : int { DOWN = G::DOWN, N = G::N, ACROSS = 0, STAGES = G::STAGES, ROWS = 64 * DOWN };
  enum : int { READ = G::FOR_INPUT ? G::KG : G::CG, WRITTEN = G::FOR_INPUT ? G::CG : G::KG, APART = G::FOR_INPUT && G::WHOLE };
  enum : int { HEIGHT = APART ? 1 : G::FOR_INPUT ? G::H : G::OH, WIDTH = APART ? 1 : G::FOR_INPUT ? G::W : G::OW };
  enum : int { CHANNELS = (READ + LINE - 1) / LINE, ALL = CHANNELS * (APART ? 1 : G::TAPS), TALL = (WRITTEN + ROWS - 1) / ROWS };
  typedef Boxes<N, HEIGHT, WIDTH> Cut;
  struct Tile { Place box; int row, tap; u32 part; };
  const TMap &weights, &volume;
  Cut cut;
  u32 tiles, parts, each, batch;

  FN ConvBoxes(const TMap& weights, const TMap& volume, u32 shape, u32 parts, u32 each, u32 batch)
      : weights(weights), volume(volume), cut(shape), tiles(cut.count(batch) * parts * (TALL * (APART ? G::TAPS : 1))),
        parts(parts), each(each), batch(batch) {}

  FN Tile tile(u32 i) const {
    const u32 taps = APART ? G::TAPS : 1, rest = i / TALL, part = rest / taps;
    return {cut.box(part / parts), (int)(i % TALL) * ROWS, (int)(rest % taps), part % parts};
  }
  FN u32 steps(const Tile& tile) const { return (u32)least((int)each, (int)(ALL - tile.part * each)); }
  FN void bring(const Tile& tile, u32 step, u32 a, u32 b, u32 barrier) const {
    const u32 k = tile.part * each + step;
    const int c = (int)(k % CHANNELS) * LINE, tap = APART ? tile.tap : (int)(k / CHANNELS);
    int x = tile.box.x, y = tile.box.y;
    if (!APART) {
      const int right = tap % G::FW * G::DW - G::PW, below = tap / G::FW * G::DH - G::PH;
      x += G::FOR_INPUT ? -right : right, y += G::FOR_INPUT ? -below : below;
    }
    mbar_expect_tx(barrier, Pipe<ConvBoxes>::STAGE);
    tma_load_4d(a, &weights, barrier, c, tile.row, tap, 0);
    tma_load_4d(b, &volume, barrier, c, x, y, (int)tile.box.n);
  }
  FN bool is_inside(const Place& p) const { return p.n < batch && p.y < HEIGHT && p.x < WIDTH; }
  // The first of this thread's eight rows.
  FN int own_row(const Tile& tile, int group) const { return tile.row + (DOWN == 2 ? group * 64 : 0) + (int)threadIdx.x % 8 * 8; }
};

// What the sums of filter k are multiplied with, and what is then added, wherever they are.
template<class G> FN void of_filter(const Epilogue& end, int k, float& scale, float& shift) {
  scale = G::NORM ? end.weight[k] / sqrtf(end.variance[k] + G::eps()) : 1.f;
  shift = G::BIAS == 1 ? end.bias[k] : 0.f;
  if (G::NORM) shift = (shift - end.mean[k]) * scale + end.shift[k];
}

template<class G, class Y> struct ConvForwardBoxes : ConvBoxes<G> {
  typedef ConvBoxes<G> Base;
  typedef typename Base::Tile Tile;
  Epilogue end;
  Y* y;
  u32* winners;
  float* sums;

  FN ConvForwardBoxes(const Base& base, const Epilogue& end, Y* y, u32* winners, float* sums)
      : Base(base), end(end), y(y), winners(winners), sums(sums) {}

  FN void finish(const Tile& tile, const float (&d)[Base::N / 2], int group, float* own) const {
    const int t = (int)threadIdx.x % 128, k = this->own_row(tile, group);
    float scale[8], shift[8];
#pragma unroll
    for (int q = 0; q < 8; q++) of_filter<G>(end, least(k + q, G::K - 1), scale[q], shift[q]);
    by_columns<Base::N>(d, group, own, [&](int first) {
      if (this->parts > 1) part(tile, first, k, own);
      else if (G::POOL) windows(tile, first, k, own, scale, shift);
      else {
        for (int i = t / 8; i < 64; i += 16) {
          const Place p = this->cut.at(tile.box, first + i);
          if (!this->is_inside(p) || k >= G::K) continue;
          float v[8];
          at(own, i, k, p, scale, shift, v);
          store_8<G::K>(y + pixel<G::OH, G::OW>(p.n, p.y, p.x) * G::OUT, k, v);
        }
      }
    });
  }

 private:
  // The values of eight filters at column i of those in shared memory, a place of the output.
  FN void at(const float* own, int i, int k, const Place& p, const float (&scale)[8], const float (&shift)[8], float (&v)[8]) const {
    read_shelf(own + i * SHELF + threadIdx.x % 8 * 8, v);
    float more[8];
    if (G::RESIDUAL) load_8<G::K>(end.residual + pixel<G::OH, G::OW>(p.n, p.y, p.x) * G::RES, k, more);
#pragma unroll
    for (int q = 0; q < 8; q++) {
      if (G::BIAS == 2) v[q] += end.bias[(least(k + q, G::K - 1) * G::OH + p.y) * G::OW + p.x];
      v[q] = G::NORM ? v[q] * scale[q] + shift[q] : v[q] + shift[q];
      if (G::RESIDUAL) v[q] += more[q];
      v[q] = G::apply(v[q]);
    }
  }

  // Sums that are to be added to those of other parts, by the rows of `place_of`.
  FN void part(const Tile& tile, int first, int k, const float* own) const {
    for (int i = (int)threadIdx.x % 128 / 8; i < 64; i += 16) {
      const Place p = this->cut.at(tile.box, first + i);
      if (!this->is_inside(p) || k >= G::K) continue;
      u64 row = pixel<G::OH, G::OW>(p.n, p.y, p.x);
      if (G::POOL) {
        if (p.y / 2 >= G::OH / 2 || p.x / 2 >= G::OW / 2) continue;
        row = pixel<G::OH / 2, G::OW / 2>(p.n, p.y / 2, p.x / 2) * 4 + p.y % 2 * 2 + p.x % 2;
      }
      float v[8];
      read_shelf(own + i * SHELF + threadIdx.x % 8 * 8, v);
      store_8<G::K>(sums + ((u64)tile.part * conv_rows<G>(this->batch) + row) * G::K, k, v);
    }
  }

  // Each thread takes a window, whose rows are 2^wide columns apart.
  FN void windows(const Tile& tile, int first, int k, const float* own, const float (&scale)[8],
                  const float (&shift)[8]) const {
    const int window = (int)threadIdx.x % 128 / 8, wide = this->cut.wide, across = window & ((1 << (wide - 1)) - 1);
    const int i = (window >> (wide - 1) << 1 << wide) + 2 * across;
    const Place p = this->cut.at(tile.box, first + i);
    const bool inside = p.n < this->batch && p.y / 2 < G::OH / 2 && p.x / 2 < G::OW / 2 && k < G::K;
    const u64 pooled = pixel<G::OH / 2, G::OW / 2>(p.n, p.y / 2, p.x / 2);
    u32 word = 0;
    if (inside) {
      float v[4][8], largest[8];
#pragma unroll
      for (int j = 0; j < 4; j++) {
        at(own, i + (j / 2 << wide) + j % 2, k, {p.n, p.y + j / 2, p.x + j % 2}, scale, shift, v[j]);
      }
#pragma unroll
      for (int q = 0; q < 8; q++) {
        const float four[4] = {v[0][q], v[1][q], v[2][q], v[3][q]};
        u32 on_right, below;
        largest[q] = window_winner(four, on_right, below);
        if (k + q < G::K) word |= (on_right | below << 16) << (k % 16 + q);
      }
      store_8<G::K>(y + pooled * G::OUT, k, largest);
    }
    if (G::WINNERS) {
      word |= __shfl_xor_sync(~0u, word, 1);
      if (inside && k % 16 == 0) winners[winners_at<G>(pooled, k)] = word;
    }
  }
};

// Writes the output, or in parts of `each` steps parts[part][row][filter].
template<class G, class Y>
FN void conv_forward_boxes(const TMap& w, const TMap& x, const float* bias, const float* weight, const float* shift,
                           const float* mean, const float* variance, const val* residual, Y* y, u32* winners, float* sums,
                           u32 shape, u32 parts, u32 each, u32 batch) {
  const Epilogue end = {bias, weight, shift, mean, variance, residual};
  wgmma_product(ConvForwardBoxes<G, Y>({w, x, shape, parts, each, batch}, end, y, winners, sums));
}

template<class G> struct ConvInputBoxes : ConvBoxes<G> {
  typedef ConvBoxes<G> Base;
  typedef typename Base::Tile Tile;
  const val* x;
  val* dx;
  float* columns;

  FN ConvInputBoxes(const Base& base, const val* x, val* dx, float* columns) : Base(base), x(x), dx(dx), columns(columns) {}

  FN void finish(const Tile& tile, const float (&d)[Base::N / 2], int group, float* own) const {
    const int t = (int)threadIdx.x % 128, c = this->own_row(tile, group);
    float total[8] = {};
    by_columns<Base::N>(d, group, own, [&](int first) {
      for (int i = t / 8; i < 64; i += 16) {
        const Place p = this->cut.at(tile.box, first + i);
        if (!this->is_inside(p) || c >= G::CG) continue;
        const u64 at = Base::APART ? (u64)p.n * G::TAPS + tile.tap : pixel<G::H, G::W>(p.n, p.y, p.x);
        float v[8], other[8];
        read_shelf(own + i * SHELF + t % 8 * 8, v);
        if (G::SLOPE) {
          load_8<G::CG>(x + at * G::IN, c, other);
          for (int q = 0; q < 8; q++) v[q] *= G::slope(other[q]);
        }
        if (G::ADD) {
          load_8<G::CG>(dx + at * G::DX, c, other);
          for (int q = 0; q < 8; q++) v[q] += other[q];
        }
        store_8<G::CG>(dx + at * G::DX, c, v);
        if (G::COLUMNS) for (int q = 0; q < 8; q++) total[q] += v[q];
      }
    });
    if (!G::COLUMNS) return;
    // Neighbours across a warp have the same channels.
    const u64 row = ((u64)this->cut.number(tile.box) * (Base::APART ? G::TAPS : 1) + tile.tap) * 4 + t / 32;
#pragma unroll
    for (int q = 0; q < 8; q++) {
      for (int e = 8; e < 32; e *= 2) total[q] += __shfl_xor_sync(~0u, total[q], e);
      if (t % 32 < 8 && c + q < G::CG) columns[row * G::CG + c + q] = total[q];
    }
  }
};

// With COLUMNS also columns[4 boxes or, tap by tap, boxes][channel], sums over some of the positions of each box.
template<class G>
FN void conv_input_boxes(const TMap& w, const TMap& dz, const val* x, val* dx, float* columns, u32 shape, u32 batch) {
  typedef ConvBoxes<G> Base;
  wgmma_product(ConvInputBoxes<G>(Base(w, dz, shape, 1, Base::ALL, batch), x, dx, columns));
}

// The gradient of the weights: rows are filters, columns 64 channels of one tap after those of the next, and k counts positions
// of the output, a box of 64 in a step. In bfloat16 alone: TF32 is multiplied along rows only.
template<class G> struct ConvWeightBoxes {
  enum : int { DOWN = G::DOWN, N = G::N, ACROSS = 1, STAGES = G::STAGES, ROWS = 64 * DOWN };
  enum : int { CHANNELS = (G::CG + 63) / 64, ALL = CHANNELS * G::TAPS, TAKEN = N / 64 };
  enum : int { TALL = (G::KG + ROWS - 1) / ROWS, LONG = (ALL + TAKEN - 1) / TAKEN };
  struct Tile { int row, block; u32 part; };
  const TMap &dz, &x;
  Boxes<64, G::OH, G::OW> cut;
  float* sums;
  u32 boxes, tiles, parts, each;

  FN ConvWeightBoxes(const TMap& dz, const TMap& x, float* sums, u32 shape, u32 parts, u32 each, u32 batch)
      : dz(dz), x(x), cut(shape), sums(sums), boxes(cut.count(batch)), tiles(TALL * LONG * parts), parts(parts), each(each) {}

  FN Tile tile(u32 i) const { return {(int)(i % TALL) * ROWS, (int)(i / TALL % LONG) * TAKEN, i / (TALL * LONG)}; }
  FN u32 steps(const Tile& tile) const { return (u32)least((int)each, (int)(boxes - tile.part * each)); }
  FN void bring(const Tile& tile, u32 step, u32 a, u32 b, u32 barrier) const {
    const Place box = cut.box(tile.part * each + step);
    mbar_expect_tx(barrier, (DOWN + least(TAKEN, ALL - tile.block)) * 8192);
#pragma unroll
    for (int i = 0; i < DOWN; i++) tma_load_4d(a + i * 8192, &dz, barrier, tile.row + 64 * i, box.x, box.y, (int)box.n);
#pragma unroll
    for (int i = 0; i < TAKEN; i++) {
      const int block = tile.block + i, tap = block % G::TAPS;
      if (block >= ALL) break;
      const int right = tap % G::FW * G::DW - G::PW, below = tap / G::FW * G::DH - G::PH;
      tma_load_4d(b + i * 8192, &x, barrier, block / G::TAPS * 64, box.x + right, box.y + below, (int)box.n);
    }
  }
  FN void finish(const Tile& tile, const float (&d)[N / 2], int group, float*) const {
    const int t = (int)threadIdx.x % 128;
    const int k = tile.row + (DOWN == 2 ? group * 64 : 0) + t / 32 * 16 + t % 32 / 4;
    if constexpr (TAKEN == 4) {
      if (parts == 1 && tile.block % G::TAPS + 4 <= G::TAPS) return finish_taps(tile, d, k);
    }
#pragma unroll
    for (int j = 0; j < N / 8; j++) {
      const int block = tile.block + j / 8, tap = block % G::TAPS, c = block / G::TAPS * 64 + j % 8 * 8 + t % 4 * 2;
      if (block >= ALL) break;
#pragma unroll
      for (int h = 0; h < 2; h++) {
        if (k + 8 * h >= G::KG || c >= G::CG) continue;
        const float first = d[4 * j + 2 * h], second = d[4 * j + 2 * h + 1];
        if (parts == 1) {
          float* to = sums + ((u64)(k + 8 * h) * G::CG + c) * G::TAPS + tap;
          put<G::ADD>(to, first);
          if (c + 1 < G::CG) put<G::ADD>(to + G::TAPS, second);
          continue;
        }
        float* to = sums + (((u64)tile.part * G::TAPS + tap) * G::KG + k + 8 * h) * G::CG + c;
        if (G::CG % 2 == 0) {
          *(float2*)to = make_float2(first, second);
        } else {
          to[0] = first;
          if (c + 1 < G::CG) to[1] = second;
        }
      }
    }
  }

 private:
  // The only part, where the four blocks are taps of the same channels: they are neighbours as weights lie. Of four threads that
  // have a row, each takes one tap, so that they write to neighbours at once.
  FN void finish_taps(const Tile& tile, const float (&d)[N / 2], int k) const {
    const int tap = tile.block % G::TAPS + (int)threadIdx.x % 4;
#pragma unroll
    for (int i = 0; i < 32; i++) {
      float v0 = d[i], v1 = d[i + 32], v2 = d[i + 64], v3 = d[i + 96];
      exchange<1>(v0, v1), exchange<1>(v2, v3);
      exchange<2>(v0, v2), exchange<2>(v1, v3);
      const int row = k + i % 4 / 2 * 8, c = tile.block / G::TAPS * 64 + i / 4 * 8 + i % 2;
      float* const to = sums + ((u64)row * G::CG + c) * G::TAPS + tap;
      if (row >= G::KG) continue;
      if (c < G::CG) put<G::ADD>(to, v0);
      if (c + 2 < G::CG) put<G::ADD>(to + 2 * G::TAPS, v1);
      if (c + 4 < G::CG) put<G::ADD>(to + 4 * G::TAPS, v2);
      if (c + 6 < G::CG) put<G::ADD>(to + 6 * G::TAPS, v3);
    }
  }

  // The upper one of two threads gives its first number for the other's second.
  template<int APART> static FN void exchange(float& first, float& second) {
    const bool upper = threadIdx.x & APART;
    const float other = __shfl_xor_sync(~0u, upper ? first : second, APART);
    if (upper) first = other;
    else second = other;
  }
};

// Writes sums[part][tap][filter][channel], each part over `each` boxes. The only part is the gradient, as the weights lie: the
// taps of a weight come from the same tile and the next ones, so that they meet in the cache.
template<class G>
FN void conv_weight_boxes(const TMap& dz, const TMap& x, float* sums, u32 shape, u32 parts, u32 each, u32 batch) {
  wgmma_product(ConvWeightBoxes<G>(dz, x, sums, shape, parts, each, batch));
}

// Adds the parts, in order, and puts the weights as they lie: a thread for each filter and channel.
template<class G> FN void conv_weight_total(const float* sums, float* dw, u32 parts) {
  const u64 i = thread_number(), size = (u64)G::K * G::CG;
  if (i >= size) return;
  for (int tap = 0; tap < G::TAPS; tap++) {
    float sum = 0.f;
    for (u32 part = 0; part < parts; part++) sum += sums[((u64)part * G::TAPS + tap) * size + i];
    put<G::ADD>(dw + i * G::TAPS + tap, sum);
  }
}
