//! The parameters of each kind of layer: the fields of a generated network.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::network::Key;
use crate::ops::bn::Line;
use crate::ops::conv::{Bias, Geometry, pack};
use crate::parameter::{Packing, Parameter, Role};

/// Memory that a layer's kernels use while training. It keeps nothing from one call to the next, so that a clone of the
/// layer begins with none.
#[derive(Default)]
pub(crate) struct Scratch<T = Floats>(T);

impl<T: Default> Clone for Scratch<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> Deref for Scratch<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Scratch<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// The parameters of a convolution, depthwise convolution or fully connected layer.
#[derive(Clone)]
pub struct Conv {
    /// Filters: `[K, C / groups, FH, FW]`, or `[K, C * H * W]` when fully connected.
    pub weight: Parameter,
    /// `[K]`, or `[K, OH, OW]` with a bias per position; empty without bias.
    pub bias: Parameter,
    pub(crate) scratch: Scratch,
}

impl Conv {
    /// A convolution with all parameters at zero.
    #[doc(hidden)]
    pub fn new(geometry: &'static Geometry) -> Self {
        let [height, width] = geometry.kernel;
        Self::with_shape(geometry, vec![geometry.output[2], geometry.input[2] / geometry.groups, height, width])
    }

    /// A fully connected layer with all parameters at zero: the filter covers the whole input.
    #[doc(hidden)]
    pub fn fully_connected(geometry: &'static Geometry) -> Self {
        Self::with_shape(geometry, vec![geometry.output[2], geometry.input.iter().product()])
    }

    fn with_shape(geometry: &'static Geometry, shape: Vec<usize>) -> Self {
        let [height, width, filters] = geometry.output;
        let (bias, packing) = match geometry.bias {
            Bias::None => (vec![0], Packing::Plain),
            Bias::Channel => (vec![filters], Packing::Plain),
            Bias::Position => (vec![filters, height, width], Packing::Positions(geometry)),
        };
        Self {
            weight: Parameter::new(shape, Packing::Filters(geometry), Role::Weight),
            bias: Parameter::new(bias, packing, Role::Bias),
            scratch: Scratch::default(),
        }
    }

    /// Whether weights and bias are as long as those of a convolution: kernels trust it.
    ///
    /// # Panics
    /// If not.
    pub(crate) fn check(&self, geometry: &Geometry) {
        let [height, width, filters] = geometry.output;
        let bias = match geometry.bias {
            Bias::None => 0,
            Bias::Channel => filters.next_multiple_of(LANES),
            Bias::Position => filters.next_multiple_of(LANES) * height * width,
        };
        assert!(self.weight.packed().len() == pack::packed_len(geometry), "the weights are the layer's");
        assert!(self.bias.packed().len() == bias, "the bias is the layer's");
    }

    /// Calls `f` with `weight` and, if there is one, `bias`.
    #[doc(hidden)]
    pub fn visit<'a>(&'a self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &'a Parameter)) {
        f(&key.join("weight"), &self.weight);
        if !self.bias.is_empty() {
            f(&key.join("bias"), &self.bias);
        }
    }

    /// Like `visit`.
    #[doc(hidden)]
    pub fn visit_mut(&mut self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &mut Parameter)) {
        f(&key.join("weight"), &mut self.weight);
        if !self.bias.is_empty() {
            f(&key.join("bias"), &mut self.bias);
        }
    }
}

/// The parameters of a batch norm, each `[C]`.
#[derive(Clone)]
pub struct BatchNorm {
    /// The scale, one at first.
    pub weight: Parameter,
    /// The shift.
    pub bias: Parameter,
    /// Mean of the training batches.
    pub running_mean: Parameter,
    /// Unbiased variance of the training batches, one at first.
    pub running_var: Parameter,
    pub(crate) scratch: Scratch,
    pub(crate) lines: Scratch<Vec<Line>>,
}

impl BatchNorm {
    /// A batch norm that changes nothing yet.
    #[doc(hidden)]
    pub fn new(channels: usize) -> Self {
        let parameter = |role| Parameter::new(vec![channels], Packing::Plain, role);
        Self {
            weight: parameter(Role::Scale),
            bias: parameter(Role::Bias),
            running_mean: parameter(Role::RunningMean),
            running_var: parameter(Role::RunningVariance),
            scratch: Scratch::default(),
            lines: Scratch::default(),
        }
    }

    /// Calls `f` with `weight`, `bias`, `running_mean` and `running_var`.
    #[doc(hidden)]
    pub fn visit<'a>(&'a self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &'a Parameter)) {
        f(&key.join("weight"), &self.weight);
        f(&key.join("bias"), &self.bias);
        f(&key.join("running_mean"), &self.running_mean);
        f(&key.join("running_var"), &self.running_var);
    }

    /// Like `visit`.
    #[doc(hidden)]
    pub fn visit_mut(&mut self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &mut Parameter)) {
        f(&key.join("weight"), &mut self.weight);
        f(&key.join("bias"), &mut self.bias);
        f(&key.join("running_mean"), &mut self.running_mean);
        f(&key.join("running_var"), &mut self.running_var);
    }
}

// By hand, without the scratch: `#[derive(Debug)]` on a network then shows the roles and shapes of its parameters.
impl fmt::Debug for Conv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries([&self.weight, &self.bias]).finish()
    }
}

impl fmt::Debug for BatchNorm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries([&self.weight, &self.bias, &self.running_mean, &self.running_var]).finish()
    }
}
