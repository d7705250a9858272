// What output position o sees along one axis: positions first .. last, of count inside input plus padding.
struct Span { int first, last, count; };

template<int KERNEL, int STRIDE, int BEFORE, int AFTER, int SIZE> FN Span pool_span(int o) {
  const int start = o * STRIDE, end = least(start + KERNEL, BEFORE + SIZE + AFTER);
  const int last = least(most(end - BEFORE, 0), SIZE);
  return {least(most(start - BEFORE, 0), last), last, most(end - start, 0)};
}

template<class G> FN Span pool_rows(int oy) { return pool_span<G::FH, G::SH, G::TOP, G::BOTTOM, G::H>(oy); }
template<class G> FN Span pool_columns(int ox) { return pool_span<G::FW, G::SW, G::LEFT, G::RIGHT, G::W>(ox); }

template<class G> FN void pool_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::OH * G::OW * G::C) return;
  const Element e = element<G::OH, G::OW, G::C>(i);
  const Span v = pool_rows<G>(e.y), h = pool_columns<G>(e.x);
  float value = G::MAX ? -INFINITY : 0.f;
  for (int iy = v.first; iy < v.last; iy++) {
    for (int ix = h.first; ix < h.last; ix++) {
      const float at = x[pixel<G::H, G::W>(e.n, iy, ix) * G::IN + e.c];
      value = G::MAX ? (at <= value ? value : at) : value + at;
    }
  }
  y[e.pixel * G::OUT + e.c] = G::MAX ? value : value / (float)(v.count * h.count);
}

// Gathers from the windows that see the position; of a maximum's equals the first, row by row, has won.
template<class G> FN void pool_backward(const val* x, const val* dy, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const int top = most(e.y + G::TOP - G::FH + G::SH, 0) / G::SH, left = most(e.x + G::LEFT - G::FW + G::SW, 0) / G::SW;
  const int bottom = least((e.y + G::TOP) / G::SH + 1, G::OH), right = least((e.x + G::LEFT) / G::SW + 1, G::OW);
  float sum = 0.f;
  for (int oy = top; oy < bottom; oy++) {
    for (int ox = left; ox < right; ox++) {
      const float d = dy[pixel<G::OH, G::OW>(e.n, oy, ox) * G::DY + e.c];
      const Span v = pool_rows<G>(oy), h = pool_columns<G>(ox);
      if (!G::MAX) {
        sum += d / (float)(v.count * h.count);
        continue;
      }
      int won = v.first * G::W + h.first;
      float best = x[pixel<G::H, G::W>(e.n, v.first, h.first) * G::IN + e.c];
      for (int iy = v.first; iy < v.last; iy++) {
        for (int ix = h.first; ix < h.last; ix++) {
          const float at = x[pixel<G::H, G::W>(e.n, iy, ix) * G::IN + e.c];
          if (at > best) best = at, won = iy * G::W + ix;
        }
      }
      if (won == e.y * G::W + e.x) sum += d;
    }
  }
  put<G::ADD>(dx + e.pixel * G::DX + e.c, sum);
}
