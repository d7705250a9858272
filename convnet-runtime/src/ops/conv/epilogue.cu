// What surrounds the sums of a convolution: bias or folded batch norm, residual, activation, 2x2 max pool.
struct Place { u32 n; int y, x; };

// The output position of row m. With a fused pool four rows are one window.
template<class G> FN Place place_of(u32 m) {
  if (G::POOL) {
    const u32 window = m / 4;
    const int width = most(G::OW / 2, 1), height = most(G::OH / 2, 1);
    return {window / width / height, (int)(window / width % height * 2 + m % 4 / 2), (int)(window % width * 2 + m % 2)};
  }
  return {m / G::OW / G::OH, (int)(m / G::OW % G::OH), (int)(m % G::OW)};
}

template<class G> FN u32 conv_rows(u32 batch) {
  return batch * (G::POOL ? G::OH / 2 * (G::OW / 2) * 4 : G::OH * G::OW);
}

// What follows the sum of filter k at a place.
struct Epilogue {
  const float *bias, *weight, *shift, *mean, *variance;
  const val* residual;
  template<class G> FN float apply(float v, int k, const Place& p) const {
    if (G::BIAS == 1) v += bias[k];
    if (G::BIAS == 2) v += bias[(k * G::OH + p.y) * G::OW + p.x];
    if (G::NORM) v = (v - mean[k]) * (weight[k] / sqrtf(variance[k] + G::eps())) + shift[k];
    if (G::RESIDUAL) v += residual[pixel<G::OH, G::OW>(p.n, p.y, p.x) * G::RES + k];
    return G::apply(v);
  }
};

// A gradient v of channel c of the input x: with SLOPE that of the sums that x is made of, by the slope of its activation.
template<class G> FN float before(const val* x, u64 pixel, int c, float v) {
  return G::SLOPE ? v * G::slope(x[pixel * G::IN + c]) : v;
}

// The largest of a window, row by row, the first of equals, and two bits: whether it is on the right, and below.
FN float window_winner(const float (&v)[4], u32& right, u32& below) {
  const bool right_above = v[1] > v[0], right_below = v[3] > v[2];
  const float above = right_above ? v[1] : v[0], under = right_below ? v[3] : v[2];
  below = under > above, right = below ? right_below : right_above;
  return below ? under : above;
}

// Winners of a pool: a word for each pixel and 16 channels, bit i for the right, bit 16 + i for below.
template<class G> FN u64 winners_at(u64 pixel, int k) { return pixel * ((G::K + 15) / 16) + k / 16; }

// A 2x2 max pool of what a convolution that cannot take it in has given.
template<class G> FN void pool_winners(const val* x, val* y, u32* winners, u32 batch) {
  const int blocks = (G::K + 15) / 16, height = G::OH / 2, width = G::OW / 2;
  const u64 i = thread_number();
  if (i >= (u64)batch * height * width * blocks) return;
  const u64 p = i / blocks;
  const int block = (int)(i % blocks), py = (int)(p / width % height), px = (int)(p % width);
  const u32 n = (u32)(p / width / height);
  u32 word = 0;
  for (int k = block * 16; k < least(block * 16 + 16, G::K); k++) {
    float v[4];
    for (int j = 0; j < 4; j++) v[j] = x[pixel<G::OH, G::OW>(n, 2 * py + j / 2, 2 * px + j % 2) * G::K + k];
    u32 right, below;
    y[p * G::OUT + k] = window_winner(v, right, below);
    word |= (right | below << 16) << (k % 16);
  }
  if (G::WINNERS) winners[winners_at<G>(p, block * 16)] = word;
}

// The gradient of the sums, back through pool and activation; the residual gets the same. A thread has eight filters of a
// pixel, or with POOL of a window of four pixels.
template<class G>
FN void conv_sum_gradient(const val* y, const val* dy, const u32* winners, val* dz, val* residual, u32 batch) {
  constexpr int side = G::POOL ? 2 : 1, height = (G::OH + side - 1) / side, width = (G::OW + side - 1) / side;
  constexpr int blocks = (G::K + 7) / 8;
  const u64 i = thread_number(), window = i / blocks;
  if (i >= (u64)batch * height * width * blocks) return;
  const int k = (int)(i % blocks) * 8, wy = (int)(window / width % height), wx = (int)(window % width);
  const u32 n = (u32)(window / width / height);
  float d[8] = {}, value[8];
  u32 word = 0;
  if (wy < G::OH / side && wx < G::OW / side) {
    const u64 p = pixel<G::OH / side, G::OW / side>(n, wy, wx);
    load_8<G::K>(dy + p * G::DY, k, d);
    load_8<G::K>(y + p * G::OUT, k, value);
    for (int q = 0; q < 8; q++) d[q] *= G::slope(value[q]);
    if (G::POOL) word = winners[winners_at<G>(p, k)] >> (k % 16);
  }
  for (int j = 0; j < side * side; j++) {
    const int py = wy * side + j / side, px = wx * side + j % side;
    if (py >= G::OH || px >= G::OW) continue;
    const u64 at = pixel<G::OH, G::OW>(n, py, px);
    float v[8];
    for (int q = 0; q < 8; q++) {
      const bool won = !G::POOL || ((int)(word >> q & 1) == j % 2 && (int)(word >> (16 + q) & 1) == j / 2);
      v[q] = won ? d[q] : 0.f;
    }
    if (G::SUMS) store_8<G::K>(dz + at * G::DZ, k, v);
    if (G::RESIDUAL) for (int q = 0; q < 8; q++) if (k + q < G::K) put<G::ADD>(residual + at * G::RES + k + q, v[q]);
  }
}

// The gradient of a bias per position.
template<class G> FN void position_bias_gradient(const val* dz, float* db, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)G::K * G::OH * G::OW) return;
  const int k = (int)(i / (G::OH * G::OW)), place = (int)(i % (G::OH * G::OW));
  float sum = 0.f;
  for (u32 n = 0; n < batch; n++) sum += dz[((u64)n * (G::OH * G::OW) + place) * G::DZ + k];
  put<G::ADD>(db + i, sum);
}
