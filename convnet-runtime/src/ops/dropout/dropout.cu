// The output function of SplitMix64.
FN u64 mix(u64 z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

// Element i of the batch in NCHW order survives by the i-th number of a generator that begins at a hash of seed and layer;
// it is its own gradient. `G::seed` makes the seed of the network that the layer is in of the outermost one's.
template<class G> FN void dropout_apply(const val* x, val* y, const u64* seed, u32 batch) {
  const u64 i = thread_number(), golden = 0x9e3779b97f4a7c15ull;
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const u64 start = mix(mix(G::seed(*seed) + golden) ^ G::LAYER * golden);
  const u64 number = (((u64)e.n * G::C + e.c) * G::H + e.y) * G::W + e.x;
  const bool survives = mix(start + (number + 1) * golden) >> 40 >= G::THRESHOLD;
  put<G::ADD>(y + e.pixel * G::OUT + e.c, survives ? x[e.pixel * G::IN + e.c] * G::scale() : 0.f);
}
