// Sums over pixels in two steps, in an order that depends on the sizes alone. A block has 32 channels and 8 rows of
// threads; block (i, j) of a grid takes channels 32 i .. and the j-th part of the pixels.
struct Part { u64 first, last; int c, row; };

FN Part part_of(u64 pixels) {
  const u64 each = (pixels + gridDim.y - 1) / gridDim.y, first = each * blockIdx.y, last = first + each;
  return {first < pixels ? first : pixels, last < pixels ? last : pixels, (int)(blockIdx.x * 32 + threadIdx.x % 32),
          (int)(threadIdx.x / 32)};
}

// The sum over the 8 rows of a block, the same in each.
FN float rows_sum(float v) {
  __shared__ float all[8][32];
  __syncthreads();
  all[threadIdx.x / 32][threadIdx.x % 32] = v;
  __syncthreads();
  float sum = 0.f;
  for (int row = 0; row < 8; row++) sum += all[row][threadIdx.x % 32];
  return sum;
}

// parts[j][c]: sums over the j-th part of the pixels.
template<class G, class X> FN void channel_sums(const X* x, float* parts, u32 batch) {
  const Part part = part_of((u64)batch * G::H * G::W);
  float sum = 0.f;
  if (part.c < G::C) for (u64 p = part.first + part.row; p < part.last; p += 8) sum += x[p * G::IN + part.c];
  sum = rows_sum(sum);
  if (part.row == 0 && part.c < G::C) parts[(u64)blockIdx.y * G::C + part.c] = sum;
}

// sums[i] = parts[0][i] + parts[1][i] + ..
template<class G> FN void add_parts(const float* parts, float* sums, u32 size, u32 count) {
  const u64 i = thread_number();
  if (i >= size) return;
  float sum = 0.f;
  for (u32 part = 0; part < count; part++) sum += parts[(u64)part * size + i];
  put<G::ADD>(sums + i, sum);
}
