//! Memory: of the device, and of the host where the device copies.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use cudarc::driver::sys;

use super::{Context, check, check_memory};
use crate::cuda::error::DeviceError;

/// Memory of the device. Its address is a multiple of 256.
#[derive(Debug)]
pub struct Memory {
    context: Arc<Context>,
    pub(super) address: u64,
    pub(super) bytes: usize,
}

impl Memory {
    /// So many bytes, which hold anything.
    pub fn new(context: &Arc<Context>, bytes: usize) -> Result<Self, DeviceError> {
        context.bind()?;
        let mut address = 0;
        // SAFETY: the driver writes the address.
        let code = unsafe { sys::cuMemAlloc_v2(&raw mut address, bytes.max(1)) };
        check_memory(code, "asking for memory", DeviceError::OutOfMemory { bytes })?;
        Ok(Self { context: context.clone(), address, bytes })
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The address of a place in it.
    pub fn at(&self, offset: usize) -> u64 {
        debug_assert!(offset <= self.bytes, "a place lies in its memory");
        self.address + offset as u64
    }

    /// Sets all of it to zero and waits until it is.
    pub fn clear(&self) -> Result<(), DeviceError> {
        if self.bytes == 0 {
            return Ok(());
        }
        self.context.bind()?;
        // SAFETY: it is the whole of it.
        check(unsafe { sys::cuMemsetD8_v2(self.address, 0, self.bytes) }, "clearing memory")?;
        Self::arrive()
    }

    /// Copies values to `offset` and waits until they are there.
    pub fn write(&self, offset: usize, values: &[f32]) -> Result<(), DeviceError> {
        let bytes = size_of_val(values);
        assert!(offset + bytes <= self.bytes, "values fit where they are written");
        self.context.bind()?;
        // SAFETY: the device's range lies in this memory, the other is the slice.
        let code = unsafe { sys::cuMemcpyHtoD_v2(self.at(offset), values.as_ptr().cast(), bytes) };
        check(code, "copying to the device")?;
        Self::arrive()
    }

    /// Waits for what `clear` and `write` have begun: they return as soon as the driver has it, and no stream of ours waits
    /// for the default stream, on which it is. Not for the whole context, in which another thread may record a graph.
    fn arrive() -> Result<(), DeviceError> {
        // SAFETY: a context is bound, which has this stream.
        check(unsafe { sys::cuStreamSynchronize(ptr::null_mut()) }, "copying to the device")
    }

    /// Copies values from `offset`.
    pub fn read(&self, offset: usize, values: &mut [f32]) -> Result<(), DeviceError> {
        let bytes = size_of_val(values);
        assert!(offset + bytes <= self.bytes, "values lie where they are read");
        self.context.bind()?;
        // SAFETY: as in `write`; every pattern of bits is an f32.
        let code = unsafe { sys::cuMemcpyDtoH_v2(values.as_mut_ptr().cast(), self.at(offset), bytes) };
        check(code, "copying from the device")
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.context.bind().is_ok() {
            // SAFETY: it is this memory's address, and nobody uses it any more; the driver waits for work under way.
            let _ = unsafe { sys::cuMemFree_v2(self.address) };
        }
    }
}

/// Memory of the host that the device copies from and to while the host does other things.
#[derive(Debug)]
pub struct Pinned {
    context: Arc<Context>,
    pub(super) pointer: *mut u32,
    pub(super) words: usize,
}

// SAFETY: it is memory that this owns.
unsafe impl Send for Pinned {}
// SAFETY: as above; what is shared is only read.
unsafe impl Sync for Pinned {}

impl Pinned {
    /// So many words of 32 bits, all zero.
    pub fn new(context: &Arc<Context>, words: usize) -> Result<Self, DeviceError> {
        context.bind()?;
        let (mut pointer, bytes) = (ptr::null_mut::<c_void>(), words.max(1) * 4);
        // SAFETY: the driver writes the pointer to as many bytes as were asked for, which are then all written.
        unsafe {
            let code = sys::cuMemHostAlloc(&raw mut pointer, bytes, 0);
            check_memory(code, "asking for memory of the host", DeviceError::OutOfHostMemory { bytes })?;
            pointer.write_bytes(0, bytes);
        }
        Ok(Self { context: context.clone(), pointer: pointer.cast(), words })
    }

    pub fn words(&self) -> &[u32] {
        // SAFETY: pointer and length are those of the memory; a copy to it that is under way is waited for before.
        unsafe { std::slice::from_raw_parts(self.pointer, self.words) }
    }

    /// To write, when no copy from it is under way any more.
    pub fn words_mut(&mut self) -> &mut [u32] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.pointer, self.words) }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if self.context.bind().is_ok() {
            // SAFETY: it came from `cuMemHostAlloc`, and nobody uses it any more.
            let _ = unsafe { sys::cuMemFreeHost(self.pointer.cast()) };
        }
    }
}
