// What a thread sees and calls: its place, barriers, exchange within a warp, atomics, mathematics.
#pragma once

#define threadIdx (cuemu::cur->tid)
#define blockIdx (cuemu::blk->bid)
#define blockDim (cuemu::blk->bdim)
#define gridDim (cuemu::blk->gdim)
#define warpSize 32

static inline void __syncthreads() { cuemu::arrive(cuemu::blk->barriers[0], cuemu::blk->threads, "__syncthreads"); }
DEV void bar_sync(int id, int n) { cuemu::arrive(cuemu::blk->barriers[id], n, "a named barrier"); }
static inline void __syncwarp(unsigned = ~0u) { cuemu::warp_sync(); }
static inline void __threadfence() {}
static inline void __threadfence_block() {}

// Every lane of the warp must take part.
template <class T>
static inline T cuemu_shuffle(T v, unsigned lane) {
  using namespace cuemu;
  cur->exchange = &v;
  warp_sync();
  unsigned from = (cur->lin & ~31u) + (lane & 31);
  T r = from < blk->threads ? *(const T*)blk->fibers[from].exchange : v;
  warp_sync();
  return r;
}
static inline unsigned cuemu_lane() { return cuemu::cur->lin & 31; }
template <class T>
static inline T __shfl_sync(unsigned, T v, int lane, int width = 32) {
  return cuemu_shuffle(v, (cuemu_lane() & ~(width - 1)) + (lane & (width - 1)));
}
template <class T>
static inline T __shfl_xor_sync(unsigned, T v, int mask, int = 32) {
  return cuemu_shuffle(v, cuemu_lane() ^ mask);
}
template <class T>
static inline T __shfl_down_sync(unsigned, T v, unsigned by, int width = 32) {
  unsigned lane = cuemu_lane();
  return cuemu_shuffle(v, (lane & (width - 1)) + by >= unsigned(width) ? lane : lane + by);
}
template <class T>
static inline T __shfl_up_sync(unsigned, T v, unsigned by, int width = 32) {
  unsigned lane = cuemu_lane();
  return cuemu_shuffle(v, (lane & (width - 1)) < by ? lane : lane - by);
}
static inline unsigned __ballot_sync(unsigned, int predicate) {
  unsigned bits = 0;
  for (int lane = 0; lane < 32; lane++) bits |= unsigned(cuemu_shuffle(predicate != 0, lane)) << lane;
  return bits;
}
static inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }

static inline float atomicAdd(float* p, float v) { return std::atomic_ref<float>(*p).fetch_add(v); }
static inline unsigned atomicAdd(unsigned* p, unsigned v) { return std::atomic_ref<unsigned>(*p).fetch_add(v); }
static inline unsigned atomicOr(unsigned* p, unsigned v) { return std::atomic_ref<unsigned>(*p).fetch_or(v); }
static inline unsigned atomicMin(unsigned* p, unsigned v) {
  std::atomic_ref<unsigned> a(*p);
  unsigned old = a.load();
  while (v < old && !a.compare_exchange_weak(old, v)) {}
  return old;
}
static inline unsigned atomicMax(unsigned* p, unsigned v) {
  std::atomic_ref<unsigned> a(*p);
  unsigned old = a.load();
  while (v > old && !a.compare_exchange_weak(old, v)) {}
  return old;
}

template <class To, class From>
static inline To cuemu_bits(From v) {
  static_assert(sizeof(To) == sizeof(From));
  To r;
  memcpy(&r, &v, sizeof r);
  return r;
}
static inline unsigned __float_as_uint(float v) { return cuemu_bits<unsigned>(v); }
static inline int __float_as_int(float v) { return cuemu_bits<int>(v); }
static inline float __uint_as_float(unsigned v) { return cuemu_bits<float>(v); }
static inline float __int_as_float(int v) { return cuemu_bits<float>(v); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fdividef(float a, float b) { return a / b; }
// The host's headers declare functions of these names.
#define __expf expf
#define __logf logf
static inline float rsqrtf(float v) { return 1.0f / sqrtf(v); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return unsigned(u64(a) * b >> 32); }
static inline u64 __umul64hi(u64 a, u64 b) { return u64((unsigned __int128)a * b >> 64); }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __ffs(int v) { return __builtin_ffs(v); }
static inline int __clz(int v) { return v ? __builtin_clz(v) : 32; }
template <class T>
static inline T __ldg(const T* p) { return *p; }
template <class A, class B>
static inline std::common_type_t<A, B> min(A a, B b) {
  using T = std::common_type_t<A, B>;
  return T(b) < T(a) ? T(b) : T(a);
}
template <class A, class B>
static inline std::common_type_t<A, B> max(A a, B b) {
  using T = std::common_type_t<A, B>;
  return T(a) < T(b) ? T(b) : T(a);
}
