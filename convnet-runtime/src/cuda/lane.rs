//! A way of a batch to the device and of its results back. Training has two and takes turns, so that one batch is copied
//! while the device works on the one before.

use rayon::prelude::*;

use super::device::Device;
use super::driver::{Event, Memory, Pinned, Stream};
use super::error::DeviceError;

/// Words of the block of numbers before a batch; losses begin at `LOSSES`.
const SEED: usize = 0;
const RATE: usize = 2;
const MOMENTUM: usize = 3;
const NESTEROV: usize = 4;
const DECAY: usize = 5;
const LOSS_SCALE: usize = 6;
const FAILED: usize = 8;
const LOSSES: usize = 10;

/// What the kernels of a step look up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    pub seed: u64,
    pub rate: f32,
    pub momentum: f32,
    pub nesterov: bool,
    pub decay: f32,
    /// The loss, where the host has computed it.
    pub loss: f32,
}

/// How a step has gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The sum over the heads.
    pub loss: f32,
    /// It has failed: a loss or a gradient is not finite.
    pub failed: bool,
    /// The first place among all gradients that is not finite.
    pub place: Option<usize>,
}

/// Staging memory on both sides.
#[derive(Debug)]
pub struct Lane {
    host: Option<Pinned>,
    device: Option<Memory>,
    results: Option<Pinned>,
    /// What is on its way up has arrived.
    uploaded: Event,
    /// The device is done with all that is here.
    pub done: Event,
    header: usize,
}

impl Lane {
    pub fn new(device: &Device, heads: usize) -> Result<Self, DeviceError> {
        let event = || Event::new(device.context());
        let header = (LOSSES + heads).next_multiple_of(64);
        Ok(Self { host: None, device: None, results: None, uploaded: event()?, done: event()?, header })
    }

    /// Makes room for so many words of a batch and of results; gives whether something has moved. Nothing may be under
    /// way.
    pub fn grow(&mut self, device: &Device, words: usize, results: usize) -> Result<bool, DeviceError> {
        let (words, results) = (words + self.header, results.max(self.header));
        let has = |pinned: &Option<Pinned>, words: usize| pinned.as_ref().is_some_and(|p| p.words().len() >= words);
        if has(&self.host, words) && has(&self.results, results) && self.device.is_some() {
            return Ok(false);
        }
        (self.host, self.device, self.results) = (None, None, None);
        self.host = Some(Pinned::new(device.context(), words)?);
        self.results = Some(Pinned::new(device.context(), results)?);
        self.device = Some(Memory::new(device.context(), 4 * words)?);
        Ok(true)
    }

    /// Writes numbers, a batch, and labels or targets, and sends them; `stream` goes on when they are there. Nothing that
    /// was here before may be under way.
    pub fn send(
        &mut self,
        numbers: &Numbers,
        batch: &[f32],
        rest: Rest<'_>,
        [uploads, stream]: [&Stream; 2],
    ) -> Result<(), DeviceError> {
        let (Some(host), Some(device)) = (&mut self.host, &self.device) else { return Ok(()) };
        let words = host.words_mut();
        let (header, values) = words.split_at_mut(self.header);
        header.fill(0);
        (header[SEED], header[SEED + 1]) = (numbers.seed as u32, (numbers.seed >> 32) as u32);
        let floats = [numbers.rate, numbers.momentum, f32::from(u8::from(numbers.nesterov)), numbers.decay, 1.0];
        header[RATE..=LOSS_SCALE].iter_mut().zip(floats).for_each(|(word, number)| *word = number.to_bits());
        header[FAILED + 1] = u32::MAX;
        header[LOSSES] = numbers.loss.to_bits();
        let (batch_words, rest_words) = values.split_at_mut(batch.len());
        copy(batch, batch_words);
        let len = match rest {
            Rest::None => 0,
            Rest::Labels(labels) => {
                rest_words.iter_mut().zip(labels).for_each(|(word, &label)| *word = label as u32);
                labels.len()
            }
            Rest::Floats(floats) => {
                copy(floats, &mut rest_words[..floats.len()]);
                floats.len()
            }
        };
        uploads.copy_in(host, device, 0, self.header + batch.len() + len)?;
        self.uploaded.record(uploads)?;
        stream.wait(&self.uploaded)
    }

    /// Addresses on the device.
    pub fn address(&self, word: Word) -> u64 {
        let offset = match word {
            Word::Seed => SEED,
            Word::Rate => RATE,
            Word::Momentum => MOMENTUM,
            Word::Nesterov => NESTEROV,
            Word::Decay => DECAY,
            Word::LossScale => LOSS_SCALE,
            Word::Failed => FAILED,
            Word::Loss(head) => LOSSES + head,
            Word::Batch(word) => self.header + word,
        };
        self.device.as_ref().map_or(0, |device| device.at(4 * offset))
    }

    /// Enqueues the copy of the numbers back, for [`verdict`](Self::verdict).
    pub fn return_numbers(&self, stream: &Stream) -> Result<(), DeviceError> {
        let (Some(device), Some(results)) = (&self.device, &self.results) else { return Ok(()) };
        stream.copy_out(device, 0, results, 0, self.header)
    }

    /// Enqueues the copy of words in the arena to results.
    pub fn return_words(
        &self,
        stream: &Stream,
        arena: &Memory,
        place: usize,
        offset: usize,
        words: usize,
    ) -> Result<(), DeviceError> {
        self.results.as_ref().map_or(Ok(()), |results| stream.copy_out(arena, place, results, offset, words))
    }

    /// What came back; `done` must have passed.
    pub fn results(&self) -> &[u32] {
        self.results.as_ref().map_or(&[], Pinned::words)
    }

    /// How the step has gone whose numbers came back.
    pub fn verdict(&self, heads: usize) -> Verdict {
        let words = self.results();
        let loss = words[LOSSES..LOSSES + heads].iter().map(|&word| f32::from_bits(word)).sum();
        let place = (words[FAILED + 1] != u32::MAX).then_some(words[FAILED + 1] as usize);
        Verdict { loss, failed: words[FAILED] != 0, place }
    }
}

/// What follows a batch.
#[derive(Clone, Copy, Debug)]
pub enum Rest<'a> {
    None,
    Labels(&'a [usize]),
    Floats(&'a [f32]),
}

/// A place in a lane.
#[derive(Clone, Copy, Debug)]
pub enum Word {
    Seed,
    Rate,
    Momentum,
    Nesterov,
    Decay,
    LossScale,
    Failed,
    Loss(usize),
    Batch(usize),
}

fn copy(from: &[f32], to: &mut [u32]) {
    /// Values of one task: enough to be worth a thread.
    const TASK: usize = 1 << 18;
    let part = |(to, from): (&mut [u32], &[f32])| {
        to.iter_mut().zip(from).for_each(|(word, value)| *word = value.to_bits());
    };
    if from.len() <= TASK {
        part((to, from));
    } else {
        to.par_chunks_mut(TASK).zip(from.par_chunks(TASK)).for_each(part);
    }
}
