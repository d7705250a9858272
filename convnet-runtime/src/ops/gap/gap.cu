// The mean of each channel.
template<class G> FN void gap_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::C) return;
  const u64 n = i / G::C;
  const int c = (int)(i % G::C);
  float sum = 0.f;
  for (int p = 0; p < G::H * G::W; p++) sum += x[(n * (G::H * G::W) + p) * G::IN + c];
  y[n * G::OUT + c] = sum / (float)(G::H * G::W);
}

template<class G> FN void gap_backward(const val* dy, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  put<G::ADD>(dx + e.pixel * G::DX + e.c, dy[(u64)e.n * G::DY + e.c] / (float)(G::H * G::W));
}
