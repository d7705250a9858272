// Fragments of bfloat16 numbers: 16 of k at a time.
FN void write_piece(u32 to, const val (&v)[8]) {
  u32 words[4];
  for (int q = 0; q < 4; q++) words[q] = v[2 * q].bits | (u32)v[2 * q + 1].bits << 16;
  write_shared(to, make_uint4(words[0], words[1], words[2], words[3]));
}

// 16 rows from m on.
template<class Side, int ALONG_K> FN void fragment_a(u32 (&r)[4], u32 tile, int m, int k, int lane) {
  if (ALONG_K) ldmatrix_x4(r, tile + Side::at(m + lane % 16, k / 8 + lane / 16));
  else ldmatrix_x4_trans(r, tile + Side::at(k + lane / 16 * 8 + lane % 8, m / 8 + lane / 8 % 2));
}

// Twice 8 columns from n on.
template<class Side, int ALONG_K> FN void fragment_b(u32 (&r)[4], u32 tile, int n, int k, int lane) {
  if (ALONG_K) ldmatrix_x4(r, tile + Side::at(n + lane / 16 * 8 + lane % 8, k / 8 + lane / 8 % 2));
  else ldmatrix_x4_trans(r, tile + Side::at(k + lane / 8 % 2 * 8 + lane % 8, n / 8 + lane / 16));
}

FN void multiply(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) { mma_m16n8k16(d, a, b0, b1); }
