typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#ifndef CUEMU
#define CUEMU_KERNEL(name)
#define INFINITY __int_as_float(0x7f800000)
#define DYN_SMEM(name) extern __shared__ __align__(1024) u8 name[]
#endif
#define FN __device__ __forceinline__
#ifndef CUEMU
FN u32 smem_u32(const void* p) { return (u32)__cvta_generic_to_shared(p); }
#endif

// The number of this thread in a grid of one dimension.
FN u64 thread_number() { return (u64)blockIdx.x * blockDim.x + threadIdx.x; }

// Volumes lie as [n][y][x][pitch], of which the first C channels are used. Element i, c fastest.
struct Element { u64 pixel; u32 n; int y, x, c; };

template<int H, int W, int C> FN Element element(u64 i) {
  Element e;
  e.c = (int)(i % C), e.pixel = i / C;
  e.x = (int)(e.pixel % W), e.y = (int)(e.pixel / W % H), e.n = (u32)(e.pixel / (H * W));
  return e;
}

template<int H, int W> FN u64 pixel(u32 n, int y, int x) { return ((u64)n * H + y) * W + x; }

// Writes a gradient, or adds to what another reader of the same value has written.
template<int ADD, class T> FN void put(T* at, float v) { *at = ADD ? *at + v : v; }

FN int least(int a, int b) { return a < b ? a : b; }
FN int most(int a, int b) { return a > b ? a : b; }

// Sum over the 32 threads of a warp, the same in each.
FN float warp_sum(float v) {
  for (int d = 16; d; d /= 2) v += __shfl_xor_sync(~0u, v, d);
  return v;
}

FN float warp_max(float v) {
  for (int d = 16; d; d /= 2) v = fmaxf(v, __shfl_xor_sync(~0u, v, d));
  return v;
}
