
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

// Four neighbours.
FN float4 load4(const float* from) { return *(const float4*)from; }
FN float4 load4(const val* from) {
  const uint2 all = *(const uint2*)from;
  return {__uint_as_float(all.x << 16), __uint_as_float(all.x & 0xffff0000u), __uint_as_float(all.y << 16),
          __uint_as_float(all.y & 0xffff0000u)};
}
