// C channels of a volume to another place.
template<class G, class X, class Y> FN void relayout_copy(const X* x, Y* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  put<G::ADD>(y + e.pixel * G::OUT + e.c, x[e.pixel * G::IN + e.c]);
}
