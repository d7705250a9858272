// Stands in for NVRTC in tests of its version (CUEMU_NVRTC, 13000 unless it says otherwise). It refuses everything.
#include <cstdlib>
#include <cstring>

static const char LOG[] = "this only stands in for NVRTC";
typedef void* Program;
#define API extern "C" __attribute__((visibility("default")))

API int nvrtcVersion(int* major, int* minor) {
  const char* text = getenv("CUEMU_NVRTC");
  const int version = text && *text ? atoi(text) : 13000;
  *major = version / 1000, *minor = version % 1000 / 10;
  return 0;
}
API const char* nvrtcGetErrorString(int) { return "refused"; }
API int nvrtcCreateProgram(Program* program, const char*, const char*, int, const char* const*, const char* const*) {
  *program = nullptr;
  return 0;
}
API int nvrtcCompileProgram(Program, int, const char* const*) { return 6; }
API int nvrtcGetProgramLogSize(Program, size_t* size) { return *size = sizeof LOG, 0; }
API int nvrtcGetProgramLog(Program, char* log) { return memcpy(log, LOG, sizeof LOG), 0; }
API int nvrtcGetCUBINSize(Program, size_t* size) { return *size = 0, 0; }
API int nvrtcGetCUBIN(Program, char*) { return 0; }
API int nvrtcDestroyProgram(Program*) { return 0; }
