// What runs beside the threads: mbarriers, bulk tensor copies (TMA), asynchronous copies of 16 bytes.
#pragma once

#ifndef CUEMU_TMAP
#define CUEMU_TMAP
struct __attribute__((aligned(128))) TMap { u64 opaque[16]; };
#endif

namespace cuemu {

// As on the device, 64 bits of shared memory: phase, arrivals to come, arrivals of a phase, bytes to come.
struct MBarrier { u64 phase : 1, pending : 20, count : 20; int64_t bytes : 23; };

static inline MBarrier* mbarrier(u32 address) {
  if (address & 7) fault("an mbarrier is not aligned to 8 bytes", address);
  return (MBarrier*)shared(address, 8);
}
static inline void turn(MBarrier* m) {
  if (m->pending == 0 && m->bytes == 0) {
    m->phase ^= 1;
    m->pending = m->count;
    blk->progress++;
  }
}

// To the nearest, to the even one between two.
static inline u32 round_tf32(u32 v) { return (v & 0x7FFFFFFF) > 0x7F800000 ? v : (v + 0xFFF + (v >> 13 & 1)) & 0xFFFFE000; }

static inline u32 rows(const TensorMap& t) {
  if (t.im2col) return t.pixels;
  u32 n = 1;
  for (u32 k = 1; k < t.rank; k++) n *= t.box[k];
  return n;
}
static inline u32 row_bytes(const TensorMap& t) { return (t.im2col ? t.channels : t.box[0]) * t.elem; }

// One row of a box, zeros where the box leaves the tensor; the swizzle exchanges pieces of 16 bytes by address bits.
static void bulk_row(const TensorMap& t, u32 to, const int64_t* c) {
  bool inside = true;
  const u8* from = t.base;
  for (u32 k = 1; k < t.rank; k++) {
    if (c[k] < 0 || u64(c[k]) >= t.dim[k]) inside = false;
    else from += u64(c[k]) * t.stride[k];
  }
  if (c[0] < 0) fault("a negative innermost coordinate is not emulated");
  u64 valid = inside && u64(c[0]) < t.dim[0] ? (t.dim[0] - c[0]) * t.elem : 0;
  from += u64(c[0]) * t.elem;
  u32 mask = t.swizzle == 128 ? 7 : t.swizzle == 64 ? 3 : t.swizzle == 32 ? 1 : 0;
  for (u32 i = 0; i < row_bytes(t); i += 16) {
    u32 address = to + i;
    u8* d = shared(address ^ ((address >> 7 & mask) << 4), 16);
    u64 n = i >= valid ? 0 : valid - i < 16 ? valid - i : 16;
    if (n) memcpy(d, from + i, n);
    memset(d + n, 0, 16 - n);
    if (t.tf32) for (int q = 0; q < 4; q++) ((u32*)d)[q] = round_tf32(((u32*)d)[q]);
  }
}

static void bulk_run(const BulkCopy& q) {
  const TensorMap& t = *q.map;
  int64_t w = q.at[1], h = q.at[2], n = q.at[3];
  for (u32 r = 0; r < rows(t); r++) {
    int64_t c[5] = {q.at[0], 0, 0, 0, 0};
    if (t.im2col) {
      c[1] = w + q.offset[0], c[2] = h + q.offset[1], c[3] = n;
      if (++w > int64_t(t.dim[1]) - 1 + t.hi[0]) {
        w = t.lo[0];
        if (++h > int64_t(t.dim[2]) - 1 + t.hi[1]) h = t.lo[1], n++;
      }
    } else {
      u32 x = r;
      for (u32 k = 1; k < t.rank; k++) c[k] = q.at[k] + x % t.box[k], x /= t.box[k];
    }
    bulk_row(t, q.to + r * row_bytes(t), c);
  }
  MBarrier* m = mbarrier(q.barrier);
  m->bytes -= rows(t) * row_bytes(t);
  turn(m);
  blk->progress++;
}

static bool bulk_step() {
  if (blk->bulk.empty()) return false;
  BulkCopy q = blk->bulk.front();
  blk->bulk.pop_front();
  bulk_run(q);
  return true;
}

static inline void bulk_issue(u32 to, const TMap* map, u32 barrier, int c0, int c1, int c2, int c3, int ow, int oh) {
  const TensorMap* t = (const TensorMap*)map->opaque[0];
  u32 bytes = rows(*t) * row_bytes(*t);
  if (to & 127) fault("a bulk copy's target is not aligned to 128 bytes", to);
  if (blk->unfenced) fault("a bulk copy without a fence behind the making of mbarriers", barrier);
  memset(shared(to, bytes), 0xFF, bytes);
  blk->bulk.push_back(BulkCopy{t, to, barrier, {c0, c1, c2, c3, 0}, {ow, oh}});
}

// Statically declared shared memory lies in the host's thread-local storage: windows of 1 MiB get numbers.
inline thread_local const u8* windows[64];
inline thread_local u32 window_count = 0;
static const u32 WINDOW = 0x80000000u;
static inline u8* anywhere(u32 address, u32 bytes) {
  return address & WINDOW ? (u8*)windows[address >> 20 & 0x7FF] + (address & 0xFFFFF) : shared(address, bytes);
}
static inline u8* piece(u32 address) {
  if (address & 15) fault("an access of 16 bytes of shared memory is not aligned to as many", address);
  return anywhere(address, 16);
}

}  // namespace cuemu

