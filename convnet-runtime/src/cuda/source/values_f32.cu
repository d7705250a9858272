
// What volumes are made of in memory.
typedef float val;

// Four neighbours.
FN float4 load4(const float* from) { return *(const float4*)from; }
