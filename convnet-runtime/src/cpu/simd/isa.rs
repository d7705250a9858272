//! Which instruction set is in force.

use std::cell::Cell;
use std::sync::OnceLock;

use super::{Kernel, Portable, Simd};

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// AVX-512 F, BW, DQ, VL: one register per vector.
    Avx512,
    /// AVX2, FMA and F16C: two.
    Avx2,
    /// NEON: four.
    Neon,
    /// No intrinsics.
    Portable,
}

thread_local! {
    static FORCED: Cell<Option<Isa>> = const { Cell::new(None) };
}

impl Isa {
    /// All, best first.
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Portable];

    /// Its name, as `CONVNET_ISA` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }

    /// Whether this processor has it.
    pub fn available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => super::Avx512::new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => super::Avx2::new().is_some(),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => super::Neon::new().is_some(),
            Self::Portable => true,
            #[allow(unreachable_patterns)]
            _ => false,
        }
    }

    /// The one in force: [`Isa::scope`]'s on this thread, else the one that the environment variable `CONVNET_ISA`
    /// names, else the best that this processor has.
    #[inline]
    pub fn current() -> Self {
        static CHOICE: OnceLock<Isa> = OnceLock::new();
        FORCED
            .get()
            .unwrap_or_else(|| *CHOICE.get_or_init(|| Self::choose(std::env::var("CONVNET_ISA").ok().as_deref())))
    }

    /// Runs `f` with this instruction set in force on this thread, and in the kernels that `f` starts from it. For
    /// tests and comparisons.
    ///
    /// # Panics
    /// If the processor does not have it.
    pub fn scope<T>(self, f: impl FnOnce() -> T) -> T {
        struct Restore(Option<Isa>);
        impl Drop for Restore {
            fn drop(&mut self) {
                FORCED.set(self.0);
            }
        }
        assert!(self.available(), "this processor has no {}", self.name());
        let _restore = Restore(FORCED.replace(Some(self)));
        f()
    }

    /// Runs a kernel on it; on the portable one where the processor does not have it.
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                if let Some(s) = super::Avx512::new() {
                    return s.vectorize(kernel);
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                if let Some(s) = super::Avx2::new() {
                    return s.vectorize(kernel);
                }
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon => {
                if let Some(s) = super::Neon::new() {
                    return s.vectorize(kernel);
                }
            }
            _ => {}
        }
        Portable.vectorize(kernel)
    }

    pub(super) fn choose(wish: Option<&str>) -> Self {
        let best = Self::ALL.into_iter().find(|isa| isa.available()).unwrap_or(Self::Portable);
        let Some(wish) = wish else { return best };
        match Self::ALL.into_iter().find(|isa| isa.name() == wish) {
            Some(isa) if isa.available() => isa,
            Some(_) => {
                eprintln!("convnet: CONVNET_ISA={wish}: this processor does not have it; using {}", best.name());
                best
            }
            None => {
                let best = best.name();
                eprintln!("convnet: CONVNET_ISA={wish}: expected avx512, avx2, neon or portable; using {best}");
                Self::choose(None)
            }
        }
    }
}
