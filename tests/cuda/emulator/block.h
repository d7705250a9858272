// Fibers, blocks and grids: how a kernel runs, and what happens if it stands still.
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>
#include <sys/mman.h>

// Saves the callee-saved registers on one stack and takes them from another.
extern "C" void cuemu_switch(void** save_sp, void* load_sp);
#if defined(__x86_64__)
asm(R"(
.text
.weak cuemu_switch
.type cuemu_switch,@function
cuemu_switch:
  pushq %rbp; pushq %rbx; pushq %r12; pushq %r13; pushq %r14; pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15; popq %r14; popq %r13; popq %r12; popq %rbx; popq %rbp
  ret
.size cuemu_switch,.-cuemu_switch
)");
#else
#error "the emulator's fibers are written for x86-64"
#endif

namespace cuemu {

[[noreturn]] static inline void fault(const char* what, u64 a = 0, u64 b = 0) {
  fprintf(stderr, "cuemu: %s (%llu, %llu)\n", what, a, b);
  abort();
}

}  // namespace cuemu

// The compiler calls it before an access to what is not where its type asks it to be: a device stops then. What it gives
// begins with the place in the source.
struct CuemuAccess { const char* file; u32 line, column; };
extern "C" __attribute__((weak, visibility("hidden"))) void __ubsan_handle_type_mismatch_v1_abort(void* access, void* at) {
  cuemu::fault("an address that is not aligned as its type is: line, address", ((CuemuAccess*)access)->line, (u64)at);
}

