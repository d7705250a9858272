// What output position o sees of `size` values: `first` and the next, which has `weight`.
struct Tap { int first, second; float weight; };

template<int FACTOR, int BILINEAR> FN Tap upsample_tap(int o, int size) {
  if (!BILINEAR) return {o / FACTOR, o / FACTOR, 0.f};
  const float at = fmaxf(((float)o + 0.5f) / (float)FACTOR - 0.5f, 0.f);
  const int first = (int)at;
  return {first, least(first + 1, size - 1), at - (float)first};
}

FN float weight_of(const Tap& t, int i) {
  return (t.first == i ? 1.f - t.weight : 0.f) + (t.second == i ? t.weight : 0.f);
}

template<class G> FN void upsample_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::OH * G::OW * G::C) return;
  const Element e = element<G::OH, G::OW, G::C>(i);
  const Tap v = upsample_tap<G::FY, G::BILINEAR>(e.y, G::H), h = upsample_tap<G::FX, G::BILINEAR>(e.x, G::W);
  const auto at = [&](int iy, int ix) { return x[pixel<G::H, G::W>(e.n, iy, ix) * G::IN + e.c]; };
  float value = at(v.first, h.first);
  if (G::BILINEAR) {
    const float top = at(v.first, h.first) * (1.f - h.weight) + at(v.first, h.second) * h.weight;
    const float bottom = at(v.second, h.first) * (1.f - h.weight) + at(v.second, h.second) * h.weight;
    value = top * (1.f - v.weight) + bottom * v.weight;
  }
  y[e.pixel * G::OUT + e.c] = value;
}

template<class G> FN void upsample_backward(const val* dy, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  // The outputs that may see this position.
  const int more = G::BILINEAR;
  const int top = most((e.y - more) * G::FY, 0), bottom = least((e.y + 1 + more) * G::FY, G::OH);
  const int left = most((e.x - more) * G::FX, 0), right = least((e.x + 1 + more) * G::FX, G::OW);
  float sum = 0.f;
  for (int oy = top; oy < bottom; oy++) {
    const float down = weight_of(upsample_tap<G::FY, G::BILINEAR>(oy, G::H), e.y);
    for (int ox = left; ox < right; ox++) {
      const float weight = down * weight_of(upsample_tap<G::FX, G::BILINEAR>(ox, G::W), e.x);
      sum += weight * dy[pixel<G::OH, G::OW>(e.n, oy, ox) * G::DY + e.c];
    }
  }
  put<G::ADD>(dx + e.pixel * G::DX + e.c, sum);
}
