//! CUDA C in, cubin out: NVRTC, found when it is first needed.
//!
//! It is looked for in the folder that `CONVNET_CUDA_LIB` names, then where the system looks for libraries, then where
//! toolkits are installed. The folder may hold the library itself, or be one into which Python's packages were installed,
//! with `nvidia/*/lib` below it.

use std::env;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr;
use std::sync::OnceLock;

use libloading::Library;

use super::error::{DeviceError, Version};

/// What makes cubins.
#[derive(Debug)]
pub struct Compiler(Tool);

#[derive(Debug)]
enum Tool {
    Nvrtc(&'static Nvrtc),
    /// A program that takes source, architecture and the file to write: how this crate's tests run kernels on the CPU.
    /// `CONVNET_CUDA_EMULATOR` names the folder in which it is.
    Emulator(PathBuf),
}

/// A cubin and what the compiler has said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The cubin.
    pub image: Vec<u8>,
    /// Registers, shared memory and spills of each kernel, and warnings.
    pub log: String,
}

impl Compiler {
    /// Finds the compiler.
    ///
    /// # Errors
    /// If there is none or it is too old.
    pub fn find() -> Result<Self, DeviceError> {
        static FOUND: OnceLock<Result<Nvrtc, DeviceError>> = OnceLock::new();
        if let Some(folder) = emulator() {
            return Ok(Self(Tool::Emulator(folder)));
        }
        FOUND.get_or_init(Nvrtc::find).as_ref().map(|nvrtc| Self(Tool::Nvrtc(nvrtc))).map_err(Clone::clone)
    }

    /// Its version, if it is one that the driver must be as new as.
    pub fn version(&self) -> Option<Version> {
        match &self.0 {
            Tool::Nvrtc(nvrtc) => Some(nvrtc.version),
            Tool::Emulator(_) => None,
        }
    }

    /// Its name and version, for a cache of what it has made.
    pub(super) fn identity(&self) -> String {
        match &self.0 {
            Tool::Nvrtc(Nvrtc { version: (major, minor), .. }) => format!("nvrtc {major}.{minor} {OPTIONS:?}"),
            Tool::Emulator(folder) => format!("emulator {}", folder.display()),
        }
    }

    /// Compiles `source` for an architecture: `sm_80`, `sm_90a`.
    ///
    /// # Errors
    /// If the compiler refuses it, with all that it says.
    pub fn compile(&self, source: &str, architecture: &str) -> Result<Compiled, DeviceError> {
        match &self.0 {
            Tool::Nvrtc(nvrtc) => nvrtc.compile(source, architecture),
            Tool::Emulator(folder) => run(&folder.join("compile"), source, architecture)
                .map_err(|error| DeviceError::Compile { log: error.to_string() })?,
        }
    }
}

/// The folder of the emulator, in tests of this crate.
pub(super) fn emulator() -> Option<PathBuf> {
    env::var_os("CONVNET_CUDA_EMULATOR").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Puts the emulator's driver in the place of the system's, in tests of this crate.
pub(super) fn preload_driver() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        if let Some(folder) = emulator() {
            // It stays open, so that a later look for a library of its name finds it.
            std::mem::forget(open(&folder.join("libcuda.so.1")));
        }
    });
}

fn run(program: &Path, source: &str, architecture: &str) -> std::io::Result<Result<Compiled, DeviceError>> {
    let place = env::temp_dir().join(format!("convnet-{}-{:?}", std::process::id(), std::thread::current().id()));
    let (input, output) = (place.with_extension("cu"), place.with_extension("so"));
    fs::write(&input, source)?;
    let done = Command::new(program).arg(&input).arg(architecture).arg(&output).output();
    fs::remove_file(&input)?;
    let done = done?;
    let log = String::from_utf8_lossy(&done.stderr).into_owned();
    if !done.status.success() {
        return Ok(Err(DeviceError::Compile { log }));
    }
    let image = fs::read(&output)?;
    fs::remove_file(&output)?;
    Ok(Ok(Compiled { image, log }))
}

/// What NVRTC is told beside the architecture. The second makes it report registers and spills.
const OPTIONS: [&str; 3] = ["--std=c++17", "--ptxas-options=-v", "-default-device"];

