// Tensor cores: mma.sync with its loads, and wgmma. Products are exact. Of a sum of four with what was there before, a device
// cuts off what an f32 has no place for, always towards zero; it may take more of them at once.
#pragma once

namespace cuemu {

static inline float from_bf16(u16 v) { return __uint_as_float(u32(v) << 16); }
static inline u16 to_bf16(float f) {
  u32 u = __float_as_uint(f);
  if ((u & 0x7FFFFFFF) > 0x7F800000) return 0x7FFF;
  return u16((u + 0x7FFF + (u >> 16 & 1)) >> 16);
}
static inline float to_tf32(u32 u) { return __uint_as_float(u & 0xFFFFE000); }
static inline float cut(double v) {
  float f = float(v);
  return fabs(double(f)) > fabs(v) ? __uint_as_float(__float_as_uint(f) - 1) : f;
}
// s + a(0) b(0) + a(1) b(1) + ..
template <class A, class B>
static inline float add_products(float s, u32 depth, const A& a, const B& b) {
  for (u32 k = 0; k < depth; k += 4) {
    double four = s;
    for (u32 q = k; q < k + 4; q++) four += double(a(q)) * b(q);
    s = cut(four);
  }
  return s;
}

// A row of 32 bytes of an operand, 16 values of bfloat16 or 8 of TF32, as its descriptor says. Where k runs along the rows, eight of them are `stride` from
// the next; where a row is one k, it has 64 rows of the operand, those with the next 64 are `leading` away, and eight k
// are `stride` from the next.
static inline void operand_row(u64 descriptor, u32 r, const Product& w, float* o) {
  u32 start = (descriptor & 0x3FFF) << 4, leading = (descriptor >> 16 & 0x3FFF) << 4;
  u32 stride = (descriptor >> 32 & 0x3FFF) << 4;
  if (descriptor >> 62 != 1) fault("only the swizzle of 128 bytes is emulated", descriptor >> 62);
  // The pattern of exchanged pieces begins where its base offset says.
  if ((start >> 7 & 7) != (descriptor >> 49 & 7)) fault("an operand does not begin at 1024 bytes", start, descriptor >> 49 & 7);
  if (w.across) {
    u32 first = start + r / 64 * leading + r % 64 * 2;
    for (u32 k = 0; k < 16; k++) {
      u32 a = first + k / 8 * stride + k % 8 * 128;
      o[k] = from_bf16(*(const u16*)shared(a ^ ((a >> 7 & 7) << 4), 2));
    }
    return;
  }
  for (u32 c = 0; c < 2; c++) {
    u32 a = start + (r >> 3) * stride + (r & 7) * 128 + c * 16;
    const u8* p = shared(a ^ ((a >> 7 & 7) << 4), 16);
    if (w.tf32) for (int i = 0; i < 4; i++) o[c * 4 + i] = to_tf32(((const u32*)p)[i]);
    else for (int i = 0; i < 8; i++) o[c * 8 + i] = from_bf16(((const u16*)p)[i]);
  }
}

// The part of d[64][n] += a[64][depth] b[n][depth]^T that lies in this thread's registers.
static inline void multiply(const Product& w) {
  const int depth = w.tf32 ? 8 : 16;
  u32 t = cur->lin & 127, lane = t & 31, row = (t >> 5) * 16 + (lane >> 2);
  float a[2][16], b[16];
  operand_row(w.a, row, w, a[0]);
  operand_row(w.a, row + 8, w, a[1]);
  for (int j = 0; j < w.n / 8; j++)
    for (int e = 0; e < 2; e++) {
      operand_row(w.b, j * 8 + (lane & 3) * 2 + e, w, b);
      for (int h = 0; h < 2; h++) {
        float& d = w.d[4 * j + 2 * h + e];
        d = add_products(w.scale ? d : 0.f, depth, [&](u32 k) { return a[h][k]; }, [&](u32 k) { return b[k]; });
      }
    }
}

}  // namespace cuemu

