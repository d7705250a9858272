//! The sentence of a constant assertion about a network that is used as a layer. Constant panics take no format
//! arguments, so that it is put together here, while compiling.

use super::Shape;

/// A side of a network that is used as a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What it takes: against the volume that comes in.
    Takes,
    /// What it gives: against the volume that is stated after it.
    Gives,
}

/// Asserts, while compiling, that a network used as a layer takes or gives what the network around it says.
///
/// # Panics
/// If it does not, or gives no single volume; the compiler shows the sentence, "Backbone gives 7x7x512, but 8x8x512 is stated after it".
///
/// ```compile_fail
/// use convnet_runtime::shape::{Side, Volume, stated};
///
/// const _: () = stated::<Volume<8, 8, 512>>(Side::Gives, Some(&[7, 7, 512]), "Backbone");
/// ```
#[track_caller]
pub const fn stated<Stated: Shape>(side: Side, actual: Option<&[usize]>, network: &str) {
    let stated = Stated::DIMENSIONS;
    let Some(actual) = actual else { panic!("{}", Sentence::no_volume(network).as_str()) };
    let sentence = match side {
        Side::Takes => Sentence::taken(network, actual, stated),
        Side::Gives => Sentence::stated(network, actual, stated),
    };
    assert!(agree(stated, actual), "{}", sentence.as_str());
}

/// The volumes are the same, written alike: height, width, depth, or the number of features.
pub const fn agree(one: &[usize], other: &[usize]) -> bool {
    let mut same = one.len() == other.len();
    let mut i = 0;
    while same && i < one.len() {
        same = one[i] == other[i];
        i += 1;
    }
    same
}

/// A text of at most 256 bytes, made while compiling; what is longer is cut.
///
/// ```
/// use convnet_runtime::shape::{Sentence, Shape, Volume, agree};
///
/// const GIVES: &[usize] = Volume::<7, 7, 512>::DIMENSIONS;
/// const TEXT: Sentence = Sentence::stated("Backbone", GIVES, &[8, 8, 512]);
/// assert_eq!(TEXT.as_str(), "Backbone gives 7x7x512, but 8x8x512 is stated after it");
///
/// const _: () = assert!(agree(GIVES, &[7, 7, 512]), "{}", TEXT.as_str());
/// ```
#[derive(Clone, Copy)]
pub struct Sentence {
    bytes: [u8; 256],
    len: usize,
}

impl Sentence {
    /// "Backbone gives 7x7x512, but 8x8x512 is stated after it"
    pub const fn stated(network: &str, gives: &[usize], stated: &[usize]) -> Self {
        let text = Self { bytes: [0; 256], len: 0 }.text(network);
        text.text(" gives ").volume(gives).text(", but ").volume(stated).text(" is stated after it")
    }

    /// "Backbone takes 32x32x3, but 28x28x1 comes in".
    pub const fn taken(network: &str, takes: &[usize], incoming: &[usize]) -> Self {
        let text = Self { bytes: [0; 256], len: 0 }.text(network);
        text.text(" takes ").volume(takes).text(", but ").volume(incoming).text(" comes in")
    }

    /// "Classifier cannot be a layer: it ends in .."
    const fn no_volume(network: &str) -> Self {
        let text = Self { bytes: [0; 256], len: 0 }.text(network);
        text.text(" cannot be a layer: it gives no single volume, because it ends in a softmax or in heads")
            .text(", or is not declared with `network!`")
    }

    /// The text.
    pub const fn as_str(&self) -> &str {
        // Whole `&str`s and digits are written, cut at a boundary: it is UTF-8.
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "the volume that is stated does not fit",
        }
    }

    /// "`Net` has 1,582,794 parameters, more than its budget `params <= 100K`"
    pub(crate) const fn broken(network: &str, has: [&str; 2], total: u64, budget: &str) -> Self {
        let text = Self { bytes: [0; 256], len: 0 }.text("`").text(network).text("` ").text(has[0]).text(" ");
        text.grouped(total).text(" ").text(has[1]).text(", more than its budget `").text(budget).text("`")
    }

    /// "; most: `conv3-64` (2) has 1,849,688,064"
    pub(crate) const fn most(self, kind: &str, name: &str, cost: u64) -> Self {
        self.text("; most: `").text(kind).text("` (").text(name).text(") has ").grouped(cost)
    }

    /// `1,849,688,064`
    const fn grouped(self, number: u64) -> Self {
        if number < 1000 {
            return self.number(number as usize);
        }
        let (before, rest) = (self.grouped(number / 1000).text(","), (number % 1000) as usize);
        let zeros = if rest < 10 {
            "00"
        } else if rest < 100 {
            "0"
        } else {
            ""
        };
        before.text(zeros).number(rest)
    }

    const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut end = bytes.len();
        while self.len + end > self.bytes.len() || !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut i = 0;
        while i < end {
            self.bytes[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn volume(mut self, dimensions: &[usize]) -> Self {
        let mut i = 0;
        while i < dimensions.len() {
            if i > 0 {
                self = self.text("x");
            }
            self = self.number(dimensions[i]);
            i += 1;
        }
        self
    }

    const fn number(self, number: usize) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let before = if number >= 10 { self.number(number / 10) } else { self };
        before.text(DIGITS[number % 10])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Features, Volume};

    #[test]
    fn sentences() {
        let stated = Sentence::stated("Backbone", &[1000], &[1, 1, 1000]);
        assert_eq!(stated.as_str(), "Backbone gives 1000, but 1x1x1000 is stated after it");
        let taken = Sentence::taken("Backbone", &[32, 32, 3], &[28, 28, 1]);
        assert_eq!(taken.as_str(), "Backbone takes 32x32x3, but 28x28x1 comes in");
    }

    #[test]
    fn budgets() {
        let broken = Sentence::broken("Net", ["has", "parameters"], 1_000_045_600, "params <= 1M");
        let text = broken.most("fc-10", "4", 999);
        assert_eq!(
            text.as_str(),
            "`Net` has 1,000,045,600 parameters, more than its budget `params <= 1M`; most: `fc-10` (4) has 999"
        );
    }

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        let sentence = Sentence::stated(&"é".repeat(200), &[1], &[2]);
        assert_eq!(sentence.as_str(), "é".repeat(128));
        let sentence = Sentence::stated(&"é".repeat(127), &[1], &[2]);
        assert_eq!(sentence.as_str(), format!("{} g", "é".repeat(127)));
    }

    #[test]
    #[should_panic(expected = "Backbone gives 7x7x512, but 8x8x512 is stated after it")]
    fn what_is_stated_is_asserted() {
        const _: () = stated::<Features<10>>(Side::Takes, Some(&[10]), "Backbone");
        stated::<Volume<8, 8, 512>>(Side::Gives, Some(&[7, 7, 512]), "Backbone");
    }

    #[test]
    fn volumes_are_compared_as_written() {
        assert!(agree(&[7, 7, 512], &[7, 7, 512]));
        assert!(!agree(&[7, 7, 512], &[7, 7, 511]));
        assert!(!agree(&[512], &[1, 1, 512]));
    }
}
