// The sum of f over the neighbours of an element: N channels, or N x N positions of one channel.
template<class G, class F> FN float lrn_sum(const Element& e, F f) {
  const int reach = G::N / 2;
  float sum = 0.f;
  if (G::WITHIN) {
    for (int y = most(e.y - reach, 0); y < least(e.y + reach + 1, G::H); y++) {
      for (int x = most(e.x - reach, 0); x < least(e.x + reach + 1, G::W); x++) {
        sum += f(pixel<G::H, G::W>(e.n, y, x), e.c);
      }
    }
  } else {
    for (int c = most(e.c - reach, 0); c < least(e.c + reach + 1, G::C); c++) sum += f(e.pixel, c);
  }
  return sum;
}

// s = k + alpha / count sum x^2
template<class G> FN float lrn_scale(const val* x, const Element& e) {
  return G::k() + G::weight() * lrn_sum<G>(e, [&](u64 p, int c) { return x[p * G::IN + c] * x[p * G::IN + c]; });
}

// y = x s^-beta
template<class G> FN void lrn_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  y[e.pixel * G::OUT + e.c] = x[e.pixel * G::IN + e.c] * powf(lrn_scale<G>(x, e), -G::beta());
}

// s and dy x s^(-beta - 1) of each element, [n][y][x][C].
template<class G> FN void lrn_terms(const val* x, const val* dy, float* scales, float* terms, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const float s = lrn_scale<G>(x, e);
  scales[i] = s;
  terms[i] = dy[e.pixel * G::DY + e.c] * x[e.pixel * G::IN + e.c] * powf(s, -G::beta() - 1.f);
}

// dx = dy s^-beta - 2 alpha beta / count x sum terms
template<class G>
FN void lrn_backward(const val* x, const val* dy, const float* scales, const float* terms, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const float sum = lrn_sum<G>(e, [&](u64 p, int c) { return terms[p * G::C + c]; });
  const float own = dy[e.pixel * G::DY + e.c] * powf(scales[i], -G::beta());
  put<G::ADD>(dx + e.pixel * G::DX + e.c, own - 2.f * G::weight() * G::beta() * x[e.pixel * G::IN + e.c] * sum);
}
