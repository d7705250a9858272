// Stands in for libcuda.so.1 in tests: the part of the driver's interface that convnet-runtime calls, on the CPU. Kernels
// come from libraries that `compile` makes.
//
// Streams run as late as they may: work is kept until somebody waits for it. Waits that are missing show up as old data. So does
// the default stream, for which streams that are made here do not wait, and which clears memory and copies from the host. What a
// thread may not do while it records a graph, or before it has a context, is an error.
//
//   CUEMU_DEVICES      devices there are (1)
//   CUEMU_CAPABILITY   compute capability (90)
//   CUEMU_PROCESSORS   multiprocessors (132)
//   CUEMU_DRIVER       version of CUDA (13000)
//   CUEMU_MEMORY       bytes of device memory (4 GiB)
//   CUEMU_HOST_MEMORY  bytes of the host that the device may copy (all)
//   CUEMU_LOSE_AFTER   kernels after which the device is lost
//   CUEMU_REFUSE       the image that is refused, counted from 1; 0 refuses all
//   CUEMU_TRACE        a file to which the name of each call is written
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include <dlfcn.h>
#include <unistd.h>

typedef int Result;
typedef uint64_t Address;
enum {
  OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_IMAGE = 200, INVALID_CONTEXT = 201, NO_BINARY_FOR_GPU = 209,
  NOT_FOUND = 500, LAUNCH_FAILED = 719, CAPTURE_UNSUPPORTED = 900
};
typedef std::function<void()> Work;
typedef void* (*Bind)(const unsigned*, const unsigned*, unsigned, void**);
struct Function { Bind bind; int most_shared; };

struct Stream;
struct Moment { Stream* stream = nullptr; uint64_t position = 0; };
struct Graph { std::vector<Work> work; };
struct Stream {
  std::deque<Work> waiting;
  uint64_t enqueued = 0, done = 0;
  Graph* recording = nullptr;
};

static std::recursive_mutex lock;
static std::map<Address, size_t> allocations;
static std::map<void*, size_t> pinned;
static size_t allocated = 0, allocated_on_host = 0;
static int64_t kernels = 0, images = 0;

static int64_t number(const char* name, int64_t otherwise) {
  const char* text = getenv(name);
  return text && *text ? atoll(text) : otherwise;
}
static bool lost() { int64_t after = number("CUEMU_LOSE_AFTER", -1); return after >= 0 && kernels >= after; }
static void trace(const char* call, uint64_t size) {
  static FILE* file = getenv("CUEMU_TRACE") ? fopen(getenv("CUEMU_TRACE"), "a") : nullptr;
  if (file) fprintf(file, "%s %llu\n", call, (unsigned long long)size), fflush(file);
}

static void drain(Stream* s, uint64_t until) {
  while (s->done < until && !s->waiting.empty()) {
    Work work = std::move(s->waiting.front());
    s->waiting.pop_front();
    s->done++;
    work();
  }
}
static Stream default_stream;
static std::map<Stream*, int> streams;
static void drain_all() {
  drain(&default_stream, default_stream.enqueued);
  for (auto& s : streams) drain(s.first, s.first->enqueued);
}
static Stream* stream(Stream* s) { return s ? s : &default_stream; }
static Result enqueue(Stream* s, Work work) {
  if (s->recording) {
    s->recording->work.push_back(std::move(work));
  } else {
    s->waiting.push_back(std::move(work));
    s->enqueued++;
  }
  return OK;
}
// Whether bytes at an address lie in one allocation.
static bool inside(Address at, size_t bytes) {
  auto found = allocations.upper_bound(at);
  if (found == allocations.begin()) return false;
  --found;
  return at + bytes <= found->first + found->second;
}

// Of the calling thread: whether it has a context, and whether it records.
static thread_local bool bound = false, recording = false;

#define CALL(name, size)                                     \
  std::lock_guard<std::recursive_mutex> guard(lock);         \
  trace(name, size);                                         \
  if (!bound) return INVALID_CONTEXT;                        \
  if (lost()) return LAUNCH_FAILED;
// Not while the thread records.
#define CALL_NOW(name, size) \
  CALL(name, size)           \
  if (recording) return CAPTURE_UNSUPPORTED;
#define API extern "C" __attribute__((visibility("default"))) Result

