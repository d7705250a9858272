// Products of 64 rows and N columns over 32 bytes of k by a warpgroup, 128 threads (sm_90a): operands in shared memory, in
// bfloat16 or TF32, sums in registers. Element 4 j + 2 h + e of thread t is row 16 (t / 32) + t % 32 / 4 + 8 h, column 8 j + t % 4 * 2 + e.
#ifndef CUEMU
FN void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
FN void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template<int N> FN void wgmma_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(N) : "memory"); }

#define SUMS_8(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), "+f"(d[i + 7])
#define SUMS_32(i) SUMS_8(i), SUMS_8(i + 8), SUMS_8(i + 16), SUMS_8(i + 24)
#define NAMES_0 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, " \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define NAMES_32 "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, " \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define NAMES_64 "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, " \
  "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95"
#define NAMES_96 "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, " \
  "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
#define WGMMA(N, NAMES, A, B, SCALE, TRANSPOSED, ...)                                                   \
  template<int T> FN void wgmma(float (&d)[N / 2], u64 a, u64 b, int scale) {                              \
    asm volatile("{\n.reg .pred add;\nsetp.ne.b32 add, %" SCALE ", 0;\n"                                  \
                 "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32.bf16.bf16 {" NAMES "}, %" A ", %" B         \
                 ", add, 1, 1, %" TRANSPOSED ", %" TRANSPOSED ";\n}"                                        \
                 : __VA_ARGS__ : "l"(a), "l"(b), "r"(scale), "n"(T));                                      \
  }                                                                                                     \
  FN void wgmma_tf32(float (&d)[N / 2], u64 a, u64 b, int scale) {                                         \
    asm volatile("{\n.reg .pred add;\nsetp.ne.b32 add, %" SCALE ", 0;\n"                                  \
                 "wgmma.mma_async.sync.aligned.m64n" #N "k8.f32.tf32.tf32 {" NAMES "}, %" A ", %" B          \
                 ", add, 1, 1;\n}" : __VA_ARGS__ : "l"(a), "l"(b), "r"(scale));                            \
  }
WGMMA(64, NAMES_0, "32", "33", "34", "35", SUMS_32(0))
WGMMA(128, NAMES_0 ", " NAMES_32, "64", "65", "66", "67", SUMS_32(0), SUMS_32(32))
WGMMA(192, NAMES_0 ", " NAMES_32 ", " NAMES_64, "96", "97", "98", "99", SUMS_32(0), SUMS_32(32), SUMS_32(64))
WGMMA(256, NAMES_0 ", " NAMES_32 ", " NAMES_64 ", " NAMES_96, "128", "129", "130", "131", SUMS_32(0), SUMS_32(32), SUMS_32(64),
      SUMS_32(96))
#endif

// An operand in shared memory, in rows of 128 bytes whose pieces of 16 are exchanged by the copy that brought them. As it is
// multiplied, k runs along the rows, and eight rows are 1024 bytes from the next eight.
FN u64 along_rows(u32 address) { return (u64)(address >> 4) | 1ull << 16 | 64ull << 32 | 1ull << 62; }
// Or each row is one k and has 64 rows or columns of the product; 64 rows are 8192 bytes from those with the next 64.
FN u64 across_rows(u32 address) { return (u64)(address >> 4) | 512ull << 16 | 64ull << 32 | 1ull << 62; }
