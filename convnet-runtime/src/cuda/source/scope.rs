//! One network inside the network that runs: where its arena begins, which parameters are its own.

use crate::cpu::map::LANES;
use crate::program::{Program, Step, Weights};

/// A network, or a network used as a layer.
#[derive(Clone)]
pub(super) struct Scope {
    pub program: Program,
    /// Whether it runs in training mode.
    pub training: bool,
    /// Floats per sample before its arena.
    pub base: usize,
    /// The parameters before its own.
    pub first_parameter: usize,
    /// How its seed comes from the outermost network's.
    pub seeds: Vec<u64>,
}

impl Scope {
    /// The outermost network.
    pub fn new(program: &Program, training: bool) -> Self {
        Self { program: *program, training, base: 0, first_parameter: 0, seeds: Vec::new() }
    }

    /// The network in a slot.
    pub fn inner(&self, program: &Program, training: bool, slot: usize, weights: usize) -> Self {
        let before = self.steps().iter().take_while(|step| !is_slot(step, slot)).map(inner_floats).sum::<usize>();
        let mut seeds = self.seeds.clone();
        seeds.push(crate::ops::network::slot_seed(slot));
        Self {
            program: *program,
            training,
            base: self.base + self.own_floats() + before,
            first_parameter: self.parameter(weights),
            seeds,
        }
    }

    /// What runs forward.
    pub fn steps(&self) -> &'static [Step] {
        if self.training { self.program.training } else { self.program.inference }
    }

    /// The first parameter of a set.
    pub fn parameter(&self, weights: usize) -> usize {
        self.first_parameter + self.program.weights[..weights].iter().map(Weights::count).sum::<usize>()
    }

    /// What forward keeps beside the volumes, here and in inner networks: its place in the plan, and words of a batch.
    pub fn kept(&self, batch: usize) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for step in self.steps() {
            match step {
                Step::Conv { stage, .. } => {
                    let map = &stage.output.map;
                    let words = map.height * map.width * map.channels.div_ceil(LANES);
                    all.extend(stage.winners.map(|place| (self.base + place, batch * words)));
                }
                Step::Norm { stage, .. } => {
                    let words = 2 * stage.input.map.channels.next_multiple_of(LANES);
                    all.extend(stage.statistics.map(|place| (self.base + place, words)));
                }
                Step::Network { stage, network, weights, training } => {
                    all.extend(self.inner(network, *training, stage.slot, *weights).kept(batch));
                }
                _ => {}
            }
        }
        all
    }

    fn own_floats(&self) -> usize {
        self.program.frames[usize::from(self.training)].floats
    }

    /// Floats per sample of its arena and those of its inner networks.
    pub fn floats(&self) -> usize {
        self.own_floats() + self.steps().iter().map(inner_floats).sum::<usize>()
    }
}

fn is_slot(step: &Step, slot: usize) -> bool {
    matches!(step, Step::Network { stage, .. } if stage.slot == slot)
}

fn inner_floats(step: &Step) -> usize {
    match step {
        Step::Network { network, training, .. } => Scope::new(network, *training).floats(),
        _ => 0,
    }
}
