// CUDA C on the CPU, for tests of what kernels compute: a fiber for each thread of a block, one block after the other on
// each thread of the host. Not for speed, and not for what only hardware shows (memory ordering, bank conflicts).
//
// What is asynchronous on the device (bulk and plain asynchronous copies, wgmma) happens as late as the kernel's own waits
// allow; until then its target holds NaN. A wait that is missing is therefore a wrong result, not luck.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __shared__ static thread_local
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(n) __attribute__((aligned(n)))
#define DEV static inline
#define DYN_SMEM(name) u8* name = cuemu::blk->smem

#ifndef CUEMU_TYPES
#define CUEMU_TYPES
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned short u16;
typedef unsigned char u8;
#endif

struct uint3_ { unsigned x, y, z; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) float2 { float x, y; };
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

#include "block.h"
#include "thread.h"
#include "async.h"
#include "matrix.h"
