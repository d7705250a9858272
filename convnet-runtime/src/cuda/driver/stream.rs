//! Streams: copies, launches and graphs, one after the other.

use std::ffi::{c_uint, c_void};
use std::ptr;
use std::sync::Arc;

use cudarc::driver::sys;

use super::event::{Event, Graph};
use super::memory::{Memory, Pinned};
use super::module::Kernel;
use super::tensor::Encoded;
use super::{Context, check};
use crate::cuda::error::DeviceError;

/// Work in order.
#[derive(Debug)]
pub struct Stream {
    pub(super) context: Arc<Context>,
    pub(super) raw: sys::CUstream,
}

// SAFETY: streams may be used by any thread whose context is theirs.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}

impl Stream {
    pub fn new(context: &Arc<Context>) -> Result<Self, DeviceError> {
        context.bind()?;
        let (mut raw, flags) = (ptr::null_mut(), sys::CUstream_flags::CU_STREAM_NON_BLOCKING as c_uint);
        // SAFETY: the driver writes the stream.
        check(unsafe { sys::cuStreamCreate(&raw mut raw, flags) }, "making a stream")?;
        Ok(Self { context: context.clone(), raw })
    }

    /// Copies the first words of `source` to a place in memory, some time.
    pub fn copy_in(&self, source: &Pinned, target: &Memory, offset: usize, words: usize) -> Result<(), DeviceError> {
        assert!(words <= source.words && offset + 4 * words <= target.bytes, "a copy fits");
        self.context.bind()?;
        // SAFETY: both ranges were checked; `source` is pinned and stays until the stream is done.
        let code = unsafe { sys::cuMemcpyHtoDAsync_v2(target.at(offset), source.pointer.cast(), 4 * words, self.raw) };
        check(code, "copying to the device")
    }

    /// Copies words from a place in memory to `offset` words in `target`, some time.
    pub fn copy_out(
        &self,
        source: &Memory,
        from: usize,
        target: &Pinned,
        offset: usize,
        words: usize,
    ) -> Result<(), DeviceError> {
        assert!(offset + words <= target.words && from + 4 * words <= source.bytes, "a copy fits");
        self.context.bind()?;
        // SAFETY: as in `copy_in`.
        let code = unsafe {
            sys::cuMemcpyDtoHAsync_v2(target.pointer.add(offset).cast(), source.at(from), 4 * words, self.raw)
        };
        check(code, "copying from the device")
    }

    /// Copies bytes between two places on the device.
    pub fn copy(
        &self,
        source: &Memory,
        from: usize,
        target: &Memory,
        to: usize,
        bytes: usize,
    ) -> Result<(), DeviceError> {
        assert!(from + bytes <= source.bytes && to + bytes <= target.bytes, "a copy fits");
        if bytes == 0 {
            return Ok(());
        }
        self.context.bind()?;
        // SAFETY: both ranges were checked.
        let code = unsafe { sys::cuMemcpyDtoDAsync_v2(target.at(to), source.at(from), bytes, self.raw) };
        check(code, "copying on the device")
    }

    /// Launches a kernel. It gets the maps, then the arguments: each is eight bytes, of which it reads as many as its parameter
    /// has.
    pub fn launch(
        &self,
        kernel: Kernel,
        [grid, block]: [[u32; 3]; 2],
        shared: u32,
        maps: &[Encoded],
        arguments: &[u64],
    ) -> Result<(), DeviceError> {
        /// More than any kernel has.
        const MOST: usize = 32;
        assert!(maps.len() + arguments.len() <= MOST, "a kernel has at most {MOST} arguments");
        let maps = maps.iter().map(|map| ptr::from_ref(&map.0).cast_mut().cast());
        let arguments = arguments.iter().map(|argument| ptr::from_ref(argument).cast_mut().cast());
        let mut pointers = [ptr::null_mut::<c_void>(); MOST];
        pointers.iter_mut().zip(maps.chain(arguments)).for_each(|(pointer, argument)| *pointer = argument);
        self.context.bind()?;
        let ([gx, gy, gz], [bx, by, bz]) = (grid, block);
        // SAFETY: there are as many arguments as the kernel has parameters, in their order, each at least as large, which
        // is the contract of a `Launch`; the driver copies them before it returns.
        let code = unsafe {
            sys::cuLaunchKernel(
                kernel.0,
                gx,
                gy,
                gz,
                bx,
                by,
                bz,
                shared,
                self.raw,
                pointers.as_mut_ptr(),
                ptr::null_mut(),
            )
        };
        check(code, "launching a kernel")
    }

    /// What comes next on this stream waits for the event.
    pub fn wait(&self, event: &Event) -> Result<(), DeviceError> {
        self.context.bind()?;
        // SAFETY: both exist.
        check(unsafe { sys::cuStreamWaitEvent(self.raw, event.raw, 0) }, "ordering streams")
    }

    /// Waits until all is done.
    pub fn finish(&self) -> Result<(), DeviceError> {
        self.context.bind()?;
        // SAFETY: it exists.
        check(unsafe { sys::cuStreamSynchronize(self.raw) }, "waiting for the device")
    }

    /// What `f` enqueues, as one graph; it does not run.
    pub fn capture(&self, f: impl FnOnce() -> Result<(), DeviceError>) -> Result<Graph, DeviceError> {
        self.context.bind()?;
        let mode = sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
        // SAFETY: the capture that is begun is ended, whatever `f` gives; the graph is destroyed once.
        unsafe {
            check(sys::cuStreamBeginCapture_v2(self.raw, mode), "recording a graph")?;
            let recorded = f();
            let mut graph = ptr::null_mut();
            let ended = check(sys::cuStreamEndCapture(self.raw, &raw mut graph), "recording a graph");
            let mut raw = ptr::null_mut();
            let made = recorded
                .and(ended)
                .and_then(|()| check(sys::cuGraphInstantiateWithFlags(&raw mut raw, graph, 0), "making a graph"));
            if !graph.is_null() {
                let _ = sys::cuGraphDestroy(graph);
            }
            made.map(|()| Graph { context: self.context.clone(), raw })
        }
    }

    /// Runs a graph.
    pub fn run(&self, graph: &Graph) -> Result<(), DeviceError> {
        self.context.bind()?;
        // SAFETY: both exist.
        check(unsafe { sys::cuGraphLaunch(graph.raw, self.raw) }, "launching a step")
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.context.bind().is_ok() {
            // SAFETY: it exists and is not used any more; what it holds is waited for, because it uses memory that may go
            // next.
            unsafe {
                let _ = sys::cuStreamSynchronize(self.raw);
                let _ = sys::cuStreamDestroy_v2(self.raw);
            }
        }
    }
}
