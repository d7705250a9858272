
#ifndef CUEMU
FN u32 pack_bf16(float low, float high) {
  u32 packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
}
#endif

// What volumes are made of in memory: a number in bfloat16, the upper half of an f32. It is computed with as an f32 and
// rounded to the nearest when it is stored.
struct val {
  u16 bits;
  FN operator float() const { return __uint_as_float((u32)bits << 16); }
  FN void operator=(float v) { bits = (u16)pack_bf16(v, 0.f); }
};

// Eight neighbours of ALL, or as many of them as there are; the first is at a multiple of 16 bytes.
template<int ALL> FN void load_8(const val* from, int first, float (&v)[8]) {
  if (first + 8 <= ALL) {
    const uint4 packed = *(const uint4*)(from + first);
    const u32 words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
    for (int q = 0; q < 8; q++) v[q] = __uint_as_float(q % 2 ? words[q / 2] & 0xffff0000u : words[q / 2] << 16);
  } else {
    for (int q = 0; q < 8; q++) v[q] = first + q < ALL ? (float)from[first + q] : 0.f;
  }
}
template<int ALL> FN void store_8(val* to, int first, const float (&v)[8]) {
  if (first + 8 <= ALL) {
    *(uint4*)(to + first) = make_uint4(pack_bf16(v[0], v[1]), pack_bf16(v[2], v[3]), pack_bf16(v[4], v[5]), pack_bf16(v[6], v[7]));
  } else {
    for (int q = 0; q < 8; q++) if (first + q < ALL) to[first + q] = v[q];
  }
}
// The same in f32, where rows of ALL lie one after the other.
template<int ALL> FN void store_8(float* to, int first, const float (&v)[8]) {
  if (first + 8 <= ALL && ALL % 4 == 0) {
    ((float4*)(to + first))[0] = make_float4(v[0], v[1], v[2], v[3]);
    ((float4*)(to + first))[1] = make_float4(v[4], v[5], v[6], v[7]);
  } else {
    for (int q = 0; q < 8; q++) if (first + q < ALL) to[first + q] = v[q];
  }
}
