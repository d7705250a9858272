//! One tensor of parameters: its values in the order the kernels read, its gradient, the optimizer's state.

mod derived;
mod gradient;

use std::sync::Arc;

pub(crate) use derived::Form;
pub(crate) use gradient::Gradient;

use self::derived::Derived;
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::error::LengthError;
use crate::ops::conv::{Geometry, Product, pack};
use crate::program::Slot;

/// A tensor of parameters. Values lie as the kernels read them; `values` and `set` speak the order of weight files
/// (PyTorch's: filters as `[K, C / groups, H, W]`, fully connected as `[K, C * H * W]`).
#[derive(Clone)]
pub struct Parameter {
    shape: Vec<usize>,
    packing: Packing,
    /// What it is for: decides initialisation, training and weight decay.
    role: Role,
    /// Copies of a parameter share them until they are written.
    value: Arc<Values>,
    gradient: Gradient,
    /// The last pass backward has written the gradient, and no update has used it yet.
    fresh: bool,
    /// The optimizer's memory (velocity); empty until it is needed.
    state: Floats,
}

/// Packed values, and what is kept of them.
#[derive(Clone, Default)]
pub(crate) struct Values {
    floats: Floats,
    derived: Derived,
}

impl Values {
    /// The values, to change; whatever was made of them is out of date.
    fn change(&mut self) -> &mut Floats {
        self.derived.clear();
        &mut self.floats
    }
}

/// How values lie in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Packing {
    /// As in the file, zeros behind up to a multiple of 16.
    Plain,
    /// The filters of a convolution, packed for its algorithm.
    Filters(&'static Geometry),
    /// A bias per position, `[K, OH, OW]` in the file, `[k / 16][y][x][16]` in memory.
    Positions(&'static Geometry),
}

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Filters: random at first, trained, decays.
    Weight,
    /// Zero at first, trained, does not decay.
    Bias,
    /// A batch norm's weight: one at first, trained, does not decay.
    Scale,
    /// Zero at first, not trained by gradients.
    RunningMean,
    /// One at first, not trained by gradients.
    RunningVariance,
}

impl Role {
    /// A gradient trains it; `false` for running statistics.
    pub const fn is_trained(self) -> bool {
        !matches!(self, Self::RunningMean | Self::RunningVariance)
    }
}

impl Parameter {
    /// A parameter at its first value: one for scales and running variances, zero for all else.
    ///
    /// `shape` is the shape in weight files; its product is the number of values.
    pub(crate) fn new(shape: Vec<usize>, packing: Packing, role: Role) -> Self {
        let len: usize = shape.iter().product();
        let packed = match packing {
            Packing::Plain => len,
            Packing::Filters(geometry) => pack::packed_len(geometry),
            Packing::Positions(geometry) => positions(geometry).0 * LANES,
        };
        let mut floats = Floats::zeros(packed);
        if matches!(role, Role::Scale | Role::RunningVariance) {
            floats[..len].fill(1.0);
        }
        Self {
            shape,
            packing,
            role,
            value: Arc::new(Values { floats, derived: Derived::default() }),
            gradient: Gradient::default(),
            fresh: false,
            state: Floats::default(),
        }
    }

    /// The shape in weight files.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// It has no values: the bias of a layer that has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it is for.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether this is what belongs there: the same values, and the same order of them.
    pub(crate) fn fits(&self, slot: &Slot) -> bool {
        let packed = match (self.packing, slot.packing) {
            (Packing::Plain, Packing::Plain) => true,
            (Packing::Filters(own), Packing::Filters(other)) => pack::is_same(own, other),
            (Packing::Positions(own), Packing::Positions(other)) => own.output == other.output,
            _ => false,
        };
        packed && self.role == slot.role && self.len() == slot.len
    }

    /// What it is, as [`fits`](Self::fits) compares it.
    pub(crate) fn slot(&self) -> Slot {
        Slot { packing: self.packing, role: self.role, len: self.len() }
    }

    /// The values in the order of weight files.
    pub fn values(&self) -> Vec<f32> {
        self.unpack(self.packed())
    }

    /// Sets the values, given in the order of weight files. The optimizer's memory of the old ones is forgotten.
    ///
    /// # Errors
    /// If `values` are not exactly [`len`](Self::len) many; the parameter is then left as it was.
    pub fn set(&mut self, values: &[f32]) -> Result<(), LengthError> {
        let len = self.len();
        if values.len() != len {
            return Err(LengthError::new(format!("a parameter of shape {:?}", self.shape), len, values.len()));
        }
        Self::pack(self.packing, values, Arc::make_mut(&mut self.value).change());
        self.state.fill(0.0);
        Ok(())
    }

