//! A GPU, found or not.

use std::env;
use std::fmt;
use std::sync::Arc;

use super::cache::{Cache, Key};
use super::compiler::{self, Compiler};
use super::driver::{Context, Facts, Module};
use super::error::{DeviceError, Version};

/// An NVIDIA GPU.
///
/// One binary runs with and without: where there is no device, asking for it is an error that says what is missing, and
/// the network stays on the CPU.
///
/// ```
/// use convnet_runtime::cuda::Device;
///
/// match Device::new(0) {
///     Ok(device) => println!("on {device}"),
///     Err(error) => println!("on the CPU: {error}"),
/// }
/// ```
#[derive(Clone)]
pub struct Device {
    context: Arc<Context>,
    facts: Arc<Facts>,
}

/// The oldest compute capability: Ampere's.
const OLDEST: Version = (8, 0);

impl Device {
    /// The device of this number, counted from 0.
    ///
    /// # Errors
    /// If there is no driver, no such device, or one of them is too old.
    pub fn new(ordinal: usize) -> Result<Self, DeviceError> {
        compiler::preload_driver();
        let (context, facts) = Context::retain(ordinal)?;
        if facts.capability < OLDEST {
            return Err(DeviceError::OldDevice { name: facts.name, capability: facts.capability });
        }
        Ok(Self { context, facts: Arc::new(facts) })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Its compute capability.
    pub fn capability(&self) -> Version {
        self.facts.capability
    }

    /// The version of CUDA that its driver is of.
    pub fn driver(&self) -> Version {
        self.facts.driver
    }

    /// What kernels are compiled for: `sm_80`, `sm_90a`. `CONVNET_CUDA_ARCHITECTURE` names another that the device runs:
    /// `sm_90` does without the matrix instructions that only Hopper has.
    pub fn architecture(&self) -> String {
        if let Some(named) = env::var("CONVNET_CUDA_ARCHITECTURE").ok().filter(|named| !named.is_empty()) {
            return named;
        }
        let (major, minor) = self.facts.capability;
        // Hopper's matrix instructions belong to its own architecture, not to a line of compatible ones.
        let own = if (major, minor) == (9, 0) { "a" } else { "" };
        format!("sm_{major}{minor}{own}")
    }

    /// Its multiprocessors.
    pub(super) fn processors(&self) -> u32 {
        self.facts.processors
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// The kernels of a source: from the cache, or compiled and then kept there. What the driver refuses is as good as
    /// damaged.
    pub(super) fn load(&self, source: &str) -> Result<Module, DeviceError> {
        let (compiler, cache, architecture) = (Compiler::find(), Cache::find(), self.architecture());
        let identity = compiler.as_ref().ok().map(Compiler::identity);
        let key = Key::new(source, &architecture, identity.as_deref());
        let mut refused = None;
        if let Some((image, file)) = cache.get(&key) {
            match Module::new(&self.context, &image) {
                Err(DeviceError::Cubin { problem }) => refused = Some(format!("`{}`: {problem}", file.display())),
                result => return result,
            }
        }
        // Without a compiler, what is wrong is the cubin, if there is one.
        let compiler = compiler.map_err(|error| match refused {
            Some(problem) => DeviceError::Cubin { problem: format!("{problem}. To make it again: {error}") },
            None => error,
        })?;
        if let Some(needed) = compiler.version().filter(|(major, _)| *major > self.facts.driver.0) {
            return Err(DeviceError::OldDriver { driver: self.facts.driver, needed });
        }
        let image = compiler.compile(source, &architecture)?.image;
        let module = Module::new(&self.context, &image)?;
        cache.put(&key, &image);
        Ok(module)
    }

    /// The kernels of a source whose image was made ahead. If the driver refuses it, they come as [`load`](Self::load)
    /// brings them; where that is not possible, the error is that of the image.
    pub(super) fn load_image(&self, image: &[u8], source: &str) -> Result<Module, DeviceError> {
        match Module::new(&self.context, image) {
            Err(refused @ DeviceError::Cubin { .. }) => self.load(source).map_err(|_| refused),
            result => result,
        }
    }
}

impl fmt::Display for Device {
    /// `NVIDIA H200 (compute capability 9.0, CUDA 13.0)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { name, capability: (major, minor), driver: (a, b), .. } = &*self.facts;
        write!(f, "{name} (compute capability {major}.{minor}, CUDA {a}.{b})")
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({self})")
    }
}