// Names and texts of the errors that tests ask for.
struct Text { Result code; const char *name, *text; };
static const Text TEXTS[] = {
  {NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
  {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
};
API cuGetErrorName(Result code, const char** text) {
  static thread_local char name[32];
  snprintf(name, sizeof name, "error %d", code);
  *text = name;
  for (auto& known : TEXTS) if (known.code == code) *text = known.name;
  return OK;
}
API cuGetErrorString(Result code, const char** text) {
  *text = "emulated";
  for (auto& known : TEXTS) if (known.code == code) *text = known.text;
  return OK;
}
API cuDriverGetVersion(int* version) { *version = int(number("CUEMU_DRIVER", 13000)); return OK; }
API cuInit(unsigned) { return number("CUEMU_DEVICES", 1) > 0 ? OK : NO_DEVICE; }
API cuDeviceGetCount(int* count) { *count = int(number("CUEMU_DEVICES", 1)); return OK; }
API cuDeviceGet(int* device, int ordinal) { *device = ordinal; return OK; }
API cuDeviceGetName(char* name, int bytes, int) { snprintf(name, bytes, "emulator on the CPU"); return OK; }
API cuDeviceGetAttribute(int* value, int attribute, int) {
  int capability = int(number("CUEMU_CAPABILITY", 90));
  *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : attribute == 16 ? int(number("CUEMU_PROCESSORS", 132)) : 0;
  return OK;
}
API cuDevicePrimaryCtxRetain(void** context, int) { *context = (void*)1; return OK; }
API cuDevicePrimaryCtxRelease_v2(int) { return OK; }
API cuCtxSetCurrent(void* context) { bound = context; return OK; }

API cuMemAlloc_v2(Address* address, size_t bytes) {
  CALL_NOW("cuMemAlloc", bytes)
  size_t rounded = (bytes + 255) / 256 * 256;
  if (allocated + rounded > size_t(number("CUEMU_MEMORY", 1ll << 32))) return OUT_OF_MEMORY;
  void* memory = aligned_alloc(256, rounded);
  memset(memory, 0xFF, rounded);
  allocations[*address = (Address)memory] = bytes;
  allocated += rounded;
  return OK;
}
API cuMemFree_v2(Address address) {
  CALL_NOW("cuMemFree", 0)
  drain_all();
  auto found = allocations.find(address);
  if (found == allocations.end()) return INVALID_VALUE;
  allocated -= (found->second + 255) / 256 * 256;
  allocations.erase(found);
  free((void*)address);
  return OK;
}
API cuMemHostAlloc(void** memory, size_t bytes, unsigned) {
  CALL_NOW("cuMemHostAlloc", bytes)
  if (allocated_on_host + bytes > size_t(number("CUEMU_HOST_MEMORY", 1ll << 40))) return OUT_OF_MEMORY;
  *memory = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  allocated_on_host += pinned[*memory] = bytes;
  return OK;
}
// It waits for nothing: a copy that is still to come reads or writes what is not there any more.
API cuMemFreeHost(void* memory) {
  CALL_NOW("cuMemFreeHost", 0)
  auto found = pinned.find(memory);
  if (found == pinned.end()) return INVALID_VALUE;
  memset(memory, 0xFF, found->second);
  allocated_on_host -= found->second;
  pinned.erase(found);
  free(memory);
  return OK;
}
API cuMemsetD8_v2(Address to, unsigned char value, size_t bytes) {
  CALL_NOW("cuMemsetD8", bytes)
  if (!bytes || !inside(to, bytes)) return INVALID_VALUE;
  return enqueue(&default_stream, [=] { memset((void*)to, value, bytes); });
}
// The host's memory may change as soon as this returns, but the device's has not yet.
API cuMemcpyHtoD_v2(Address to, const void* from, size_t bytes) {
  CALL_NOW("cuMemcpyHtoD", bytes)
  if (!bytes || !inside(to, bytes)) return INVALID_VALUE;
  auto values = std::make_shared<std::vector<char>>((const char*)from, (const char*)from + bytes);
  return enqueue(&default_stream, [=] { memcpy((void*)to, values->data(), bytes); });
}
API cuMemcpyDtoH_v2(void* to, Address from, size_t bytes) {
  CALL_NOW("cuMemcpyDtoH", bytes)
  if (!inside(from, bytes)) return INVALID_VALUE;
  drain(&default_stream, default_stream.enqueued);
  memcpy(to, (void*)from, bytes);
  return OK;
}
API cuMemcpyHtoDAsync_v2(Address to, const void* from, size_t bytes, Stream* s) {
  CALL("cuMemcpyHtoDAsync", bytes)
  if (!inside(to, bytes)) return INVALID_VALUE;
  return enqueue(s, [=] { memcpy((void*)to, from, bytes); });
}
API cuMemcpyDtoHAsync_v2(void* to, Address from, size_t bytes, Stream* s) {
  CALL("cuMemcpyDtoHAsync", bytes)
  if (!inside(from, bytes)) return INVALID_VALUE;
  return enqueue(s, [=] { memcpy(to, (void*)from, bytes); });
}
API cuMemcpyDtoDAsync_v2(Address to, Address from, size_t bytes, Stream* s) {
  CALL("cuMemcpyDtoDAsync", bytes)
  if (!inside(to, bytes) || !inside(from, bytes)) return INVALID_VALUE;
  return enqueue(s, [=] { memmove((void*)to, (void*)from, bytes); });
}
// A library is an ELF file whose section headers come last: they say how long it is.
API cuModuleLoadData(void** module, const void* image) {
  CALL_NOW("cuModuleLoadData", 0)
  int64_t refused = number("CUEMU_REFUSE", -1);
  if (++images == refused || !refused) return NO_BINARY_FOR_GPU;
  const unsigned char* bytes = (const unsigned char*)image;
  if (memcmp(bytes, "\177ELF\2", 5)) return INVALID_IMAGE;
  uint64_t headers;
  uint16_t each, count;
  memcpy(&headers, bytes + 0x28, 8), memcpy(&each, bytes + 0x3A, 2), memcpy(&count, bytes + 0x3C, 2);
  const char* folder = getenv("TMPDIR");
  std::string path = std::string(folder ? folder : "/tmp") + "/cuemu-XXXXXX";
  int file = mkstemp(&path[0]);
  if (file < 0) return OUT_OF_MEMORY;
  size_t size = headers + uint64_t(each) * count;
  bool written = write(file, image, size) == ssize_t(size);
  close(file);
  *module = written ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (!*module) fprintf(stderr, "cuemu: %s\n", dlerror());
  unlink(path.c_str());
  return *module ? OK : INVALID_IMAGE;
}
API cuModuleUnload(void*) { return OK; }
API cuModuleGetFunction(Function** function, void* module, const char* name) {
  CALL_NOW("cuModuleGetFunction", 0)
  void* bind = dlsym(module, (std::string("cuemu_bind_") + name).c_str());
  if (!bind) return NOT_FOUND;
  // A device gives 48 KiB without being asked, less what the kernel has statically, which is not known here.
  *function = new Function{(Bind)bind, 0};
  return OK;
}
// Bytes of shared memory that a block may ask for.
static int most_shared() {
  switch (number("CUEMU_CAPABILITY", 90)) {
    case 80: case 87: return 163 << 10;
    case 86: case 89: case 120: case 121: return 99 << 10;
    default: return 227 << 10;
  }
}
API cuFuncSetAttribute(Function* function, int attribute, int value) {
  CALL_NOW("cuFuncSetAttribute", value)
  if (attribute == 8) {
    if (value > most_shared()) return INVALID_VALUE;
    function->most_shared = value;
  }
  return OK;
}
API cuLaunchKernel(Function* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, Stream* s, void** arguments, void**) {
  CALL("cuLaunchKernel", uint64_t(gx) * gy * gz)
  bool grid = gx && gy && gz && gx < 1u << 31 && gy < 65536 && gz < 65536;
  bool block = bx && by && bz && uint64_t(bx) * by * bz <= 1024 && bz <= 64;
  if (!grid || !block || int(shared) > f->most_shared) return INVALID_VALUE;
  unsigned g[3] = {gx, gy, gz}, b[3] = {bx, by, bz};
  Work* work = (Work*)f->bind(g, b, shared, arguments);
  Work moved = std::move(*work);
  delete work;
  return enqueue(s, [moved] { if (!lost()) kernels++, moved(); });
}

// Others would wait for the default stream, and it for them.
API cuStreamCreate(Stream** s, unsigned flags) {
  CALL("cuStreamCreate", 0)
  if (flags != 1) return INVALID_VALUE;
  streams[*s = new Stream] = 1;
  return OK;
}
API cuStreamDestroy_v2(Stream* s) {
  CALL_NOW("cuStreamDestroy", 0)
  drain(s, s->enqueued);
  streams.erase(s);
  delete s;
  return OK;
}
API cuStreamSynchronize(Stream* s) {
  CALL_NOW("cuStreamSynchronize", 0)
  s = stream(s);
  if (s->recording) return CAPTURE_UNSUPPORTED;
  drain(s, s->enqueued);
  return lost() ? LAUNCH_FAILED : OK;
}
API cuStreamBeginCapture_v2(Stream* s, int mode) {
  CALL_NOW("cuStreamBeginCapture", 0)
  // With another mode other threads could not work meanwhile.
  if (mode != 1 || !s || s->recording) return INVALID_VALUE;
  s->recording = new Graph;
  recording = true;
  return OK;
}
API cuStreamEndCapture(Stream* s, Graph** graph) {
  CALL("cuStreamEndCapture", 0)
  *graph = s->recording;
  s->recording = nullptr;
  recording = false;
  return OK;
}
API cuGraphInstantiateWithFlags(Graph** executable, Graph* graph, unsigned long long) {
  CALL_NOW("cuGraphInstantiate", graph->work.size())
  *executable = new Graph(*graph);
  return OK;
}
API cuGraphDestroy(Graph* graph) { delete graph; return OK; }
API cuGraphExecDestroy(Graph* graph) { CALL("cuGraphExecDestroy", 0) drain_all(); delete graph; return OK; }
API cuGraphLaunch(Graph* graph, Stream* s) {
  CALL_NOW("cuGraphLaunch", graph->work.size())
  return enqueue(s, [graph] { for (auto& work : graph->work) work(); });
}

API cuEventCreate(Moment** event, unsigned) { CALL("cuEventCreate", 0) *event = new Moment; return OK; }
API cuEventDestroy_v2(Moment* event) { delete event; return OK; }
API cuEventRecord(Moment* event, Stream* s) {
  CALL("cuEventRecord", 0)
  *event = Moment{s, s->enqueued};
  return OK;
}
API cuStreamWaitEvent(Stream* s, Moment* event, unsigned) {
  CALL("cuStreamWaitEvent", 0)
  Moment moment = *event;
  return moment.stream ? enqueue(s, [moment] { drain(moment.stream, moment.position); }) : OK;
}
API cuEventSynchronize(Moment* event) {
  CALL_NOW("cuEventSynchronize", 0)
  if (event->stream) drain(event->stream, event->position);
  return lost() ? LAUNCH_FAILED : OK;
}

// Maps of bulk copies, checked by the rules of the documentation; the kernel gets the address of what is made here.
struct TensorMap {
  int im2col, tf32;
  uint32_t rank, elem, swizzle;
  unsigned char* base;
  unsigned long long dim[5], stride[5];
  uint32_t box[5];
  int lo[3], hi[3];
  uint32_t channels, pixels;
};
static TensorMap* tensor_map(int type, uint32_t rank, void* base, const uint64_t* dim, const uint64_t* stride,
                             const uint32_t* element, int swizzle) {
  // u8, u16, u32, i32, u64, i64, f16, f32, f64, bf16, f32 without denormal numbers, tf32, tf32 without denormal numbers
  static const uint32_t sizes[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4};
  if (type < 0 || type > 11 || type == 10 || rank < 1 || rank > 5 || (uint64_t)base & 15) return nullptr;
  TensorMap map = {};
  map.tf32 = type == 11;
  map.rank = rank, map.elem = sizes[type], map.base = (unsigned char*)base, map.stride[0] = map.elem;
  map.swizzle = swizzle ? 16u << swizzle : 0;
  for (uint32_t i = 0; i < rank; i++) {
    map.dim[i] = dim[i];
    if (!dim[i] || dim[i] > 1ull << 32 || element[i] != 1) return nullptr;
    if (!i) continue;
    map.stride[i] = stride[i - 1];
    if (stride[i - 1] % 16 || stride[i - 1] >= 1ull << 40 || stride[i - 1] % map.stride[i - 1]) return nullptr;
    if (stride[i - 1] < map.stride[i - 1] * dim[i - 1]) return nullptr;
  }
  return new TensorMap(map);
}
API cuTensorMapEncodeTiled(void* out, int type, uint32_t rank, void* base, const uint64_t* dim, const uint64_t* stride,
                           const uint32_t* box, const uint32_t* element, int, int swizzle, int, int) {
  TensorMap* map = tensor_map(type, rank, base, dim, stride, element, swizzle);
  if (!map || (uint64_t)out & 63) return INVALID_VALUE;
  for (uint32_t i = 0; i < rank; i++) {
    map->box[i] = box[i];
    if (!box[i] || box[i] > 256) return INVALID_VALUE;
  }
  uint32_t row = box[0] * map->elem;
  if (row % 16 || (map->swizzle && row > map->swizzle)) return INVALID_VALUE;
  memset(out, 0, 128);
  memcpy(out, &map, sizeof map);
  return OK;
}
API cuTensorMapEncodeIm2col(void* out, int type, uint32_t rank, void* base, const uint64_t* dim, const uint64_t* stride,
                            const int* lo, const int* hi, uint32_t channels, uint32_t pixels, const uint32_t* element,
                            int, int swizzle, int, int) {
  TensorMap* map = tensor_map(type, rank, base, dim, stride, element, swizzle);
  if (!map || rank < 3 || channels > 256 || pixels > 1024) return INVALID_VALUE;
  if (map->swizzle && channels * map->elem > map->swizzle) return INVALID_VALUE;
  map->im2col = 1, map->channels = channels, map->pixels = pixels;
  for (uint32_t i = 0; i + 2 < rank; i++) map->lo[i] = lo[i], map->hi[i] = hi[i];
  memset(out, 0, 128);
  memcpy(out, &map, sizeof map);
  return OK;
}
