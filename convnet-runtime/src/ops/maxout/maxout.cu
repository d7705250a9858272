// Which of the UNIT channels from c on is largest, the first of equals.
template<class G> FN int maxout_winner(const val* x) {
  int best = 0;
  for (int j = 1; j < G::UNIT; j++) if (x[j] > x[best]) best = j;
  return best;
}

template<class G> FN void maxout_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const val* unit = x + e.pixel * G::IN + e.c * G::UNIT;
  y[e.pixel * G::OUT + e.c] = unit[maxout_winner<G>(unit)];
}

template<class G> FN void maxout_backward(const val* x, const val* dy, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const int winner = maxout_winner<G>(x + e.pixel * G::IN + e.c * G::UNIT);
  for (int j = 0; j < G::UNIT; j++) {
    put<G::ADD>(dx + e.pixel * G::DX + e.c * G::UNIT + j, j == winner ? dy[e.pixel * G::DY + e.c] : 0.f);
  }
}
