//! A network's parameters on the device: values, gradients and the optimizer's memory, each one piece of memory, so that
//! one kernel looks at all gradients and one copy keeps all statistics.

use std::ops::Range;

use super::device::Device;
use super::driver::Memory;
use super::error::DeviceError;
use super::places::Places;
use super::source::Module;
use crate::network::{Key, Network};

const FLOAT: usize = size_of::<f32>();

/// All parameters of a network.
#[derive(Debug)]
pub struct Parameters {
    values: Memory,
    gradients: Memory,
    state: Memory,
    /// Weights in the orders in which products read them.
    packed: Memory,
    places: Places,
    /// The optimizer has used its memory.
    pub stateful: bool,
}

impl Parameters {
    /// Makes room for the parameters of `net` and copies them; those that are packed are not there yet.
    pub fn new<N: Network>(net: &N, module: &Module, device: &Device) -> Result<Self, DeviceError> {
        let places = module.places.clone();
        let memory = |bytes| Memory::new(device.context(), bytes);
        let mut all = Self {
            values: memory(places.end())?,
            gradients: memory(places.trained())?,
            state: memory(places.trained())?,
            packed: memory(module.packed)?,
            places,
            stateful: false,
        };
        all.upload(net)?;
        Ok(all)
    }

    fn upload<N: Network>(&mut self, net: &N) -> Result<(), DeviceError> {
        self.gradients.clear()?;
        self.state.clear()?;
        let (mut result, mut places, mut stateful) = (Ok(()), self.places.all.iter(), false);
        net.visit(&Key::ROOT, &mut |_, parameter| {
            let Some(place) = places.next().filter(|_| result.is_ok()) else { return };
            result = self.values.write(place.start, &parameter.values());
            if let Some(state) = parameter.state().filter(|_| result.is_ok() && place.end <= self.places.trained()) {
                result = self.state.write(place.start, &state);
                stateful = true;
            }
        });
        self.stateful = stateful;
        result
    }

    /// Copies values and optimizer's memory into `net`.
    pub fn download<N: Network>(&self, net: &mut N) -> Result<(), DeviceError> {
        // All is read before anything is written: `net` is new or as it was.
        let mut read = Vec::with_capacity(self.places.all.len());
        for place in &self.places.all {
            let len = place.len() / FLOAT;
            let (mut values, mut state) = (vec![0.0; len], Vec::new());
            self.values.read(place.start, &mut values)?;
            if self.stateful && place.end <= self.places.trained() {
                state.resize(len, 0.0);
                self.state.read(place.start, &mut state)?;
            }
            read.push((values, state));
        }
        let mut read = read.into_iter();
        net.visit_mut(&Key::ROOT, &mut |_, parameter| {
            let Some((values, state)) = read.next() else { return };
            // The lengths are those of this network's parameters, so that there is no error.
            if parameter.set(&values).is_ok() && !state.is_empty() {
                parameter.set_state(&state);
            }
        });
        Ok(())
    }

    /// Copies the gradient of each trained parameter, by its place in visiting order.
    pub fn read_gradients(&self) -> Result<Vec<Option<Vec<f32>>>, DeviceError> {
        let read = |place: &Range<usize>| {
            if place.end > self.places.trained() {
                return Ok(None);
            }
            let mut gradient = vec![0.0; place.len() / FLOAT];
            self.gradients.read(place.start, &mut gradient).map(|()| Some(gradient))
        };
        self.places.all.iter().map(read).collect()
    }

    /// The address of a parameter's values.
    pub fn value(&self, index: usize) -> u64 {
        self.values.at(self.places.all[index].start)
    }

    /// The address of a trained parameter's gradient.
    pub fn gradient(&self, index: usize) -> u64 {
        self.gradients.at(self.places.all[index].start)
    }

    /// The addresses of all values, of all gradients, and of all that the optimizer remembers.
    pub fn addresses(&self) -> [u64; 3] {
        [&self.values, &self.gradients, &self.state].map(|memory| memory.at(0))
    }

    /// The address of a place among the packed weights.
    pub fn packed(&self, place: usize) -> u64 {
        self.packed.at(place)
    }

    /// The address of all gradients, and how many numbers there are.
    pub fn all_gradients(&self) -> (u64, usize) {
        (self.gradients.at(0), self.places.trained() / FLOAT)
    }

    /// All values, and where the running statistics lie in them.
    pub fn statistics(&self) -> (&Memory, Range<usize>) {
        (&self.values, self.places.statistics())
    }

    /// The parameter in whose gradient a place is.
    pub fn parameter_at(&self, float: usize) -> Option<usize> {
        self.places.all.iter().position(|place| place.contains(&(float * FLOAT)))
    }
}
