// Feature (c H + y) W + x is channel c at (y, x).
template<class G> FN int feature(const Element& e) { return (e.c * G::H + e.y) * G::W + e.x; }

template<class G> FN void flatten_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  y[(u64)e.n * G::OUT + feature<G>(e)] = x[e.pixel * G::IN + e.c];
}

template<class G> FN void flatten_backward(const val* dy, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  put<G::ADD>(dx + e.pixel * G::DX + e.c, dy[(u64)e.n * G::DY + feature<G>(e)]);
}
