// Kernels with and without a mistake: the emulator must tell them apart. faults CASE prints the sum that came out, or ends
// with what the emulator says.
#include "cuemu.h"

enum Mistake {
  NONE, NO_BARRIER, BARRIER_OF_HALF, NO_WAIT, OUT_OF_BOUNDS, NOT_ALIGNED, NO_ARRIVAL, WRONG_BYTES, TOO_EARLY, NO_RESULT, WRONG_STRIDE,
  WRONG_LEADING, WRONG_STEP, NO_FENCE, NO_PRODUCTS_FENCE, NOT_AT_1024, TOO_MANY_REGISTERS, ROW_NOT_ALIGNED
};

// The sum of 64 numbers: each is copied to shared memory and read by another thread.
__global__ void sum(const float* x, float* y, int mistake) {
  DYN_SMEM(bytes);
  float* all = (float*)bytes;
  const unsigned t = threadIdx.x;
  if (mistake == OUT_OF_BOUNDS) cuemu::shared(cuemu::SHARED + 1024, 4);
  all[t] = x[t];
  if (mistake == BARRIER_OF_HALF) {
    if (t < 32) __syncthreads();
  } else if (mistake != NO_BARRIER) {
    __syncthreads();
  }
  float v = mistake == NOT_ALIGNED ? ((float4*)(bytes + 4))->x : all[63 - t];
  for (int d = 16; d; d /= 2) v += __shfl_xor_sync(~0u, v, d);
  if (t % 32 == 0) atomicAdd(y, v);
}
CUEMU_KERNEL(sum)

// The same through asynchronous copies of 16 bytes.
__global__ void copied(const float* x, float* y, int mistake) {
  DYN_SMEM(bytes);
  const unsigned t = threadIdx.x, base = smem_u32(bytes);
  if (t < 16) cp_async16(base + 16 * t + (mistake == NOT_ALIGNED ? 4 : 0), x + 4 * t, 16);
  cp_commit();
  if (mistake != NO_WAIT) cp_wait<0>();
  __syncthreads();
  if (u32 rows[4]; mistake == ROW_NOT_ALIGNED) ldmatrix_x4(rows, base + 8);
  atomicAdd(y, ((float*)bytes)[t]);
}
CUEMU_KERNEL(copied)

// A thread waits for the others at an mbarrier.
__global__ void arrivals(const float* x, float* y, int mistake) {
  DYN_SMEM(bytes);
  const unsigned t = threadIdx.x, barrier = smem_u32(bytes) + (mistake == NOT_ALIGNED ? 4 : 0);
  float* all = (float*)(bytes + 64);
  if (t == 0) mbar_init(barrier, 63);
  __syncthreads();
  all[t] = x[t];
  if (t == 0) {
    mbar_wait(barrier, 0);
    for (int i = 0; i < 64; i++) *y += all[i];
  } else if (t != 5 || mistake != NO_ARRIVAL) {
    mbar_arrive(barrier);
  }
}
CUEMU_KERNEL(arrivals)

// The sum of 64 numbers by two warpgroups, to which another leaves registers.
__global__ void shared_out(const float* x, float* y, int mistake) {
  if (threadIdx.x < 128) {
    reg_dec<40>();
    return;
  }
  if (mistake == TOO_MANY_REGISTERS) reg_inc<256>();
  else reg_inc<232>();
  if (threadIdx.x < 192) atomicAdd(y, x[threadIdx.x - 128]);
}
CUEMU_KERNEL(shared_out)

