// C channels of which the first BEFORE and those behind the incoming DEPTH are zero.
template<class G> FN void widen_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const int c = e.c - G::BEFORE;
  y[e.pixel * G::OUT + e.c] = c >= 0 && c < G::DEPTH ? x[e.pixel * G::IN + c] : 0.f;
}