    /// The optimizer's memory in the order of weight files, if there is any.
    #[cfg(feature = "cuda")]
    pub(crate) fn state(&self) -> Option<Vec<f32>> {
        (!self.state.is_empty()).then(|| self.unpack(&self.state))
    }

    /// Sets the optimizer's memory, given in the order of weight files.
    #[cfg(feature = "cuda")]
    pub(crate) fn set_state(&mut self, values: &[f32]) {
        self.state.grow(self.value.floats.len());
        Self::pack(self.packing, values, &mut self.state);
    }

    /// The gradient that the last training step has left, in the order of weight files; zeros before the first.
    pub fn gradient(&self) -> Vec<f32> {
        self.unpack(&self.packed_gradient())
    }

    /// The values as the kernels read them.
    pub(crate) fn packed(&self) -> &[f32] {
        &self.value.floats
    }

    /// The values as the kernels read them, to write: running statistics.
    pub(crate) fn packed_mut(&mut self) -> &mut [f32] {
        Arc::make_mut(&mut self.value).change()
    }

    /// The values, for a parameter that computes with them in the place of this one.
    pub(crate) fn lend(&self) -> Arc<Values> {
        Arc::clone(&self.value)
    }

    /// Takes the values of another one, packed alike, or gives them back for some that are nothing.
    pub(crate) fn borrow(&mut self, values: Arc<Values>) {
        self.value = values;
    }

    /// What `make` makes of the packed values, made when first asked for after a change.
    pub(crate) fn derived(&self, form: Form, make: impl FnOnce(&[f32], &mut Floats)) -> &Floats {
        let Values { floats, derived } = &*self.value;
        derived.get(form, |made| make(floats, made))
    }

    /// The gradient as the kernels write it.
    pub(crate) fn packed_gradient(&self) -> Floats {
        self.gradient.to_packed(self.value.floats.len())
    }

    /// The values and the gradient, both packed. The gradient holds zeros at first, later what the step before has
    /// left, and is `fresh` from now on: the optimizer will use it.
    pub(crate) fn with_gradient(&mut self) -> (&[f32], &mut [f32]) {
        let fresh = std::mem::replace(&mut self.fresh, true);
        let values = &self.value.floats;
        (values, self.gradient.written(values.len(), fresh))
    }

    /// The gradient to write, packed; see [`with_gradient`](Self::with_gradient).
    pub(crate) fn gradient_mut(&mut self) -> &mut [f32] {
        self.with_gradient().1
    }

    /// The gradient as a product, to set in the place of what there is.
    pub(crate) fn product_mut(&mut self) -> &mut Product {
        self.fresh = true;
        self.gradient.product()
    }

    /// Gives away the gradient, if a pass backward has written one since the last update.
    pub(crate) fn take_gradient(&mut self) -> Option<Gradient> {
        std::mem::take(&mut self.fresh).then(|| std::mem::take(&mut self.gradient))
    }

    /// Takes a gradient back, as one that is used.
    pub(crate) fn give_gradient(&mut self, gradient: Gradient) {
        self.gradient = gradient;
    }

    /// Takes as its gradient the sum of each `step`-th of others, in order.
    pub(crate) fn sum_gradients(&mut self, others: &[Option<Gradient>], step: usize) {
        self.fresh = true;
        self.gradient.sum(self.value.floats.len(), others, step);
    }

    /// Whether the gradient is finite, if a pass backward has written one since the last update.
    pub(crate) fn is_finite(&self) -> bool {
        !self.fresh || self.gradient.is_finite()
    }

    /// Whether a pass backward has written a gradient since the last update.
    #[cfg(test)]
    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Marks the gradient as used, without using it: the step has failed.
    pub(crate) fn spend_gradient(&mut self) {
        self.fresh = false;
    }

    /// Calls `f` with each part of gradient and values, packed alike, and marks the gradient as used; not at all if no
    /// gradient is fresh. The parts come in any order, some at the same time.
    pub(crate) fn update(&mut self, f: impl Fn(&[f32], &mut [f32]) + Sync) {
        if std::mem::take(&mut self.fresh) {
            let values = Arc::make_mut(&mut self.value).change();
            self.gradient.each([values], |gradient, [values]| f(gradient, values));
        }
    }