DEV void wgmma_fence() { cuemu::cur->fenced = true; }
DEV void wgmma_commit() {
  cuemu::cur->product_groups.push_back(std::move(cuemu::cur->products));
  cuemu::cur->products.clear();
}
template <int N>
DEV void wgmma_wait() {
  auto& groups = cuemu::cur->product_groups;
  for (; groups.size() > N; groups.pop_front())
    for (auto& w : groups.front()) cuemu::multiply(w);
  // The sums may be read and written now, and a fence comes between that and the next products.
  if (groups.empty() && cuemu::cur->products.empty()) cuemu::cur->fenced = false;
}
template <int R>
DEV void reg_inc() {
  static_assert(R % 8 == 0 && R >= 24 && R <= 256);
  auto& own = cuemu::cur->registers;
  if (R < own) cuemu::fault("registers to get are fewer than there are", R, own);
  while (cuemu::blk->registers < R - own) cuemu::yield("registers", R);
  cuemu::blk->registers -= R - own, own = R;
}
template <int R>
DEV void reg_dec() {
  static_assert(R % 8 == 0 && R >= 24 && R <= 256);
  auto& own = cuemu::cur->registers;
  if (R > own) cuemu::fault("registers to keep are more than there are", R, own);
  cuemu::blk->registers += own - R, own = R, cuemu::blk->progress++;
}
static inline void cuemu_issue(const cuemu::Product& w) {
  if (!cuemu::cur->fenced) cuemu::fault("a product without a fence before it", cuemu::cur->lin);
  cuemu::cur->products.push_back(w);
}
// N is twice the number of sums; `ACROSS`: operands lie as rows of one k each.
template <int ACROSS, size_t SUMS>
DEV void wgmma(float (&d)[SUMS], u64 a, u64 b, int scale) {
  static_assert(SUMS % 4 == 0 && SUMS <= 128);
  cuemu_issue({d, int(2 * SUMS), a, b, scale, ACROSS != 0, false});
}
// The low 13 bits of the operands do not count.
template <size_t SUMS>
DEV void wgmma_tf32(float (&d)[SUMS], u64 a, u64 b, int scale) {
  static_assert(SUMS % 4 == 0 && SUMS <= 128);
  cuemu_issue({d, int(2 * SUMS), a, b, scale, false, true});
}

DEV u32 pack_bf16(float low, float high) { return u32(cuemu::to_bf16(low)) | u32(cuemu::to_bf16(high)) << 16; }
DEV float bf16_f(u16 v) { return cuemu::from_bf16(v); }

// Lane l gives the address of row l % 8 of matrix l / 8, and gets two values of row l / 4 of each matrix.
DEV void ldmatrix_x4(u32 (&r)[4], u32 address) {
  using namespace cuemu;
  cur->exchange = piece(address);
  warp_sync();
  u32 lane = cur->lin & 31, warp = cur->lin & ~31u;
  for (int m = 0; m < 4; m++)
    memcpy(&r[m], (const u8*)blk->fibers[warp + m * 8 + (lane >> 2)].exchange + (lane & 3) * 4, 4);
  warp_sync();
}
// The same of matrices that are read by columns.
DEV void ldmatrix_x4_trans(u32 (&r)[4], u32 address) {
  using namespace cuemu;
  cur->exchange = piece(address);
  warp_sync();
  u32 lane = cur->lin & 31, warp = cur->lin & ~31u;
  for (int m = 0; m < 4; m++) {
    auto at = [&](u32 row) { return ((const u16*)blk->fibers[warp + m * 8 + row].exchange)[lane >> 2]; };
    r[m] = u32(at((lane & 3) * 2)) | u32(at((lane & 3) * 2 + 1)) << 16;
  }
  warp_sync();
}

// d[16][8] += a[16][16] b[16][8] in bfloat16.
DEV void mma_m16n8k16(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  using namespace cuemu;
  struct Registers { u32 a[4], b[2]; } own = {{a[0], a[1], a[2], a[3]}, {b0, b1}};
  cur->exchange = &own;
  warp_sync();
  u32 lane = cur->lin & 31, warp = cur->lin & ~31u, group = lane >> 2, t = lane & 3;
  auto half = [](u32 v, u32 k) { return from_bf16(u16(k & 1 ? v >> 16 : v)); };
  auto of = [&](u32 l) -> const Registers& { return *(const Registers*)blk->fibers[warp + l].exchange; };
  auto A = [&](u32 r, u32 k) { return half(of((r & 7) * 4 + (k & 7) / 2).a[(r >> 3) + 2 * (k >> 3)], k); };
  auto B = [&](u32 k, u32 n) { return half(of(n * 4 + (k & 7) / 2).b[k >> 3], k); };
  for (u32 i = 0; i < 4; i++)
    d[i] = add_products(d[i], 16, [&](u32 k) { return A(group + (i >> 1) * 8, k); }, [&](u32 k) { return B(k, t * 2 + (i & 1)); });
  warp_sync();
}

// d[16][8] += a[16][8] b[8][8] in TF32: the low 13 bits of the operands do not count.
DEV void mma_m16n8k8_tf32(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  using namespace cuemu;
  struct Registers { u32 a[4], b[2]; } own = {{a[0], a[1], a[2], a[3]}, {b0, b1}};
  cur->exchange = &own;
  warp_sync();
  u32 lane = cur->lin & 31, warp = cur->lin & ~31u, group = lane >> 2, t = lane & 3;
  auto of = [&](u32 l) -> const Registers& { return *(const Registers*)blk->fibers[warp + l].exchange; };
  auto A = [&](u32 r, u32 k) { return to_tf32(of((r & 7) * 4 + (k & 3)).a[(r >> 3) + 2 * (k >> 2)]); };
  auto B = [&](u32 k, u32 n) { return to_tf32(of(n * 4 + (k & 3)).b[k >> 2]); };
  for (u32 i = 0; i < 4; i++)
    d[i] = add_products(d[i], 8, [&](u32 k) { return A(group + (i >> 1) * 8, k); }, [&](u32 k) { return B(k, t * 2 + (i & 1)); });
  warp_sync();
}
