
// What a step needs around the network's own kernels.

// [n][c][pixel] to [n][pixel][c].
template<class Y> FN void transpose(const float* x, Y* y, u32 channels, u32 plane, u32 count) {
  const u64 i = thread_number();
  if (i >= count) return;
  const u32 c = i % channels, pixel = i / channels % plane, n = i / channels / plane;
  y[i] = x[((u64)n * channels + c) * plane + pixel];
}

// The input.
extern "C" __global__ void __launch_bounds__(256) to_volume(const float* x, val* y, u32 channels, u32 plane, u32 count) {
  transpose(x, y, channels, plane, count);
}
CUEMU_KERNEL(to_volume)

// Targets, and gradients of logits.
extern "C" __global__ void __launch_bounds__(256) to_pixels(const float* x, float* y, u32 channels, u32 plane, u32 count) {
  transpose(x, y, channels, plane, count);
}
CUEMU_KERNEL(to_pixels)

// failed[0] becomes 1 if a loss or a gradient is infinite or not a number, failed[1] the first such gradient's place.
extern "C" __global__ void __launch_bounds__(256) judge(const float* gradients, const float* losses, u32* failed,
                                                        u32 count, u32 heads) {
  const u64 first = thread_number(), step = (u64)gridDim.x * blockDim.x;
  for (u64 i = first; i < count; i += step) {
    if (gradients[i] - gradients[i] == 0.f) continue;
    atomicMin(failed + 1, (u32)i);
    failed[0] = 1;
  }
  for (u64 i = first; i < heads; i += step) {
    if (!(losses[i] - losses[i] == 0.f)) failed[0] = 1;
  }
}
CUEMU_KERNEL(judge)

// What was kept comes back if the step has failed.
extern "C" __global__ void __launch_bounds__(256) restore(const u32* failed, const float* kept, float* values, u32 count) {
  const u64 i = thread_number();
  if (i < count && *failed) values[i] = kept[i];
}
CUEMU_KERNEL(restore)
