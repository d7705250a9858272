// The weights as products read them, rows padded to a multiple of PAD with zeros: [group][tap][k][c], [group][tap][c][k], or
// both. A block has 32 filters and 32 channels of a group, one tap after the other.
template<class G> FN void conv_pack(const float* w, val* by_filter, val* by_channel) {
  __shared__ float tile[32][33];
  constexpr int filters = (G::KG + G::PAD - 1) / G::PAD * G::PAD, channels = (G::CG + G::PAD - 1) / G::PAD * G::PAD;
  const int c0 = blockIdx.x * 32, k0 = blockIdx.y * 32, lane = threadIdx.x % 32;
  for (int tap = 0; tap < G::TAPS; tap++) {
    const u64 matrix = (u64)blockIdx.z * G::TAPS + tap;
    for (int row = threadIdx.x / 32; row < 32; row += 8) {
      const int k = k0 + row, c = c0 + lane;
      const bool inside = k < G::KG && c < G::CG;
      const float v = inside ? w[(((u64)blockIdx.z * G::KG + k) * G::CG + c) * G::TAPS + tap] : 0.f;
      if (by_filter && k < G::KG && c < channels) by_filter[(matrix * G::KG + k) * channels + c] = v;
      tile[row][lane] = v;
    }
    __syncthreads();
    for (int row = threadIdx.x / 32; row < 32; row += 8) {
      const int c = c0 + row, k = k0 + lane;
      if (by_channel && c < G::CG && k < filters) by_channel[(matrix * G::CG + c) * filters + k] = tile[lane][row];
    }
    __syncthreads();
  }
}
