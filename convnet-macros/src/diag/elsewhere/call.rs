//! Calls of other frameworks: `Conv2d(3, 64, 3)` comes in, what is written here goes out, `conv3-64(pad=0)`.

use super::{COUNTS, DILATIONS, PADDINGS, SIZES, STRIDES, VALUES, is_pair, plain, word};
use crate::vocabulary::Word;

const BIASES: &[&str] = &["bias", "use_bias"];

/// What is known here from the layer before, or says nothing of what is computed.
const IGNORED: &[&str] = &[
    "in_channels",
    "in_features",
    "num_features",
    "input_shape",
    "input_dim",
    "inplace",
    "name",
    "kernel_initializer",
    "bias_initializer",
];

/// The arguments of a call: `3, 64, kernel_size=3`. A pair is written `2x1`, or `2` if its sides are the same.
#[derive(Default)]
pub struct Arguments {
    pub plain: Vec<String>,
    pub named: Vec<(String, String)>,
}

/// The arguments of a call that nobody has read yet.
struct Left<'a> {
    plain: Vec<Option<&'a str>>,
    named: Vec<(String, &'a str)>,
}

impl<'a> Left<'a> {
    fn new(arguments: &'a Arguments) -> Self {
        let named = arguments.named.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()));
        Self {
            plain: arguments.plain.iter().map(|text| Some(text.as_str())).collect(),
            named: named.filter(|(name, _)| !IGNORED.contains(&name.as_str())).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.named.is_empty() && self.plain.iter().all(Option::is_none)
    }

    /// By name, or else by place; what cannot be read is left.
    fn take<T>(&mut self, names: &[&str], place: Option<usize>, read: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        if let Some(at) = self.named.iter().position(|(name, _)| names.contains(&name.as_str())) {
            let value = read(self.named[at].1)?;
            self.named.remove(at);
            return Some(value);
        }
        let argument = self.plain.get_mut(place?)?;
        let value = argument.and_then(read)?;
        *argument = None;
        Some(value)
    }

    /// Whole numbers and pairs only.
    fn number(&mut self, names: &[&str], place: Option<usize>) -> Option<&'a str> {
        self.take(names, place, |text| is_pair(text).then_some(text))
    }

    fn truth(&mut self, names: &[&str], place: Option<usize>) -> Option<bool> {
        self.take(names, place, |text| text.to_ascii_lowercase().parse().ok())
    }

    /// `pad=1` or `same`
    fn padding(&mut self, place: Option<usize>) -> Option<String> {
        self.take(PADDINGS, place, |text| match unquoted(text).as_str() {
            "same" => Some("same".to_owned()),
            "valid" => Some("pad=0".to_owned()),
            _ => is_pair(text).then(|| format!("pad={text}")),
        })
    }

    /// ` -> relu`, or nothing.
    fn activation(&mut self) -> String {
        let quoted = |text: &&str| text.starts_with('"') || text.eq_ignore_ascii_case("none");
        let place =
            self.plain.iter().position(|text| text.filter(quoted).is_some_and(|text| activation(text).is_some()));
        self.take(&["activation"], place, activation).unwrap_or_default()
    }

    /// The channels that come in are known here.
    fn skip_first(&mut self) {
        if let Some(first) = self.plain.first_mut() {
            *first = None;
        }
    }
}

/// The call names its size, as only calls of other frameworks do.
pub fn sized(arguments: &Arguments) -> bool {
    arguments.named.iter().any(|(name, _)| SIZES.contains(&name.to_ascii_lowercase().as_str()))
}

/// What there is in place of a call that no word can say.
pub fn unsayable(word: Word, arguments: &Arguments) -> Option<&'static str> {
    let named = arguments.named.iter().filter(|(name, _)| name == "output_size").map(|(_, value)| value);
    let size = arguments.plain.iter().chain(named).next().filter(|_| word == Word::Gap)?;
    (size != "1").then_some("pools say their windows, as in `avgpool2`; where that size arrives already, leave it out")
}

/// A call of `name`, which is `word` here, as it is written here; the word's example if some of it cannot be said.
pub fn call(name: &str, word: Word, arguments: &Arguments) -> String {
    let left = &mut Left::new(arguments);
    let activation = left.activation();
    let written = match word {
        Word::Conv => convolution(left),
        Word::DwConv => depthwise(left),
        Word::Fc => dense(left),
        Word::MaxPool | Word::AvgPool => pool(word, left),
        Word::Upsample => upsample(name, left),
        Word::Dropout | Word::LeakyRelu | Word::Elu | Word::ClippedRelu => {
            let value = left.take(VALUES, Some(0), |text| text.parse::<f64>().is_ok().then_some(text));
            value.map(|value| format!("{}({value})", word.name()))
        }
        Word::Bn | Word::Lrn => return word.name().to_owned(),
        _ => None,
    };
    written.filter(|_| left.is_empty()).unwrap_or_else(|| word.example().to_owned()) + &activation
}

