//! Where a network begins and ends: its input, its outputs, its losses, the optimizer's step. Outside, volumes are dense.

use super::emitter::Emitter;
use super::kernel::{Kernel, volume};
use crate::cpu::map::{Buffer, Map};
use crate::cuda::launch::{Argument, Launch};
use crate::cuda::places::Places;
use crate::ops::conv;
use crate::ops::relayout::cuda::{Side, copy};

/// Dense places beside a network's arena.
pub(super) struct Staging {
    /// The first byte that is free.
    pub end: usize,
    batch: usize,
}

impl Staging {
    pub fn new(begin: usize, batch: usize) -> Self {
        Self { end: begin.next_multiple_of(256), batch }
    }

    /// A place for a volume in `f32`.
    pub fn take(&mut self, map: &Map) -> usize {
        let place = self.end;
        self.end += (map.volume() * self.batch * size_of::<f32>()).next_multiple_of(256);
        place
    }

    /// The place of a volume where it is dense, otherwise one of its own.
    pub fn dense(&mut self, buffer: &Buffer, emitter: &Emitter) -> usize {
        match emitter.at(buffer) {
            Some(Argument::Arena(place)) if buffer.map.pitch() == buffer.map.channels => place,
            _ => self.take(&buffer.map),
        }
    }
}

/// Copies the input from its dense place, unless it lies there.
pub(super) fn load_input(place: usize, buffer: &Buffer, emitter: &mut Emitter) {
    let to = Side::new(buffer, 0, emitter);
    let from = Side { place: Some(Argument::Arena(place)), pitch: buffer.map.channels, single: false };
    if from.place != to.place {
        copy(&buffer.map, &from, &to, false, emitter);
    }
}

/// Copies a volume from its dense place, where it is in `f32`.
pub(super) fn load(place: usize, buffer: &Buffer, add: bool, emitter: &mut Emitter) {
    let (from, to) = (dense(place, &buffer.map), Side::new(buffer, 0, emitter));
    copy(&buffer.map, &from, &to, add, emitter);
}

/// Copies a volume to its dense place, where it is in `f32`.
pub(super) fn store(buffer: &Buffer, place: usize, emitter: &mut Emitter) {
    let (from, to) = (Side::new(buffer, 0, emitter), dense(place, &buffer.map));
    copy(&buffer.map, &from, &to, false, emitter);
}

/// Copies a volume from one dense place to another.
pub(super) fn repeat(buffer: &Buffer, from: usize, to: usize, emitter: &mut Emitter) {
    copy(&buffer.map, &dense(from, &buffer.map), &dense(to, &buffer.map), false, emitter);
}

fn dense(place: usize, map: &Map) -> Side {
    Side { place: Some(Argument::Arena(place)), pitch: map.channels, single: true }
}

/// A loss and its gradient, by the template of its terms.
pub(super) fn loss(
    template: &'static str,
    [logits, gradient]: [usize; 2],
    head: usize,
    map: &Map,
    emitter: &mut Emitter,
) -> Vec<Launch> {
    emitter.release();
    let pixels = emitter.batch * map.height * map.width;
    let (threads, count, wanted) = if template == "cross_entropy" {
        (32 * pixels, pixels, ("const u32* labels", Some(Argument::Labels(head))))
    } else {
        (pixels * map.channels, pixels * map.channels, ("const float* targets", Some(Argument::Targets(head))))
    };
    let terms = emitter.scratch(count);
    let arguments = [
        ("const float* x", Some(Argument::Arena(logits))),
        wanted,
        ("const float* scale", Some(Argument::LossScale)),
        ("float* dx", Some(Argument::Arena(gradient))),
        ("float* terms", terms),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&Kernel::new(template, &["loss"], volume(map)), threads, &arguments);
    let arguments = [
        ("const float* terms", terms),
        ("float* loss", Some(Argument::Loss(head))),
        ("u32 count", Some(Argument::U32(count as u32))),
    ];
    emitter.each(&Kernel::new("loss_total", &["loss"], []), 1, &arguments);
    std::mem::take(&mut emitter.launches)
}

/// Packs weights that were trained, or all.
pub(super) fn pack(all: bool, emitter: &mut Emitter) -> Vec<Launch> {
    for (parameter, packing) in emitter.packings() {
        if all || emitter.is_trained(parameter) {
            conv::cuda::pack(parameter, &packing, emitter);
        }
    }
    std::mem::take(&mut emitter.launches)
}

/// The optimizer's step: all parameters are read and written once.
pub(super) fn update(emitter: &mut Emitter) -> Vec<Launch> {
    let places = Places::new(&emitter.parameter_specs());
    let number = |bytes: usize| Some(Argument::U32((bytes / size_of::<f32>()) as u32));
    let arguments = [
        ("float* w", Some(Argument::Parameters)),
        ("const float* gradient", Some(Argument::Gradients)),
        ("float* v", Some(Argument::States)),
        ("const float* rate", Some(Argument::Rate)),
        ("const float* momentum", Some(Argument::Momentum)),
        ("const float* nesterov", Some(Argument::Nesterov)),
        ("const float* decay", Some(Argument::Decay)),
        ("const float* loss_scale", Some(Argument::LossScale)),
        ("const u32* failed", Some(Argument::Failed)),
        ("u32 decaying", number(places.decaying())),
        ("u32 size", number(places.trained())),
    ];
    if places.trained() > 0 {
        emitter.each(&Kernel::new("sgd", &["sgd"], []), places.trained() / (4 * size_of::<f32>()), &arguments);
    }
    std::mem::take(&mut emitter.launches)
}
