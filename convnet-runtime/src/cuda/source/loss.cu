// Losses on logits [n][y][x][C], each the mean over all: terms[i] is the share of one, which `loss_total` adds.

// -log softmax(x)[label], a warp for each pixel.
template<class G>
FN void cross_entropy(const float* x, const u32* labels, const float* scale, float* dx, float* terms, u32 batch) {
  const u64 p = thread_number() / 32, count = (u64)batch * G::H * G::W;
  const int lane = threadIdx.x % 32;
  if (p >= count) return;
  x += p * G::C, dx += p * G::C;
  const int label = (int)labels[p];
  float top = x[0], sum = 0.f;
  for (int c = lane; c < G::C; c += 32) top = fmaxf(top, x[c]);
  top = warp_max(top);
  for (int c = lane; c < G::C; c += 32) sum += expf(x[c] - top);
  sum = warp_sum(sum);
  for (int c = lane; c < G::C; c += 32) {
    dx[c] = *scale * ((expf(x[c] - top) / sum - (c == label ? 1.f : 0.f)) / (float)count);
  }
  if (lane == 0) terms[p] = logf(sum) - (x[label] - top);
}

// (x - target)^2
template<class G>
FN void mean_squared(const float* x, const float* targets, const float* scale, float* dx, float* terms, u32 batch) {
  const u64 i = thread_number(), count = (u64)batch * G::H * G::W * G::C;
  if (i >= count) return;
  const float distance = x[i] - targets[i];
  dx[i] = *scale * (2.f * distance / (float)count);
  terms[i] = distance * distance;
}

// The mean of so many terms: one block of 256 threads.
FN void loss_total(const float* terms, float* loss, u32 count) {
  __shared__ double all[256];
  double sum = 0.;
  for (u32 i = threadIdx.x; i < count; i += 256) sum += terms[i];
  all[threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.x) return;
  for (int i = 1; i < 256; i++) sum += all[i];
  *loss = (float)(sum / count);
}
