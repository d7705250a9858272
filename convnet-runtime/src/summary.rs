//! A network's table of layers, for people.

use std::fmt;

use crate::network::{Layer, Network};
use crate::shape;

/// What `Net::summary()` gives: `println!("{}", Net::summary())` prints a row per layer with its name and kind, what it
/// gives, parameters, multiply-accumulates of one sample and receptive field, and the totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The network's name.
    pub name: &'static str,
    /// What comes in, `224x224x3`.
    pub input: String,
    /// One row per layer.
    pub layers: &'static [Layer],
    /// Parameters, frozen ones included.
    pub params: u64,
    /// Multiply-accumulates of one sample.
    pub macs: u64,
    /// Bytes per sample at inference and in training.
    pub bytes: [u64; 2],
}

impl Summary {
    /// The summary of a network.
    pub fn of<N: Network>() -> Self {
        Self {
            name: N::NAME,
            input: shape::text::<N::Input>(),
            layers: N::LAYERS,
            params: N::PARAMS,
            macs: N::MACS,
            bytes: [N::ACTIVATION_BYTES, N::TRAIN_BYTES_PER_SAMPLE],
        }
    }

    /// Parameters that are not trained.
    pub fn frozen(&self) -> u64 {
        self.layers.iter().filter(|layer| layer.frozen).map(|layer| layer.params).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["Layer (kind)", "Output", "Params", "MACs", "Field"].map(str::to_owned);
        let rows: Vec<[String; 5]> = std::iter::once(head).chain(self.layers.iter().map(row)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths = [0, 1, 2, 3, 4].map(width);
        let rule = "-".repeat(widths.iter().sum::<usize>() + 8);
        writeln!(f, "{}, input {}", self.name, self.input)?;
        for (i, [layer, output, params, macs, field]) in rows.iter().enumerate() {
            let [a, b, c, d, e] = widths;
            let line = format!("{layer:a$}  {output:b$}  {params:>c$}  {macs:>d$}  {field:>e$}");
            writeln!(f, "{}", line.trim_end())?;
            if i == 0 {
                writeln!(f, "{rule}")?;
            }
        }
        writeln!(f, "{rule}")?;
        let (frozen, [inference, training]) = (self.frozen(), self.bytes.map(bytes));
        let trainable = self.params.saturating_sub(frozen);
        write!(f, "Parameters  {} ({})", thousands(self.params), bytes(self.params.saturating_mul(4)))?;
        writeln!(f, ": {} trainable, {} frozen", thousands(trainable), thousands(frozen))?;
        writeln!(f, "MACs        {} per sample", thousands(self.macs))?;
        write!(f, "Memory      {inference} per sample at inference, {training} in training")
    }
}

fn row(layer: &Layer) -> [String; 5] {
    let [h, w, c] = layer.volume;
    let frozen = if layer.frozen { ", frozen" } else { "" };
    let (rows, columns) = layer.receptive_field;
    [
        format!("{} ({}{frozen})", layer.name, layer.kind),
        if layer.features { c.to_string() } else { format!("{h}x{w}x{c}") },
        thousands(layer.params),
        thousands(layer.macs),
        if layer.features { String::new() } else { format!("{rows}x{columns}") },
    ]
}

/// `138,357,544`
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `527.8 MiB`
fn bytes(number: u64) -> String {
    let mut number = number as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if number < 1024.0 {
            return if unit == "B" { format!("{number} B") } else { format!("{number:.1} {unit}") };
        }
        number /= 1024.0;
    }
    format!("{number:.1} TiB")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::double::Linear;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1000, 138_357_544].map(thousands), ["0", "999", "1,000", "138,357,544"]);
        assert_eq!([0, 1023, 1024, 553_430_176].map(bytes), ["0 B", "1023 B", "1.0 KiB", "527.8 MiB"]);
    }

    #[test]
    fn table() {
        static LAYERS: [Layer; 2] = [Layer { frozen: true, ..Linear::LAYERS[0] }, Linear::LAYERS[1]];
        let expected = "\
Linear, input 2x2x1
Layer (kind)      Output  Params  MACs  Field
---------------------------------------------
0 (fc-3, frozen)  3           15    12
1 (softmax)       3            0     0
---------------------------------------------
Parameters  15 (60 B): 0 trainable, 15 frozen
MACs        12 per sample
Memory      128 B per sample at inference, 192 B in training";
        assert_eq!(Summary { layers: &LAYERS, ..Linear::summary() }.to_string(), expected);
    }
}
