// parts[j]: mean and sum of squared distances from it, over the j-th part of the pixels, per channel.
template<class G> FN void bn_moments(const val* x, float* parts, u32 batch) {
  const Part part = part_of((u64)batch * G::H * G::W);
  const bool mine = part.c < G::C;
  float sum = 0.f, squares = 0.f;
  if (mine) for (u64 p = part.first + part.row; p < part.last; p += 8) sum += x[p * G::IN + part.c];
  const float count = (float)(part.last - part.first);
  const float mean = count > 0.f ? rows_sum(sum) / count : 0.f;
  if (mine) {
    for (u64 p = part.first + part.row; p < part.last; p += 8) {
      const float distance = x[p * G::IN + part.c] - mean;
      squares += distance * distance;
    }
  }
  squares = rows_sum(squares);
  if (part.row || !mine) return;
  parts[(u64)blockIdx.y * 2 * G::C + part.c] = mean;
  parts[((u64)blockIdx.y * 2 + 1) * G::C + part.c] = squares;
}

// Mean and variance of the batch of all parts (Chan, Golub and LeVeque 1979); moves the running ones, the variance without
// bias.
template<class G>
FN void bn_statistics(const float* parts, float* mean, float* variance, float* running_mean, float* running_variance,
                      u32 batch, u32 part_count) {
  const u64 c = thread_number();
  if (c >= G::C) return;
  const u64 pixels = (u64)batch * G::H * G::W, each = (pixels + part_count - 1) / part_count;
  double count = 0., average = 0., squares = 0.;
  for (u32 j = 0; j < part_count && j * each < pixels; j++) {
    const double more = (double)(pixels - j * each < each ? pixels - j * each : each);
    const double distance = (double)parts[(u64)j * 2 * G::C + c] - average, share = more / (count + more);
    average += distance * share;
    squares += (double)parts[((u64)j * 2 + 1) * G::C + c] + distance * distance * share * count;
    count += more;
  }
  const double momentum = G::momentum();
  mean[c] = (float)average, variance[c] = (float)(squares / count);
  running_mean[c] = (float)((1. - momentum) * running_mean[c] + momentum * average);
  if (count > 1.) running_variance[c] = (float)((1. - momentum) * running_variance[c] + momentum * squares / (count - 1.));
}

// y = f((x - mean) / sqrt(variance + eps) weight + bias + residual)
template<class G>
FN void bn_forward(const val* x, const float* mean, const float* variance, const float* weight, const float* bias,
                   const val* residual, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const float scale = weight[e.c] / sqrtf(variance[e.c] + G::eps());
  float v = (x[e.pixel * G::IN + e.c] - mean[e.c]) * scale + bias[e.c];
  if (G::RESIDUAL) v += residual[e.pixel * G::RES + e.c];
  y[e.pixel * G::OUT + e.c] = G::apply(v);
}

// parts[j]: sums of d = f'(y) dy and of d (x - mean) over the j-th part of the pixels.
template<class G>
FN void bn_sums(const val* x, const val* y, const val* dy, const float* mean, float* parts, u32 batch) {
  const Part part = part_of((u64)batch * G::H * G::W);
  const bool mine = part.c < G::C;
  float sum = 0.f, product = 0.f;
  if (mine) {
    for (u64 p = part.first + part.row; p < part.last; p += 8) {
      const float d = G::slope(y[p * G::OUT + part.c]) * dy[p * G::DY + part.c];
      sum += d, product += d * (x[p * G::IN + part.c] - mean[part.c]);
    }
  }
  sum = rows_sum(sum), product = rows_sum(product);
  if (part.row || !mine) return;
  parts[(u64)blockIdx.y * 2 * G::C + part.c] = sum;
  parts[((u64)blockIdx.y * 2 + 1) * G::C + part.c] = product;
}

// All parts: sum d and sum d z, where z = (x - mean) / deviation; they are the gradients of bias and weight.
template<class G>
FN void bn_gradients(const float* parts, const float* variance, float* sums, float* dweight, float* dbias, u32 part_count) {
  const u64 c = thread_number();
  if (c >= G::C) return;
  float sum = 0.f, product = 0.f;
  for (u32 j = 0; j < part_count; j++) {
    sum += parts[(u64)j * 2 * G::C + c], product += parts[((u64)j * 2 + 1) * G::C + c];
  }
  product /= sqrtf(variance[c] + G::eps());
  sums[c] = sum, sums[G::C + c] = product;
  if (G::TRAIN) put<G::ADD>(dbias + c, sum), put<G::ADD>(dweight + c, product);
}

// dx = weight / deviation (d - sum d / m - z sum d z / m), without the sums where the statistics do not depend on x.
template<class G>
FN void bn_backward(const val* x, const val* y, const val* dy, const float* mean, const float* variance,
                    const float* weight, const float* sums, val* dx, u32 batch) {
  const u64 i = thread_number(), count = (u64)batch * G::H * G::W;
  if (i >= count * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  const float scale = 1.f / sqrtf(variance[e.c] + G::eps()), share = 1.f / (float)count;
  float d = G::slope(y[e.pixel * G::OUT + e.c]) * dy[e.pixel * G::DY + e.c];
  if (G::BATCH) {
    const float z = (x[e.pixel * G::IN + e.c] - mean[e.c]) * scale;
    d -= (sums[e.c] + z * sums[G::C + e.c]) * share;
  }
  put<G::ADD>(dx + e.pixel * G::DX + e.c, weight[e.c] * scale * d);
}
