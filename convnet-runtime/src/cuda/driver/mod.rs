//! What the driver hands out, owned: contexts, memory, streams, events, modules, graphs. Everything above calls these and
//! needs no unsafe code.
//!
//! Calls reach the driver only behind [`Context::retain`], which looks first whether there is one: the bindings panic
//! where there is none. Addresses are the device's own numbers; kernels are trusted to stay within what they are given.

mod event;
mod memory;
mod module;
mod stream;
mod tensor;

use std::ffi::CStr;
use std::ptr;
use std::sync::Arc;

use cudarc::driver::sys::{self, CUresult};

pub use event::{Event, Graph};
pub use memory::{Memory, Pinned};
pub use module::{Kernel, Module};
pub use stream::Stream;
pub use tensor::Encoded;

use super::error::{DeviceError, Version};

/// The result of a call, with what it was for.
fn check(code: CUresult, doing: &'static str) -> Result<(), DeviceError> {
    match code {
        CUresult::CUDA_SUCCESS => Ok(()),
        // The context is broken for good after these.
        CUresult::CUDA_ERROR_ILLEGAL_ADDRESS
        | CUresult::CUDA_ERROR_LAUNCH_FAILED
        | CUresult::CUDA_ERROR_LAUNCH_TIMEOUT
        | CUresult::CUDA_ERROR_ILLEGAL_INSTRUCTION
        | CUresult::CUDA_ERROR_MISALIGNED_ADDRESS
        | CUresult::CUDA_ERROR_INVALID_ADDRESS_SPACE
        | CUresult::CUDA_ERROR_INVALID_PC
        | CUresult::CUDA_ERROR_HARDWARE_STACK_ERROR
        | CUresult::CUDA_ERROR_ASSERT
        | CUresult::CUDA_ERROR_ECC_UNCORRECTABLE
        | CUresult::CUDA_ERROR_NVLINK_UNCORRECTABLE
        | CUresult::CUDA_ERROR_CONTEXT_IS_DESTROYED
        | CUresult::CUDA_ERROR_DEVICE_UNAVAILABLE
        | CUresult::CUDA_ERROR_UNKNOWN => Err(DeviceError::Lost { doing, cause: describe(code) }),
        _ => Err(DeviceError::Driver { doing, cause: describe(code) }),
    }
}

/// Like [`check`], for calls that need memory, with the error if there is none.
fn check_memory(code: CUresult, doing: &'static str, none: DeviceError) -> Result<(), DeviceError> {
    if code == CUresult::CUDA_ERROR_OUT_OF_MEMORY { Err(none) } else { check(code, doing) }
}

fn describe(code: CUresult) -> String {
    let (mut name, mut text) = (ptr::null(), ptr::null());
    // SAFETY: a call has given this code, so there is a driver; it gives constant texts, or none for an unknown code.
    unsafe {
        if sys::cuGetErrorName(code, &raw mut name) != CUresult::CUDA_SUCCESS || name.is_null() {
            return format!("error {}", code as u32);
        }
        let name = CStr::from_ptr(name).to_string_lossy();
        if sys::cuGetErrorString(code, &raw mut text) != CUresult::CUDA_SUCCESS || text.is_null() {
            return name.into_owned();
        }
        format!("{name} ({})", CStr::from_ptr(text).to_string_lossy())
    }
}

/// What there is to know about a device.
#[derive(Clone, Debug)]
pub struct Facts {
    pub name: String,
    pub capability: Version,
    pub driver: Version,
    /// Multiprocessors.
    pub processors: u32,
}

/// A device's primary context.
#[derive(Debug)]
pub struct Context {
    raw: sys::CUcontext,
    device: sys::CUdevice,
}

// SAFETY: contexts may be used by any thread that makes them current, which `bind` does.
unsafe impl Send for Context {}
// SAFETY: as above; the driver locks.
unsafe impl Sync for Context {}

/// The oldest version of CUDA of which a driver may be: the functions that are called below are all there.
const OLDEST: Version = (12, 0);

impl Context {
    /// The context of the device of this number, and what the driver says about it.
    pub fn retain(ordinal: usize) -> Result<(Arc<Self>, Facts), DeviceError> {
        // SAFETY: nothing is called before the library is known to be there; each call writes what it is asked for.
        unsafe {
            if !sys::is_culib_present() {
                return Err(DeviceError::NoDriver);
            }
            let mut version = 0;
            check(sys::cuDriverGetVersion(&raw mut version), "asking for the driver's version")?;
            let version = u32::try_from(version).unwrap_or(0);
            let driver = (version / 1000, version % 1000 / 10);
            if driver < OLDEST {
                return Err(DeviceError::OldDriver { driver, needed: OLDEST });
            }
            match sys::cuInit(0) {
                CUresult::CUDA_ERROR_NO_DEVICE => return Err(DeviceError::NoDevice { ordinal, count: 0 }),
                code => check(code, "starting the driver")?,
            }
            let mut count = 0;
            check(sys::cuDeviceGetCount(&raw mut count), "counting devices")?;
            let count = usize::try_from(count).unwrap_or(0);
            if ordinal >= count {
                return Err(DeviceError::NoDevice { ordinal, count });
            }
            let mut device = 0;
            check(sys::cuDeviceGet(&raw mut device, ordinal as i32), "opening the device")?;
            let processors = ask(device, sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?;
            let facts = Facts { name: name(device)?, capability: capability(device)?, driver, processors };
            let mut raw = ptr::null_mut();
            check(sys::cuDevicePrimaryCtxRetain(&raw mut raw, device), "opening the device")?;
            Ok((Arc::new(Self { raw, device }), facts))
        }
    }

    /// Makes it the calling thread's.
    fn bind(&self) -> Result<(), DeviceError> {
        // SAFETY: it is retained.
        check(unsafe { sys::cuCtxSetCurrent(self.raw) }, "turning to the device")
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: `retain` has retained it once. What a failure would say has been said before.
        let _ = unsafe { sys::cuDevicePrimaryCtxRelease_v2(self.device) };
    }
}

fn name(device: sys::CUdevice) -> Result<String, DeviceError> {
    let mut bytes = [0u8; 256];
    // SAFETY: the driver writes at most as many bytes as it is told.
    let code = unsafe { sys::cuDeviceGetName(bytes.as_mut_ptr().cast(), 255, device) };
    check(code, "asking for the device's name")?;
    Ok(CStr::from_bytes_until_nul(&bytes).map_or_else(|_| String::new(), |name| name.to_string_lossy().into_owned()))
}

fn capability(device: sys::CUdevice) -> Result<Version, DeviceError> {
    Ok((
        ask(device, sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?,
        ask(device, sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?,
    ))
}

fn ask(device: sys::CUdevice, attribute: sys::CUdevice_attribute) -> Result<u32, DeviceError> {
    let mut value = 0;
    // SAFETY: the driver writes one number.
    let code = unsafe { sys::cuDeviceGetAttribute(&raw mut value, attribute, device) };
    check(code, "asking what the device can do")?;
    Ok(u32::try_from(value).unwrap_or(0))
}
