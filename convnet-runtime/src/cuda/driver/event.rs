//! Events and graphs: moments in a stream, and work that is launched as one.

use std::ffi::c_uint;
use std::ptr;
use std::sync::Arc;

use cudarc::driver::sys;

use super::stream::Stream;
use super::{Context, check};
use crate::cuda::error::DeviceError;

/// A moment in a stream.
#[derive(Debug)]
pub struct Event {
    pub(super) context: Arc<Context>,
    pub(super) raw: sys::CUevent,
}

// SAFETY: events may be used by any thread whose context is theirs.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

impl Event {
    /// An event that has passed.
    pub fn new(context: &Arc<Context>) -> Result<Self, DeviceError> {
        context.bind()?;
        let (mut raw, flags) = (ptr::null_mut(), sys::CUevent_flags::CU_EVENT_DISABLE_TIMING as c_uint);
        // SAFETY: the driver writes the event.
        check(unsafe { sys::cuEventCreate(&raw mut raw, flags) }, "making an event")?;
        Ok(Self { context: context.clone(), raw })
    }

    /// It passes when what is on the stream now is done.
    pub fn record(&self, stream: &Stream) -> Result<(), DeviceError> {
        self.context.bind()?;
        // SAFETY: both exist.
        check(unsafe { sys::cuEventRecord(self.raw, stream.raw) }, "marking a stream")
    }

    /// Waits until it has passed.
    pub fn wait(&self) -> Result<(), DeviceError> {
        self.context.bind()?;
        // SAFETY: it exists.
        check(unsafe { sys::cuEventSynchronize(self.raw) }, "waiting for the device")
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if self.context.bind().is_ok() {
            // SAFETY: it exists and is not used any more.
            let _ = unsafe { sys::cuEventDestroy_v2(self.raw) };
        }
    }
}

/// Work that is launched as one.
#[derive(Debug)]
pub struct Graph {
    pub(super) context: Arc<Context>,
    pub(super) raw: sys::CUgraphExec,
}

// SAFETY: one thread at a time uses it, since it is owned by what is locked or borrowed to run.
unsafe impl Send for Graph {}
// SAFETY: as above.
unsafe impl Sync for Graph {}

impl Drop for Graph {
    fn drop(&mut self) {
        if self.context.bind().is_ok() {
            // SAFETY: it exists; the driver keeps it until it has run.
            let _ = unsafe { sys::cuGraphExecDestroy(self.raw) };
        }
    }
}
