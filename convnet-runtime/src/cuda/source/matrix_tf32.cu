// Fragments of numbers that are rounded to TF32, 11 significant bits: 8 of k at a time.
FN void write_piece(u32 to, const val (&v)[4]) {
  write_shared(to, make_uint4(__float_as_uint(v[0]), __float_as_uint(v[1]), __float_as_uint(v[2]), __float_as_uint(v[3])));
}

// To the nearest, away from zero between two.
FN void round_tf32(u32 (&r)[4]) {
  for (int i = 0; i < 4; i++) {
    const float v = __uint_as_float(r[i]);
    r[i] = v == v ? (r[i] + 0x1000) & 0xffffe000u : r[i];
  }
}

// 16 rows from m on.
template<class Side, int ALONG_K> FN void fragment_a(u32 (&r)[4], u32 tile, int m, int k, int lane) {
  if (ALONG_K) {
    ldmatrix_x4(r, tile + Side::at(m + lane % 16, k / 4 + lane / 16));
  } else {
    for (int i = 0; i < 4; i++) {
      const int row = m + lane / 4 + i % 2 * 8;
      r[i] = read_shared(tile + Side::at(k + lane % 4 + i / 2 * 4, row / 4) + row % 4 * 4);
    }
  }
  round_tf32(r);
}

// Twice 8 columns from n on.
template<class Side, int ALONG_K> FN void fragment_b(u32 (&r)[4], u32 tile, int n, int k, int lane) {
  if (ALONG_K) {
    ldmatrix_x4(r, tile + Side::at(n + lane / 16 * 8 + lane % 8, k / 4 + lane / 8 % 2));
  } else {
    for (int i = 0; i < 4; i++) {
      const int column = n + lane / 4 + i / 2 * 8;
      r[i] = read_shared(tile + Side::at(k + lane % 4 + i % 2 * 4, column / 4) + column % 4 * 4);
    }
  }
  round_tf32(r);
}

FN void multiply(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) { mma_m16n8k8_tf32(d, a, b0, b1); }