DEV u32 smem_u32(const void* p) {
  using namespace cuemu;
  const u8* q = (const u8*)p;
  if (q >= blk->smem && q < blk->smem + blk->smem_bytes) return SHARED + u32(q - blk->smem);
  for (u32 i = 0; i < window_count; i++)
    if (q >= windows[i] && q < windows[i] + (1 << 20)) return WINDOW + (i << 20) + u32(q - windows[i]);
  if (window_count == 64) fault("too many places of shared memory");
  windows[window_count++] = (const u8*)(uintptr_t(q) & ~uintptr_t(0xFFFF));
  return smem_u32(p);
}
DEV void mbar_init(u32 b, u32 n) {
  auto* m = cuemu::mbarrier(b);
  m->phase = 0, m->count = n, m->pending = n, m->bytes = 0;
  cuemu::blk->unfenced = true;
}
DEV void mbar_expect_tx(u32 b, u32 bytes) {
  auto* m = cuemu::mbarrier(b);
  if (!m->pending) cuemu::fault("too many arrivals at an mbarrier", b);
  m->bytes += bytes, m->pending--;
  cuemu::turn(m);
}
DEV void mbar_arrive(u32 b) {
  auto* m = cuemu::mbarrier(b);
  if (!m->pending) cuemu::fault("too many arrivals at an mbarrier", b);
  m->pending--;
  cuemu::turn(m);
}
DEV void mbar_wait(u32 b, u32 parity) {
  auto* m = cuemu::mbarrier(b);
  while (m->phase == (parity & 1)) cuemu::yield("an mbarrier", b);
}
DEV void fence_mbar_init() { cuemu::blk->unfenced = false; }
DEV void fence_async_smem() {}
DEV void tma_load_2d(u32 to, const TMap* t, u32 b, int c0, int c1) { cuemu::bulk_issue(to, t, b, c0, c1, 0, 0, 0, 0); }
DEV void tma_load_4d(u32 to, const TMap* t, u32 b, int c0, int c1, int c2, int c3) {
  cuemu::bulk_issue(to, t, b, c0, c1, c2, c3, 0, 0);
}
DEV void tma_load_im2col_4d(u32 to, const TMap* t, u32 b, int c0, int w, int h, int n, u16 ow, u16 oh) {
  cuemu::bulk_issue(to, t, b, c0, w, h, n, ow, oh);
}
// Copies so many bytes, and zeros behind them up to 16.
DEV void cp_async16(u32 to, const void* from, int bytes) {
  u8* d = cuemu::anywhere(to, 16);
  if (to & 15 || uintptr_t(from) & 15) cuemu::fault("an asynchronous copy is not aligned to 16 bytes", to);
  memset(d, 0xFF, 16);
  cuemu::cur->copies.push_back({d, from, bytes});
}
DEV void cp_commit() {
  cuemu::cur->copy_groups.push_back(std::move(cuemu::cur->copies));
  cuemu::cur->copies.clear();
}
template <int N>
DEV void cp_wait() {
  auto& groups = cuemu::cur->copy_groups;
  for (; groups.size() > N; groups.pop_front())
    for (auto& c : groups.front())
      memcpy(c.to, c.from, c.bytes), memset((u8*)c.to + c.bytes, 0, 16 - c.bytes);
}
DEV u32 read_shared(u32 address) { return *(const u32*)cuemu::anywhere(address, 4); }
DEV void write_shared(u32 address, uint4 words) { memcpy(cuemu::piece(address), &words, 16); }