fn convolution(left: &mut Left<'_>) -> Option<String> {
    let sized = left.named.iter().any(|(name, _)| SIZES.contains(&name.as_str()));
    let (size, count, further) = match (sized, left.plain.len()) {
        (true, length) => (None, length.checked_sub(1), None),
        (false, 2) => (Some(1), Some(0), None),
        (false, _) => (Some(2), Some(1), Some(3)),
    };
    let (size, count) = (left.number(SIZES, size)?, left.number(COUNTS, count)?);
    left.skip_first();
    let place = |ahead: usize| further.map(|further: usize| further + ahead);
    let stride = stride(left.number(STRIDES, further), "1");
    let mut options = vec![left.padding(place(1)).unwrap_or_else(|| "pad=0".to_owned())];
    let dilation = left.number(DILATIONS, place(2)).filter(|&dilation| dilation != "1");
    options.extend(dilation.map(|dilation| format!("dilation={dilation}")));
    let groups = left.number(&["groups"], place(3)).filter(|&groups| groups != "1");
    options.extend(groups.map(|groups| format!("groups={groups}")));
    options.extend(no_bias(left.truth(BIASES, place(4))));
    Some(format!("conv{size}-{count}{stride}{}", bracketed(&options)))
}

fn depthwise(left: &mut Left<'_>) -> Option<String> {
    let size = left.number(SIZES, Some(0))?;
    let stride = stride(left.number(STRIDES, Some(1)), "1");
    let mut options = vec![left.padding(Some(2)).unwrap_or_else(|| "pad=0".to_owned())];
    let dilation = left.number(DILATIONS, None).filter(|&dilation| dilation != "1");
    options.extend(dilation.map(|dilation| format!("dilation={dilation}")));
    options.extend(no_bias(left.truth(BIASES, None)));
    Some(format!("dwconv{size}{stride}{}", bracketed(&options)))
}

fn dense(left: &mut Left<'_>) -> Option<String> {
    let last = left.plain.iter().rposition(|text| text.is_some_and(is_pair));
    let count = left.number(COUNTS, last)?;
    left.skip_first();
    let options: Vec<String> = no_bias(left.truth(BIASES, Some(2))).into_iter().collect();
    Some(format!("fc-{count}{}", bracketed(&options)))
}

fn pool(word: Word, left: &mut Left<'_>) -> Option<String> {
    let size = left.number(SIZES, Some(0))?;
    let stride = stride(left.number(STRIDES, Some(1)), size);
    let mut options: Vec<String> = left.padding(Some(2)).filter(|padding| padding != "pad=0").into_iter().collect();
    if left.truth(&["ceil_mode"], None) == Some(true) {
        options.push("ceil".to_owned());
    }
    Some(format!("{}{size}{stride}{}", word.name(), bracketed(&options)))
}

/// The size of `Upsample` is the output's, that of `UpSampling2D` the factor.
fn upsample(name: &str, left: &mut Left<'_>) -> Option<String> {
    let keras = plain(name) == "upsampling";
    let (names, place): (&[&str], _) =
        if keras { (&["size"], Some(0)) } else { (&["scale_factor", "scale", "factor"], None) };
    let factor = left.number(names, place)?;
    let flag = |text: &str| ["nearest", "bilinear"].contains(&unquoted(text).as_str()).then(|| unquoted(text));
    let options: Vec<String> = left.take(&["mode", "interpolation"], None, flag).into_iter().collect();
    Some(format!("upsample{factor}{}", bracketed(&options)))
}

fn activation(text: &str) -> Option<String> {
    match unquoted(text).as_str() {
        "none" | "linear" => Some(String::new()),
        name => word(name).filter(|word| word.keeps_volume()).map(|word| format!(" -> {}", word.name())),
    }
}

/// `/2`, or nothing for what is understood.
fn stride(stride: Option<&str>, understood: &str) -> String {
    stride.filter(|&stride| stride != understood).map_or_else(String::new, |stride| format!("/{stride}"))
}

fn no_bias(bias: Option<bool>) -> Option<String> {
    (bias == Some(false)).then(|| "bias=false".to_owned())
}

fn bracketed(options: &[String]) -> String {
    if options.is_empty() { String::new() } else { format!("({})", options.join(", ")) }
}

fn unquoted(text: &str) -> String {
    text.trim_matches('"').to_ascii_lowercase()
}
