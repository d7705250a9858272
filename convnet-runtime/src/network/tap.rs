//! A name for what a layer in the middle of a network gives.

use std::fmt;
use std::marker::PhantomData;

use crate::cpu::map::Buffer;
use crate::cpu::run::Run;

/// What a named layer of `N` gives, of shape `V`: a constant of the network's type, for
/// [`features_at`](crate::network::Network::features_at).
pub struct Tap<N, V> {
    /// How many of the network's stages run before.
    pub(crate) stages: usize,
    /// The first part of the stage behind them, where the value arises in the middle of a fused one.
    pub(crate) cut: Option<fn(&N, &mut Run<'_>)>,
    pub(crate) buffer: Buffer,
    shape: PhantomData<fn() -> V>,
}

impl<N, V> Tap<N, V> {
    /// The value lies in `buffer` when so many stages have run.
    #[doc(hidden)]
    pub const fn after(stages: usize, buffer: Buffer) -> Self {
        Self { stages, cut: None, buffer, shape: PhantomData }
    }

    /// The value lies in `buffer` when so many stages and then `cut` have run.
    #[doc(hidden)]
    pub const fn within(stages: usize, cut: fn(&N, &mut Run<'_>), buffer: Buffer) -> Self {
        Self { stages, cut: Some(cut), buffer, shape: PhantomData }
    }
}

// By hand, because a derive would ask for `N: Clone` and so on.
impl<N, V> Clone for Tap<N, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N, V> Copy for Tap<N, V> {}

impl<N, V> fmt::Debug for Tap<N, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tap").field(&self.buffer).finish()
    }
}
