//! Progress of training on the standard error: a bar on a terminal, a line per epoch elsewhere.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Shows how training goes.
///
/// ```
/// use convnet_runtime::prelude::*;
///
/// let (epochs, batches) = (2, 45);
/// let mut progress = Progress::new(epochs, batches);
/// for epoch in 0..epochs {
///     for batch in 0..batches {
///         progress.batch(0.25);
///     }
///     progress.epoch(0.98);
/// }
/// ```
#[derive(Debug)]
pub struct Progress {
    epochs: usize,
    batches: usize,
    epoch: usize,
    batch: usize,
    loss: f64,
    began: Instant,
    drawn: Option<Instant>,
    terminal: bool,
}

impl Progress {
    /// Begins: so many epochs of so many batches. There may be more in the end: they are counted without a total.
    pub fn new(epochs: usize, batches: usize) -> Self {
        let (began, terminal) = (Instant::now(), stderr().is_terminal());
        Self { epochs, batches, epoch: 0, batch: 0, loss: 0.0, began, drawn: None, terminal }
    }

    /// A batch is done.
    pub fn batch(&mut self, loss: f32) {
        self.batch += 1;
        self.loss += f64::from(loss);
        if self.terminal && self.drawn.is_none_or(|at| at.elapsed() > Duration::from_millis(60)) {
            self.drawn = Some(Instant::now());
            // Nothing to do if nobody sees it.
            let _ = write!(stderr(), "\r{}\x1b[K", self.bar());
        }
    }

    /// An epoch is done; `accuracy` is what was measured after it.
    pub fn epoch(&mut self, accuracy: f64) {
        let line = self.line(accuracy);
        let _ = if self.terminal { writeln!(stderr(), "\r{line}\x1b[K") } else { writeln!(stderr(), "{line}") };
        self.epoch += 1;
        (self.batch, self.loss, self.drawn) = (0, 0.0, None);
    }

    /// `epoch  3/20 [=========>          ]  21/45 loss 0.1234`
    fn bar(&self) -> String {
        const WIDTH: usize = 30;
        let done = (self.batch * WIDTH / self.batches.max(1)).min(WIDTH);
        let mut bar = "=".repeat(done);
        if done < WIDTH {
            bar.push('>');
        }
        let mut text = self.head();
        let _ = write!(text, " [{bar:WIDTH$}] {} loss {:.4}", share(self.batch, self.batches), self.mean());
        text
    }

    /// `epoch  3/20  loss 0.1234  accuracy 0.9812  0.4 s`
    fn line(&self, accuracy: f64) -> String {
        let (seconds, mean) = (self.began.elapsed().as_secs_f64(), self.mean());
        format!("{}  loss {mean:.4}  accuracy {accuracy:.4}  {seconds:.1} s", self.head())
    }

    fn head(&self) -> String {
        format!("epoch {}", share(self.epoch + 1, self.epochs))
    }

    fn mean(&self) -> f64 {
        self.loss / self.batch.max(1) as f64
    }
}

/// ` 3/20`; a number alone where there are more than were announced.
fn share(number: usize, of: usize) -> String {
    let digits = of.to_string().len();
    if number > of { number.to_string() } else { format!("{number:digits$}/{of}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let mut progress = Progress::new(20, 45);
        (progress.terminal, progress.epoch, progress.batch, progress.loss) = (false, 2, 21, 2.1);
        assert_eq!(progress.bar(), "epoch  3/20 [==============>               ] 21/45 loss 0.1000");
        assert!(progress.line(0.98125).starts_with("epoch  3/20  loss 0.1000  accuracy 0.9812  "));
        progress.batch = 45;
        assert_eq!(progress.bar(), "epoch  3/20 [==============================] 45/45 loss 0.0467");
        // More than were announced.
        (progress.epoch, progress.batch) = (20, 46);
        assert_eq!(progress.bar(), "epoch 21 [==============================] 46 loss 0.0457");
        assert_eq!(Progress::new(0, 0).bar(), "epoch 1 [>                             ] 0/0 loss 0.0000");
    }
}
