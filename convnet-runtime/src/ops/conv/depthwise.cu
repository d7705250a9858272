// Depthwise convolutions: one filter per channel, [C][1][FH][FW].
template<class G, class Y>
FN void depthwise_forward(const val* x, const float* w, const float* bias, const float* weight, const float* shift,
                          const float* mean, const float* variance, const val* residual, Y* y, u32 batch) {
  const Epilogue end = {bias, weight, shift, mean, variance, residual};
  const u64 i = thread_number();
  if (i >= (u64)batch * G::OH * G::OW * G::K) return;
  const Element e = element<G::OH, G::OW, G::K>(i);
  float sum = 0.f;
  for (int tap = 0; tap < G::TAPS; tap++) {
    const int iy = e.y * G::SH - G::PH + tap / G::FW * G::DH, ix = e.x * G::SW - G::PW + tap % G::FW * G::DW;
    if (iy < 0 || iy >= G::H || ix < 0 || ix >= G::W) continue;
    sum += x[pixel<G::H, G::W>(e.n, iy, ix) * G::IN + e.c] * w[e.c * G::TAPS + tap];
  }
  y[e.pixel * G::OUT + e.c] = end.apply<G>(sum, e.c, {e.n, e.y, e.x});
}

template<class G>
FN void depthwise_input_gradient(const val* dz, const float* w, const val* x, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::K) return;
  const Element e = element<G::H, G::W, G::K>(i);
  float sum = 0.f;
  for (int tap = 0; tap < G::TAPS; tap++) {
    const int oy = e.y + G::PH - tap / G::FW * G::DH, ox = e.x + G::PW - tap % G::FW * G::DW;
    if (oy < 0 || ox < 0 || oy % G::SH || ox % G::SW || oy / G::SH >= G::OH || ox / G::SW >= G::OW) continue;
    sum += dz[pixel<G::OH, G::OW>(e.n, oy / G::SH, ox / G::SW) * G::DZ + e.c] * w[e.c * G::TAPS + tap];
  }
  put<G::ADD>(dx + e.pixel * G::DX + e.c, before<G>(x, e.pixel, e.c, sum));
}

// parts[j]: the gradient of the weights over the j-th part of the output positions.
template<class G> FN void depthwise_weight_gradient(const val* x, const val* dz, float* parts, u32 batch) {
  const Part part = part_of((u64)batch * G::OH * G::OW);
  for (int tap = 0; tap < G::TAPS; tap++) {
    float sum = 0.f;
    if (part.c < G::K) {
      for (u64 p = part.first + part.row; p < part.last; p += 8) {
        const int iy = (int)(p / G::OW % G::OH) * G::SH - G::PH + tap / G::FW * G::DH;
        const int ix = (int)(p % G::OW) * G::SW - G::PW + tap % G::FW * G::DW;
        if (iy < 0 || iy >= G::H || ix < 0 || ix >= G::W) continue;
        sum += x[pixel<G::H, G::W>((u32)(p / G::OW / G::OH), iy, ix) * G::IN + part.c] * dz[p * G::DZ + part.c];
      }
    }
    sum = rows_sum(sum);
    if (part.row == 0 && part.c < G::K) parts[((u64)blockIdx.y * G::K + part.c) * G::TAPS + tap] = sum;
  }
}
