// exp(x) / sum exp(x) over the channels of a pixel: a warp for each.
template<class G, class Y> FN void softmax_forward(const val* x, Y* y, u32 batch) {
  const u64 p = thread_number() / 32;
  const int lane = threadIdx.x % 32;
  if (p >= (u64)batch * G::H * G::W) return;
  x += p * G::IN, y += p * G::OUT;
  float top = x[0], sum = 0.f;
  for (int c = lane; c < G::C; c += 32) top = fmaxf(top, x[c]);
  top = warp_max(top);
  for (int c = lane; c < G::C; c += 32) sum += expf(x[c] - top);
  sum = warp_sum(sum);
  for (int c = lane; c < G::C; c += 32) y[c] = expf(x[c] - top) / sum;
}