// Twice the sum of 64 halves, as product of two matrices of 64 columns of k, of which the first row and the tenth column, or
// with `ACROSS` the last, count. With `TF32` twice the sum of 32 numbers from 16 on, in f32, a little less before they are rounded.
static TMap boxes[2];
template <int ACROSS, int TF32>
static void multiply(float* y, int mistake) {
  DYN_SMEM(bytes);
  const unsigned t = threadIdx.x, base = smem_u32(bytes), a = base, b = base + 8192, full = base + 8192 * 3;
  const u64 kind = 1ull << 62, stride = (u64)(mistake == WRONG_STRIDE ? 32 : 64) << 32;
  const u64 leading = (u64)(mistake == WRONG_LEADING ? 256 : ACROSS ? 512 : 1) << 16;
  float d[64] = {};
  if (t == 0) mbar_init(full, 1);
  if (t == 0 && mistake != NO_FENCE) fence_mbar_init();
  __syncthreads();
  auto bring = [&] {
    if (t) return;
    mbar_expect_tx(full, 3 * 8192 - (mistake == WRONG_BYTES ? 16 : 0));
    tma_load_4d(a + (mistake == NOT_ALIGNED ? 64 : 0), boxes, full, 0, 0, 0, 0);
    tma_load_4d(b, boxes + 1, full, 0, 0, 0, 0);
    tma_load_4d(b + 8192, boxes + 1, full, ACROSS ? 64 : 0, ACROSS ? 0 : 64, 0, 0);
  };
  bring();
  for (int step = 0; step < 2; step++) {
    if (step == 0 || mistake != NO_WAIT) mbar_wait(full, step);
    if (step == 0 || mistake != NO_PRODUCTS_FENCE) wgmma_fence();
    for (int k = 0; k < 4; k++) {
      const u64 by = k * (ACROSS ? 128 : mistake == WRONG_STEP ? 4 : 2);
      const u64 rows = ((a >> 4) + by + (mistake == NOT_AT_1024 ? 8 : 0)) | leading | stride | kind, columns = ((b >> 4) + by) | leading | stride | kind;
      if (TF32) wgmma_tf32(d, rows, columns, 1);
      else wgmma<ACROSS>(d, rows, columns, 1);
    }
    wgmma_commit();
    if (step == 0 && mistake == TOO_EARLY) bring();
    if (mistake != NO_RESULT) wgmma_wait<0>();
    __syncthreads();
    if (step == 0 && mistake != TOO_EARLY) bring();
  }
  // Row 0, and column 127 of thread 3, or 9 of thread 0.
  if (t == (ACROSS ? 3 : 0)) *y = d[ACROSS ? 61 : 5];
}
__global__ void multiplied(const float*, float* y, int mistake) { multiply<0, 0>(y, mistake); }
CUEMU_KERNEL(multiplied)
__global__ void multiplied_across(const float*, float* y, int mistake) { multiply<1, 0>(y, mistake); }
CUEMU_KERNEL(multiplied_across)
__global__ void multiplied_tf32(const float*, float* y, int mistake) { multiply<0, 1>(y, mistake); }
CUEMU_KERNEL(multiplied_tf32)

// Matrices of 64 and 128 columns and of 32 k in f32, that are rounded on their way or not.
static void make_boxes_tf32(bool rounded) {
  static u32 a[64 * 32], b[128 * 32];
  static cuemu::TensorMap maps[2];
  for (int k = 0; k < 32; k++) a[k] = __float_as_uint(k + 16) - 100, b[9 * 32 + k] = __float_as_uint(1);
  for (int i = 0; i < 2; i++) {
    const u64 rows = i ? 128 : 64, all = 128 * rows;
    maps[i] = {0, rounded, 4, 4, 128, (u8*)(i ? b : a), {32, rows, 1, 1}, {4, 128, all, all}, {32, 64, 1, 1}};
    boxes[i].opaque[0] = (u64)&maps[i];
  }
}

// Matrices of 64 and 128 columns and of 64 k.
static void make_boxes(bool across) {
  static u16 a[64 * 64], b[128 * 64];
  static cuemu::TensorMap maps[2];
  const int column = across ? 127 : 9;
  for (int k = 0; k < 64; k++) {
    a[across ? k * 64 : k] = cuemu::to_bf16(k / 2.f);
    b[across ? k * 128 + column : column * 64 + k] = cuemu::to_bf16(1);
  }
  for (int i = 0; i < 2; i++) {
    u64 rows = i ? 128 : 64, line = across ? rows : 64, lines = across ? 64 : rows;
    maps[i] = {0, 0, 4, 2, 128, (u8*)(i ? b : a), {line, lines, 1, 1}, {2, 2 * line, 2 * line * lines, 2 * line * lines}, {64, 64, 1, 1}};
    boxes[i].opaque[0] = (u64)&maps[i];
  }
}