type Program = *mut c_void;

/// The functions of NVRTC's interface.
#[derive(Debug)]
struct Nvrtc {
    version: Version,
    create: unsafe extern "C" fn(
        *mut Program,
        *const c_char,
        *const c_char,
        c_int,
        *const *const c_char,
        *const *const c_char,
    ) -> c_int,
    compile: unsafe extern "C" fn(Program, c_int, *const *const c_char) -> c_int,
    log_size: unsafe extern "C" fn(Program, *mut usize) -> c_int,
    log: unsafe extern "C" fn(Program, *mut c_char) -> c_int,
    cubin_size: unsafe extern "C" fn(Program, *mut usize) -> c_int,
    cubin: unsafe extern "C" fn(Program, *mut c_char) -> c_int,
    destroy: unsafe extern "C" fn(*mut Program) -> c_int,
    error: unsafe extern "C" fn(c_int) -> *const c_char,
}

impl Nvrtc {
    fn find() -> Result<Self, DeviceError> {
        let folder = env::var_os("CONVNET_CUDA_LIB").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let missing = || DeviceError::NoCompiler { folder: folder.clone() };
        let named = folder.iter().flat_map(|folder| folders(folder)).filter_map(|folder| preload(&folder));
        let system = names().into_iter().filter_map(|name| open(Path::new(&name)));
        let installed = ["/usr/local/cuda/lib64", "/opt/cuda/lib64"].into_iter().map(Path::new).filter_map(preload);
        let library = named.chain(system).chain(installed).next().ok_or_else(missing)?;
        // It stays: what it has started may run until the process ends.
        let library: &'static Library = Box::leak(Box::new(library));
        Self::of(library).ok_or_else(missing)?
    }

    /// Its functions; nothing if it is another library, an error if it is too old.
    fn of(library: &'static Library) -> Option<Result<Self, DeviceError>> {
        let mut version = [0; 2];
        // SAFETY: the functions have had these names and signatures in nvrtc.h since there are cubins (11.1), and each is
        // present if `get` finds it; the two numbers are written by the first.
        let found = unsafe {
            let ask = *library.get::<unsafe extern "C" fn(*mut c_int, *mut c_int) -> c_int>(c"nvrtcVersion").ok()?;
            let [major, minor] = &mut version;
            if ask(major, minor) != 0 {
                return None;
            }
            || {
                Some(Self {
                    version: version.map(|number| u32::try_from(number).unwrap_or(0)).into(),
                    create: *library.get(c"nvrtcCreateProgram").ok()?,
                    compile: *library.get(c"nvrtcCompileProgram").ok()?,
                    log_size: *library.get(c"nvrtcGetProgramLogSize").ok()?,
                    log: *library.get(c"nvrtcGetProgramLog").ok()?,
                    cubin_size: *library.get(c"nvrtcGetCUBINSize").ok()?,
                    cubin: *library.get(c"nvrtcGetCUBIN").ok()?,
                    destroy: *library.get(c"nvrtcDestroyProgram").ok()?,
                    error: *library.get(c"nvrtcGetErrorString").ok()?,
                })
            }
        };
        let version = version.map(|number| u32::try_from(number).unwrap_or(0)).into();
        Some(found().filter(|nvrtc| nvrtc.version >= (12, 0)).ok_or(DeviceError::OldCompiler { version }))
    }