    /// Like [`update`](Self::update), with the optimizer's memory, made when first asked for, zero at first.
    pub(crate) fn update_with_state(&mut self, f: impl Fn(&[f32], &mut [f32], &mut [f32]) + Sync) {
        if std::mem::take(&mut self.fresh) {
            let values = Arc::make_mut(&mut self.value).change();
            self.state.grow(values.len());
            let slices: [&mut [f32]; 2] = [values, &mut self.state];
            self.gradient.each(slices, |gradient, [values, state]| f(gradient, values, state));
        }
    }

    fn pack(packing: Packing, values: &[f32], packed: &mut [f32]) {
        match packing {
            Packing::Plain => packed[..values.len()].copy_from_slice(values),
            Packing::Filters(geometry) => pack::pack(geometry, values, packed),
            Packing::Positions(geometry) => for_positions(geometry, |file, at| packed[at] = values[file]),
        }
    }

    fn unpack(&self, packed: &[f32]) -> Vec<f32> {
        let mut values = vec![0.0; self.len()];
        match self.packing {
            Packing::Plain => values.copy_from_slice(&packed[..self.len()]),
            Packing::Filters(geometry) => pack::unpack(geometry, packed, &mut values),
            Packing::Positions(geometry) => for_positions(geometry, |file, at| values[file] = packed[at]),
        }
        values
    }
}

/// Positions of all channel blocks of the output, and positions of one.
fn positions(geometry: &Geometry) -> (usize, usize) {
    let [height, width, depth] = geometry.output;
    (depth.div_ceil(LANES) * height * width, height * width)
}

/// Calls `f` with the index in the file and the index in memory of each value of a bias per position.
fn for_positions(geometry: &Geometry, mut f: impl FnMut(usize, usize)) {
    let (_, plane) = positions(geometry);
    for k in 0..geometry.output[2] {
        for at in 0..plane {
            f(k * plane + at, ((k / LANES) * plane + at) * LANES + k % LANES);
        }
    }
}

impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parameter({:?}, {:?})", self.role, self.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::conv::{Algorithm, Bias};

    static GEOMETRY: Geometry = Geometry {
        input: [4, 5, 3],
        output: [2, 3, 18],
        kernel: [3, 3],
        stride: [1, 1],
        pad: [0, 0],
        dilation: [1, 1],
        groups: 1,
        bias: Bias::Position,
        algorithm: Algorithm::Blocked,
    };

    #[test]
    fn values_come_back_in_file_order() {
        for (shape, packing) in [
            (vec![5], Packing::Plain),
            (vec![18, 3, 3, 3], Packing::Filters(&GEOMETRY)),
            (vec![18, 2, 3], Packing::Positions(&GEOMETRY)),
        ] {
            let mut parameter = Parameter::new(shape, packing, Role::Weight);
            let values: Vec<f32> = (1..=parameter.len()).map(|v| v as f32).collect();
            parameter.set(&values).expect("the length fits");
            assert_eq!(parameter.values(), values);
            assert_eq!(parameter.packed().len() % LANES, 0);
        }
    }

    #[test]
    fn a_bias_per_position_is_blocked_by_channels() {
        let mut bias = Parameter::new(vec![18, 2, 3], Packing::Positions(&GEOMETRY), Role::Bias);
        let values: Vec<f32> = (0..108).map(|v| v as f32).collect();
        bias.set(&values).expect("the length fits");
        assert_eq!(bias.packed().len(), 2 * 6 * 16);
        // Channel 17, row 1, column 2: second block, position 5, lane 1.
        assert_eq!(bias.packed()[(6 + 5) * 16 + 1].to_bits(), values[17 * 6 + 5].to_bits());
    }

    #[test]
    fn a_wrong_length_is_an_error_with_numbers() {
        let mut parameter = Parameter::new(vec![2, 3], Packing::Plain, Role::Weight);
        let error = parameter.set(&[1.0; 5]).expect_err("five are not six");
        assert_eq!(error.to_string(), "a parameter of shape [2, 3] has 6 values, but 5 were given");
    }

    #[test]
    fn a_gradient_is_used_once() {
        let mut parameter = Parameter::new(vec![3], Packing::Plain, Role::Weight);
        assert_eq!(parameter.gradient(), [0.0; 3]);
        let subtract =
            |gradient: &[f32], values: &mut [f32]| values.iter_mut().zip(gradient).for_each(|(w, g)| *w -= g);
        parameter.update(subtract);
        assert_eq!(parameter.values(), [0.0; 3]);
        parameter.gradient_mut()[0] = 2.0;
        assert!(parameter.is_fresh());
        (0..2).for_each(|_| parameter.update(subtract));
        assert_eq!(parameter.values(), [-2.0, 0.0, 0.0]);
        assert_eq!(parameter.gradient(), [2.0, 0.0, 0.0]);
    }
}