typedef void* (*Bind)(const unsigned*, const unsigned*, unsigned, void**);

int main(int count, char** arguments) {
  struct Case { const char* name; Bind kernel; int mistake; unsigned threads = 64; } cases[] = {
      {"sum", cuemu_bind_sum, NONE},
      {"copied", cuemu_bind_copied, NONE},
      {"arrivals", cuemu_bind_arrivals, NONE},
      {"shared_out", cuemu_bind_shared_out, NONE, 384},
      {"no_barrier", cuemu_bind_sum, NO_BARRIER},
      {"barrier_of_half", cuemu_bind_sum, BARRIER_OF_HALF},
      {"out_of_bounds", cuemu_bind_sum, OUT_OF_BOUNDS},
      {"no_wait", cuemu_bind_copied, NO_WAIT},
      {"not_aligned", cuemu_bind_copied, NOT_ALIGNED},
      {"no_arrival", cuemu_bind_arrivals, NO_ARRIVAL},
      {"barrier_not_aligned", cuemu_bind_arrivals, NOT_ALIGNED},
      {"row_not_aligned", cuemu_bind_copied, ROW_NOT_ALIGNED},
      {"multiplied", cuemu_bind_multiplied, NONE, 128},
      {"multiplied_across", cuemu_bind_multiplied_across, NONE, 128},
      {"multiplied_tf32", cuemu_bind_multiplied_tf32, NONE, 128},
      {"not_rounded_tf32", cuemu_bind_multiplied_tf32, NONE, 128},
      {"wrong_step_tf32", cuemu_bind_multiplied_tf32, WRONG_STEP, 128},
      {"no_wait_for_copies", cuemu_bind_multiplied, NO_WAIT, 128},
      {"copied_too_early", cuemu_bind_multiplied, TOO_EARLY, 128},
      {"no_result", cuemu_bind_multiplied, NO_RESULT, 128},
      {"wrong_stride", cuemu_bind_multiplied, WRONG_STRIDE, 128},
      {"wrong_step", cuemu_bind_multiplied, WRONG_STEP, 128},
      {"wrong_stride_across", cuemu_bind_multiplied_across, WRONG_STRIDE, 128},
      {"wrong_leading_across", cuemu_bind_multiplied_across, WRONG_LEADING, 128},
      {"wrong_bytes", cuemu_bind_multiplied, WRONG_BYTES, 128},
      {"number_not_aligned", cuemu_bind_sum, NOT_ALIGNED},
      {"no_fence", cuemu_bind_multiplied, NO_FENCE, 128},
      {"no_products_fence", cuemu_bind_multiplied, NO_PRODUCTS_FENCE, 128},
      {"not_at_1024", cuemu_bind_multiplied, NOT_AT_1024, 128},
      {"too_many_registers", cuemu_bind_shared_out, TOO_MANY_REGISTERS, 384},
      {"copy_not_aligned", cuemu_bind_multiplied, NOT_ALIGNED, 128},
  };
  alignas(16) float x[64], y = 0;
  for (int i = 0; i < 64; i++) x[i] = i;
  float *from = x, *to = &y;
  for (auto& c : cases) {
    if (count < 2 || strcmp(c.name, arguments[1])) continue;
    unsigned grid[3] = {1, 1, 1}, block[3] = {c.threads, 1, 1};
    if (strstr(c.name, "tf32")) make_boxes_tf32(!strstr(c.name, "not_rounded"));
    else make_boxes(strstr(c.name, "across"));
    void* parameters[] = {&from, &to, &c.mistake};
    auto* work = (std::function<void()>*)c.kernel(grid, block, c.threads == 64 ? 512 : 3 * 8192 + 64, parameters);
    (*work)();
    delete work;
    printf("%g\n", y);
    return 0;
  }
  return 2;
}
