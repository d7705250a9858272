
// What volumes are made of in memory.
typedef float val;

// Eight neighbours of ALL, or as many of them as there are; the first is at a multiple of 16 bytes.
template<int ALL> FN void load_8(const float* from, int first, float (&v)[8]) {
  if (first + 8 <= ALL) {
    const float4 p = ((const float4*)(from + first))[0], q = ((const float4*)(from + first))[1];
    v[0] = p.x, v[1] = p.y, v[2] = p.z, v[3] = p.w, v[4] = q.x, v[5] = q.y, v[6] = q.z, v[7] = q.w;
  } else {
    for (int q = 0; q < 8; q++) v[q] = first + q < ALL ? from[first + q] : 0.f;
  }
}
// Rows of ALL may lie one after the other.
template<int ALL> FN void store_8(float* to, int first, const float (&v)[8]) {
  if (first + 8 <= ALL && ALL % 4 == 0) {
    ((float4*)(to + first))[0] = make_float4(v[0], v[1], v[2], v[3]);
    ((float4*)(to + first))[1] = make_float4(v[4], v[5], v[6], v[7]);
  } else {
    for (int q = 0; q < 8; q++) if (first + q < ALL) to[first + q] = v[q];
  }
}
