//! Kernels: a cubin on a device.

use std::ffi::CString;
use std::ptr;
use std::sync::Arc;

use cudarc::driver::sys::{self, CUresult};

use super::{Context, check, check_memory};
use crate::cuda::error::DeviceError;

/// A module of kernels on a device.
#[derive(Debug)]
pub struct Module {
    pub(super) context: Arc<Context>,
    pub(super) raw: sys::CUmodule,
}

// SAFETY: modules may be used by any thread whose context is theirs.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}

/// A kernel of a module that is kept by whoever keeps this.
#[derive(Clone, Copy, Debug)]
pub struct Kernel(pub(super) sys::CUfunction);

// SAFETY: as for modules.
unsafe impl Send for Kernel {}
// SAFETY: as for modules.
unsafe impl Sync for Kernel {}

impl Module {
    /// Loads a cubin.
    pub fn new(context: &Arc<Context>, image: &[u8]) -> Result<Self, DeviceError> {
        context.bind()?;
        // The driver reads until the image says that it ends: one that is cut must still end somewhere.
        let mut padded = image.to_vec();
        padded.resize(image.len() + 4096, 0);
        let mut raw = ptr::null_mut();
        // SAFETY: the image is an ELF file or nothing that the driver takes for one.
        let code = unsafe { sys::cuModuleLoadData(&raw mut raw, padded.as_ptr().cast()) };
        match check_memory(code, "loading the kernels", DeviceError::OutOfMemory { bytes: image.len() }) {
            Ok(()) => Ok(Self { context: context.clone(), raw }),
            Err(DeviceError::Driver { cause, .. }) => {
                Err(DeviceError::Cubin { problem: format!("the driver refuses it: {cause}") })
            }
            Err(error) => Err(error),
        }
    }

    /// The kernel of this name, ready for so many bytes of dynamic shared memory.
    pub fn kernel(&self, name: &str, shared: u32) -> Result<Kernel, DeviceError> {
        let missing = || DeviceError::Cubin { problem: format!("it has no kernel `{name}`") };
        let zero_ended = CString::new(name).map_err(|_| missing())?;
        self.context.bind()?;
        let mut raw = ptr::null_mut();
        // SAFETY: the module is loaded, the name ends in a zero.
        let code = unsafe { sys::cuModuleGetFunction(&raw mut raw, self.raw, zero_ended.as_ptr()) };
        if code == CUresult::CUDA_ERROR_NOT_FOUND {
            return Err(missing());
        }
        check(code, "looking for a kernel")?;
        // What a kernel may have without asking, 48 KiB, includes what it has statically.
        if shared > 0 {
            let most = sys::CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
            // SAFETY: the kernel was found.
            check(unsafe { sys::cuFuncSetAttribute(raw, most, shared as i32) }, "giving a kernel shared memory")?;
        }
        Ok(Kernel(raw))
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        if self.context.bind().is_ok() {
            // SAFETY: it is loaded, and its kernels are not launched any more.
            let _ = unsafe { sys::cuModuleUnload(self.raw) };
        }
    }
}