namespace cuemu {

struct Copy { void* to; const void* from; int bytes; };
struct Product { float* d; int n; u64 a, b; int scale; bool across, tf32; };

struct Fiber {
  void* sp;
  uint3_ tid;
  unsigned lin;
  bool done;
  const char* why;       // what it waits for, for the report of a deadlock
  u32 why_arg;
  const void* exchange;  // what it shows to the others of its warp
  std::vector<Copy> copies;
  std::deque<std::vector<Copy>> copy_groups;
  std::vector<Product> products;
  std::deque<std::vector<Product>> product_groups;
  bool fenced;           // products may take its registers
  unsigned registers;
};

struct Barrier { unsigned n = 0, generation = 0; };
struct TensorMap {
  int im2col, tf32;
  u32 rank, elem, swizzle;
  u8* base;
  u64 dim[5], stride[5];
  u32 box[5];
  int lo[3], hi[3];
  u32 channels, pixels;
};
struct BulkCopy { const TensorMap* map; u32 to, barrier; int at[5], offset[2]; };

struct Block {
  std::vector<Fiber> fibers;
  unsigned threads;
  u8* smem;
  u32 smem_bytes;
  uint3_ bid, bdim, gdim;
  Barrier barriers[16];
  std::vector<Barrier> warps;
  std::deque<BulkCopy> bulk;
  bool unfenced;         // bulk copies may not know of mbarriers that were made
  unsigned registers;    // that threads have given back
  u64 progress;
  void* main_sp;
  std::vector<u8*> stacks;
  u32 random;
  std::function<void()>* body;
};

inline thread_local Block* blk;
inline thread_local Fiber* cur;
static const size_t STACK = 256 << 10;

static inline void yield(const char* why, u32 arg = 0) {
  cur->why = why;
  cur->why_arg = arg;
  cuemu_switch(&cur->sp, blk->main_sp);
}

static inline void arrive(Barrier& barrier, unsigned expected, const char* why) {
  unsigned generation = barrier.generation;
  if (++barrier.n == expected) {
    barrier.n = 0;
    barrier.generation++;
    blk->progress++;
  } else {
    while (barrier.generation == generation) yield(why);
  }
}

static inline void warp_sync() {
  unsigned warp = cur->lin >> 5, left = blk->threads - warp * 32;
  arrive(blk->warps[warp], left < 32 ? left : 32, "a barrier of its warp");
}

// Not in `fiber_main`, which never returns: what the address sanitizer marks in its frame would stay.
static __attribute__((noinline)) void end_thread() {
  if (!cur->products.empty() || !cur->product_groups.empty()) fault("a thread has ended with products under way", cur->lin);
  cur->done = true;
}

static void fiber_main() {
  (*blk->body)();
  end_thread();
  blk->progress++;
  for (;;) yield("nothing");
}

// Shared memory has 32-bit addresses as on the device; 0 is none.
static const u32 SHARED = 1024;
static inline u8* shared(u32 address, u32 bytes) {
  if (address < SHARED || address - SHARED + bytes > blk->smem_bytes)
    fault("shared memory out of bounds: offset, bytes", address - SHARED, bytes);
  return blk->smem + (address - SHARED);
}

static bool bulk_step();

static void start(Block& b, unsigned i) {
  Fiber& f = b.fibers[i];
  f.done = false;
  f.lin = i;
  f.tid = {i % b.bdim.x, i / b.bdim.x % b.bdim.y, i / (b.bdim.x * b.bdim.y)};
  f.copies.clear(), f.copy_groups.clear(), f.products.clear(), f.product_groups.clear();
  // As many as there are for so many threads: those of kernels that share them out, by `__launch_bounds__`.
  f.fenced = false, f.registers = (65536 / b.threads) & ~7u;
  // Six registers, the address to return to, and one word that makes the stack aligned on entry.
  u64* s = (u64*)(b.stacks[i] + STACK);
  *--s = 0;
  *--s = (u64)(void*)fiber_main;
  for (int k = 0; k < 6; k++) *--s = 0;
  f.sp = s;
}

static void report_deadlock(const Block& b) {
  fprintf(stderr, "cuemu: deadlock in block (%u, %u, %u):", b.bid.x, b.bid.y, b.bid.z);
  unsigned told = 0;
  for (unsigned i = 0; i < b.threads && told < 6; i += 32)
    if (!b.fibers[i].done) {
      fprintf(stderr, " thread %u waits for %s (%u);", i, b.fibers[i].why, b.fibers[i].why_arg);
      told++;
    }
  fprintf(stderr, "\n");
  abort();
}

static void run_block(Block& b) {
  blk = &b;
  b.progress = 0;
  b.bulk.clear();
  b.unfenced = false, b.registers = 0;
  for (auto& barrier : b.barriers) barrier = Barrier{};
  b.warps.assign((b.threads + 31) / 32, Barrier{});
  memset(b.smem, 0xFF, b.smem_bytes);
  for (unsigned i = 0; i < b.threads; i++) start(b, i);
  unsigned live = b.threads, idle = 0;
  u64 last = ~0ull;
  while (live) {
    // Threads run in turns that begin anywhere, so that no kernel can rely on an order.
    b.random = b.random * 1664525u + 1013904223u;
    unsigned first = (b.random >> 8) % b.threads;
    live = 0;
    for (unsigned k = 0; k < b.threads; k++) {
      Fiber& f = b.fibers[(k + first) % b.threads];
      if (f.done) continue;
      cur = &f;
      cuemu_switch(&b.main_sp, f.sp);
      if (!f.done) live++;
    }
    if (b.progress != last) {
      idle = 0;
      last = b.progress;
    } else if (!bulk_step() && ++idle > 4) {
      report_deadlock(b);
    }
  }
  if (!b.bulk.empty()) fault("a block has ended with copies under way");
}

static void launch(const unsigned* g, const unsigned* t, u32 smem, std::function<void()> body) {
  unsigned blocks = g[0] * g[1] * g[2];
  std::atomic<unsigned> next{0};
  const char* seed = getenv("CUEMU_SEED");
  auto work = [&]() {
    Block b;
    b.bdim = {t[0], t[1], t[2]};
    b.gdim = {g[0], g[1], g[2]};
    b.threads = t[0] * t[1] * t[2];
    b.fibers.resize(b.threads);
    b.body = &body;
    b.random = seed ? atoi(seed) : 1;
    b.smem_bytes = smem;
    b.smem = (u8*)aligned_alloc(1024, (smem + 2047) / 1024 * 1024);
    size_t bytes = STACK * b.threads;
    u8* stacks = (u8*)mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (unsigned i = 0; i < b.threads; i++) b.stacks.push_back(stacks + i * STACK);
    for (unsigned i; (i = next++) < blocks;) {
      b.bid = {i % g[0], i / g[0] % g[1], i / (g[0] * g[1])};
      run_block(b);
    }
    munmap(stacks, bytes);
    free(b.smem);
  };
  std::thread other;
  if (blocks > 1) other = std::thread(work);
  work();
  if (other.joinable()) other.join();
}

// Calls a kernel later with the values that the addresses point at now, as cuLaunchKernel does.
template <class... A, size_t... I>
static std::function<void()> call_later(void (*f)(A...), void** p, std::index_sequence<I...>) {
  std::tuple<std::remove_const_t<std::remove_reference_t<A>>...> values(
      *(std::remove_const_t<std::remove_reference_t<A>>*)p[I]...);
  return [f, values] { std::apply(f, values); };
}

template <class... A>
static std::function<void()> bound(void (*f)(A...), void** p) {
  return call_later(f, p, std::index_sequence_for<A...>{});
}

}  // namespace cuemu

// Makes a kernel known to the driver, which gets something to run later in return.
#define CUEMU_KERNEL(k)                                                                                               \
  extern "C" void* cuemu_bind_##k(const unsigned* g, const unsigned* t, unsigned smem, void** p) {                    \
    unsigned gx = g[0], gy = g[1], gz = g[2], tx = t[0], ty = t[1], tz = t[2];                                        \
    auto body = cuemu::bound(k, p);                                                                                   \
    return new std::function<void()>([=] {                                                                            \
      unsigned grid[3] = {gx, gy, gz}, block[3] = {tx, ty, tz};                                                       \
      cuemu::launch(grid, block, smem, body);                                                                         \
    });                                                                                                               \
  }
