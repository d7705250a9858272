// Tensor cores: products of fragments by a warp, and what loads and rounds their operands.
#ifndef CUEMU
FN u32 smem_u32(const void* p) { return (u32)__cvta_generic_to_shared(p); }
FN void ldmatrix_x4(u32 (&r)[4], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}
FN void mma_m16n8k16(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
FN void mma_m16n8k8_tf32(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
#endif

// To the nearest number of 11 significant bits, away from zero between two.
FN u32 round_tf32(float v) {
  const u32 bits = __float_as_uint(v);
  return v == v ? (bits + 0x1000) & 0xffffe000u : bits;
}

// What the four products of a warp's fragment, m16n8, are at: element i of the thread's.
FN int fragment_row(int lane, int i) { return lane / 4 + i / 2 * 8; }
FN int fragment_column(int lane, int i) { return lane % 4 * 2 + i % 2; }