    fn compile(&self, source: &str, architecture: &str) -> Result<Compiled, DeviceError> {
        let said = |text: &str| DeviceError::Compile { log: text.to_owned() };
        let source = CString::new(source).map_err(|_| said("the source holds a zero"))?;
        let architecture = format!("--gpu-architecture={architecture}");
        // On all cores; the cubin is the same.
        let parallel = (self.version >= (13, 0)).then_some("--split-compile=0");
        let options = std::iter::once(&*architecture).chain(OPTIONS).chain(parallel).map(CString::new);
        let options: Vec<CString> = options.collect::<Result<_, _>>().map_err(|_| said("an option holds a zero"))?;
        let options: Vec<*const c_char> = options.iter().map(|option| option.as_ptr()).collect();
        let mut program: Program = ptr::null_mut();
        // SAFETY: all strings end in a zero and outlive the program, which is made here and destroyed at the end; the
        // texts are as long as NVRTC has said before it writes them.
        unsafe {
            let made =
                (self.create)(&raw mut program, source.as_ptr(), c"network.cu".as_ptr(), 0, ptr::null(), ptr::null());
            if made != 0 {
                return Err(said(&self.text(made)));
            }
            let code = (self.compile)(program, options.len() as c_int, options.as_ptr());
            let log = Self::read(program, self.log_size, self.log);
            let log = String::from_utf8_lossy(&log).trim_end_matches('\0').trim_end().to_owned();
            let image = if code == 0 { Self::read(program, self.cubin_size, self.cubin) } else { Vec::new() };
            (self.destroy)(&raw mut program);
            match code {
                0 if !image.is_empty() => Ok(Compiled { image, log }),
                0 => Err(said("NVRTC has made no cubin")),
                _ => Err(said(format!("{}\n{log}", self.text(code)).trim_end())),
            }
        }
    }

    /// # Safety
    /// `size` and `get` belong together, and `program` is alive.
    unsafe fn read(
        program: Program,
        size: unsafe extern "C" fn(Program, *mut usize) -> c_int,
        get: unsafe extern "C" fn(Program, *mut c_char) -> c_int,
    ) -> Vec<u8> {
        let mut len = 0;
        // SAFETY: `get` writes as many bytes as `size` says.
        unsafe {
            if size(program, &raw mut len) != 0 {
                return Vec::new();
            }
            let mut bytes = vec![0; len];
            if get(program, bytes.as_mut_ptr().cast()) == 0 { bytes } else { Vec::new() }
        }
    }

    fn text(&self, code: c_int) -> String {
        // SAFETY: NVRTC gives a constant text for every number.
        unsafe {
            let text = (self.error)(code);
            if text.is_null() {
                format!("NVRTC's error {code}")
            } else {
                CStr::from_ptr(text).to_string_lossy().into_owned()
            }
        }
    }
}

/// NVRTC's names, newest first.
fn names() -> Vec<String> {
    if cfg!(windows) {
        ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"].map(str::to_owned).into()
    } else {
        ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"].map(str::to_owned).into()
    }
}

/// Where the library may be below a folder: in it, in its libraries, in what Python's packages put there.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut entries: Vec<PathBuf> = entries.flat_map(|entry| [entry.join("lib"), entry.join("bin")]).collect();
        entries.sort();
        entries
    };
    let mut all = vec![folder.to_owned(), folder.join("lib"), folder.join("lib64"), folder.join("bin")];
    all.extend(below(folder));
    all.extend(below(&folder.join("nvidia")));
    all
}

/// Opens NVRTC in a folder, after the part of it that it would look for by name alone.
fn preload(folder: &Path) -> Option<Library> {
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    let starts =
        |path: &Path, start: &str| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
    let library = names().into_iter().map(|name| folder.join(name)).find(|path| files.contains(path))?;
    for path in files.iter().filter(|path| starts(path, "libnvrtc-builtins.so") || starts(path, "nvrtc-builtins64_")) {
        std::mem::forget(open(path));
    }
    open(&library)
}

fn open(path: &Path) -> Option<Library> {
    // SAFETY: NVRTC's libraries do nothing when loaded but set themselves up.
    unsafe { Library::new(path).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_python_packages_are_looked_through() {
        let root = env::temp_dir().join(format!("convnet-lib-{}", std::process::id()));
        let deep = root.join("nvidia").join("cu13").join("lib");
        fs::create_dir_all(&deep).expect("it is ours");
        assert!(folders(&root).contains(&deep));
        assert!(folders(&root.join("nvidia")).contains(&deep));
        assert!(folders(&deep).contains(&deep));
        // A file of that name that is no library is passed over.
        fs::write(deep.join("libnvrtc.so.13"), "nothing").expect("it is ours");
        assert!(preload(&deep).is_none());
        fs::remove_dir_all(root).expect("it is ours");
    }
}
