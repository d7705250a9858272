// The weights as products read them, rows padded to a multiple of PAD with zeros: [group][tap][k][c], [group][tap][c][k], or
// both. A block has 16 filters and TAKEN channels of a group, which it reads as they lie, some taps after the other.
template<class G> FN void conv_pack(const float* w, val* by_filter, val* by_channel) {
  constexpr int all = 736, taken = G::TAKEN, taps = G::TAPS < all / taken ? G::TAPS : all / taken, row = taken * taps;
  constexpr int filters = (G::KG + G::PAD - 1) / G::PAD * G::PAD, channels = (G::CG + G::PAD - 1) / G::PAD * G::PAD;
  __shared__ float tile[16 * (all + 1)];
  const int c0 = blockIdx.x * taken, k0 = blockIdx.y * 16;
  const u64 group = blockIdx.z;
  for (int first = 0; first < G::TAPS; first += taps) {
    for (int i = threadIdx.x; i < 16 * row; i += 256) {
      const int tap = first + i % taps, c = c0 + i / taps % taken, k = k0 + i / row;
      const bool inside = k < G::KG && c < G::CG && tap < G::TAPS;
      tile[i / row * (row + 1) + i % row] = inside ? w[((group * G::KG + k) * G::CG + c) * G::TAPS + tap] : 0.f;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < 16 * row; i += 256) {
      const int c = i % taken, k = i / taken % 16, tap = i / (16 * taken);
      if (!by_filter || k0 + k >= G::KG || c0 + c >= channels || first + tap >= G::TAPS) continue;
      by_filter[((group * G::TAPS + first + tap) * G::KG + k0 + k) * channels + c0 + c] = tile[k * (row + 1) + c * taps + tap];
    }
    for (int i = threadIdx.x; i < 16 * row; i += 256) {
      const int k = i % 16, c = i / 16 % taken, tap = i / (16 * taken);
      if (!by_channel || c0 + c >= G::CG || k0 + k >= filters || first + tap >= G::TAPS) continue;
      by_channel[((group * G::TAPS + first + tap) * G::CG + c0 + c) * filters + k0 + k] = tile[k * (row + 1) + c * taps + tap];
    }
    __syncthreads();
  }
}
