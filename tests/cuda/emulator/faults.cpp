// Kernels with and without a mistake: the emulator must tell them apart. faults CASE prints the sum that came out, or ends
// with what the emulator says.
#include "cuemu.h"

enum Mistake { NONE, NO_BARRIER, BARRIER_OF_HALF, NO_WAIT, OUT_OF_BOUNDS, NOT_ALIGNED, NO_ARRIVAL };

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
  float v = all[63 - t];
  for (int d = 16; d; d /= 2) v += __shfl_xor_sync(~0u, v, d);
  if (t % 32 == 0) atomicAdd(y, v);
}
CUEMU_KERNEL(sum)

// The same through asynchronous copies of 16 bytes.
__global__ void copied(const float* x, float* y, int mistake) {
  DYN_SMEM(bytes);
  const unsigned t = threadIdx.x, base = smem_u32(bytes);
  if (t < 16) cp_async16(base + 16 * t + (mistake == NOT_ALIGNED ? 4 : 0), x + 4 * t, true);
  cp_commit();
  if (mistake != NO_WAIT) cp_wait<0>();
  __syncthreads();
  atomicAdd(y, ((float*)bytes)[t]);
}
CUEMU_KERNEL(copied)

// A thread waits for the others at an mbarrier.
__global__ void arrivals(const float* x, float* y, int mistake) {
  DYN_SMEM(bytes);
  const unsigned t = threadIdx.x, barrier = smem_u32(bytes);
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

typedef void* (*Bind)(const unsigned*, const unsigned*, unsigned, void**);

int main(int count, char** arguments) {
  struct Case { const char* name; Bind kernel; int mistake; } cases[] = {
      {"sum", cuemu_bind_sum, NONE},
      {"copied", cuemu_bind_copied, NONE},
      {"arrivals", cuemu_bind_arrivals, NONE},
      {"no_barrier", cuemu_bind_sum, NO_BARRIER},
      {"barrier_of_half", cuemu_bind_sum, BARRIER_OF_HALF},
      {"out_of_bounds", cuemu_bind_sum, OUT_OF_BOUNDS},
      {"no_wait", cuemu_bind_copied, NO_WAIT},
      {"not_aligned", cuemu_bind_copied, NOT_ALIGNED},
      {"no_arrival", cuemu_bind_arrivals, NO_ARRIVAL},
  };
  alignas(16) float x[64], y = 0;
  for (int i = 0; i < 64; i++) x[i] = i;
  float *from = x, *to = &y;
  for (auto& c : cases) {
    if (count < 2 || strcmp(c.name, arguments[1])) continue;
    unsigned grid[3] = {1, 1, 1}, block[3] = {64, 1, 1};
    void* parameters[] = {&from, &to, &c.mistake};
    auto* work = (std::function<void()>*)c.kernel(grid, block, 512, parameters);
    (*work)();
    delete work;
    printf("%g\n", y);
    return 0;
  }
  return 2;
}
