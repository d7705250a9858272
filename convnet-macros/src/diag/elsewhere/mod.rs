//! What other frameworks call things, for suggestions only: their words and calls come in, what is written here goes out.

mod call;

pub use self::call::{Arguments, call};
use crate::vocabulary::{Need, Word, split};

/// Their words for ours, without `_` and `2d`.
const WORDS: &[(&str, Word)] = &[
    ("batchnorm", Word::Bn),
    ("batchnormalization", Word::Bn),
    ("convolution", Word::Conv),
    ("dense", Word::Fc),
    ("depthwise", Word::DwConv),
    ("depthwiseconv", Word::DwConv),
    ("fullyconnected", Word::Fc),
    ("innerproduct", Word::Fc),
    ("globalavgpool", Word::Gap),
    ("globalaveragepool", Word::Gap),
    ("globalaveragepooling", Word::Gap),
    ("adaptiveavgpool", Word::Gap),
    ("averagepool", Word::AvgPool),
    ("averagepooling", Word::AvgPool),
    ("linear", Word::Fc),
    ("localresponsenorm", Word::Lrn),
    ("logsoftmax", Word::Softmax),
    ("lrelu", Word::LeakyRelu),
    ("maxpooling", Word::MaxPool),
    ("pool", Word::MaxPool),
    ("spatialdropout", Word::Dropout),
    ("upsampling", Word::Upsample),
];

/// What they have in place of words, and the sentence's end that names them: what there is here.
const ABSENT: &[(&[&str], &str)] = &[
    (
        &["gelu", "silu", "swish", "mish", "selu", "prelu", "softplus", "hardswish", "hardsigmoid", "activation"],
        "the activations are `relu`, `leaky_relu`, `elu`, `sigmoid`, `tanh`, `clipped_relu` and `maxout`",
    ),
    (&["layernorm", "groupnorm", "instancenorm", "normalize", "norm"], "the normalisations are `bn` and `lrn`"),
    (&["add", "sum", "residual", "shortcut"], "branches are summed in brackets: `(conv3-64 + skip)`"),
    (&["identity"], "the identity is a branch, `skip`: `(conv3-64 + skip)`"),
    (&["concat", "concatenate", "cat"], "branches are concatenated in brackets: `(conv1-64 | conv3-64)`"),
    (&["crossentropy", "crossentropyloss", "nllloss", "mse", "mseloss", "loss"], "a loss is given to the trainer"),
    (&["adam", "sgd", "optimizer"], "what trains a network is given to the trainer"),
    (&["zeropad", "zeropadding", "pad", "padding"], "padding is an option: `conv3-64(pad=1)`"),
    (
        &["reshape", "view", "squeeze", "unsqueeze", "permute", "transpose", "ravel"],
        "nothing reshapes a volume but `flatten`, and `fc` flattens by itself",
    ),
    (&["sequential"], "layers are connected with `->`, and `[conv3-64 -> relu]*2` repeats them"),
    (&["globalmaxpool", "globalmaxpooling", "adaptivemaxpool"], "the global pool is `gap`, which averages"),
    (&["separableconv", "sepconv"], "it is two layers: `dwconv3 -> conv1-64`"),
    (
        &["convtranspose", "transposedconv", "transposeconv"],
        "there are no transposed convolutions; `upsample2` enlarges",
    ),
    (
        &["attention", "multiheadattention", "selfattention", "transformer", "embedding"],
        "networks are convolutional, without attention",
    ),
    (&["output", "outputs", "end"], "a network ends with its last layer"),
];

/// Their options, an option of ours that a layer must have for it (or none), and the sentence's end: what is written here.
const OPTIONS: &[(&[&str], &str, &str)] = &[
    (&["valid", "no_pad", "nopad"], "pad", "no padding is `pad=0`"),
    (&["no_bias", "nobias", "without_bias", "use_bias"], "bias", "a layer without bias has `bias=false`"),
    (&["depthwise"], "groups", "a depthwise convolution is `dwconv3`"),
    (&["activation", "act", "nonlinearity"], "", "an activation is a layer of its own: `conv3-64 -> relu`"),
    (
        &["in_channels", "in_features", "input_shape", "input_dim", "num_features"],
        "",
        "what comes in is known from the layer before",
    ),
];

/// Their options for the size and the count, which stand in the word here.
const SIZES: &[&str] = &["kernel_size", "kernel", "k", "size", "pool_size", "filter_size", "scale_factor"];
const COUNTS: &[&str] = &["filters", "out_channels", "out_features", "units", "channels"];
const STRIDES: &[&str] = &["stride", "strides", "s"];
const PADDINGS: &[&str] = &["padding", "pad", "p"];
const VALUES: &[&str] = &["p", "rate", "negative_slope", "alpha"];

/// The word for what other frameworks call `name`.
pub fn word(name: &str) -> Option<Word> {
    let plain = plain(&name.replace(['-', ' '], ""));
    let same = |other: &str| other.replace('_', "") == plain;
    let own = Word::ALL.into_iter().find(|word| same(word.name()));
    own.or_else(|| WORDS.iter().find(|(other, _)| same(other)).map(|&(_, word)| word))
}

/// What there is in place of a word of other frameworks, which nothing here is.
pub fn absent(name: &str) -> Option<&'static str> {
    let plain = plain(name).replace("3d", "");
    let plain = split(&plain).0;
    ABSENT.iter().find(|(names, _)| names.contains(&plain)).map(|&(_, instead)| instead)
}

/// What there is in place of an option of other frameworks, for a layer.
pub fn option(of: Word, name: &str, value: &str) -> Option<String> {
    let (name, value) = (name.to_ascii_lowercase(), value.trim_matches('"').to_ascii_lowercase());
    let has = |option: &str| option.is_empty() || of.takes().options.iter().any(|&(own, _)| own == option);
    let is = |names: &[&str]| names.contains(&name.as_str());
    if is(PADDINGS) && value == "same" && has("same") {
        return Some("`same` stands alone: `(same)`".to_owned());
    }
    let shown = if is(PADDINGS) && value == "valid" { value } else { name.clone() };
    if let Some((.., instead)) = OPTIONS.iter().find(|(names, needs, _)| names.contains(&shown.as_str()) && has(needs))
    {
        return Some((*instead).to_owned());
    }
    if is(SIZES) && of.takes().size != Need::No {
        return Some(format!("the size stands in the word, as in `{}`", of.example()));
    }
    if is(COUNTS) && of.takes().count != Need::No {
        return Some(format!("the {} stands behind `-`, as in `{}`", of.counts(), of.example()));
    }
    let layer = Word::from_name(&name).filter(|layer| layer.keeps_volume())?;
    Some(format!("it is a layer of its own: `{} -> {}`", of.example(), layer.name()))
}

pub fn is_stride(option: &str) -> bool {
    STRIDES.contains(&option.to_ascii_lowercase().as_str())
}

fn plain(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase().replace("1d", "").replace("2d", "")
}

/// `3` or `3x5`
fn is_pair(text: &str) -> bool {
    let digits = |side: &str| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit());
    text.split('x').count() <= 2 && text.split('x').all(digits)
}

/// The word and the number of `dropout_0.5`.
pub fn valued(text: &str) -> Option<(Word, &str)> {
    let (head, number) = text.rsplit_once('_')?;
    let word = Word::from_name(head).filter(|word| word.takes().value.is_some())?;
    let digits = number.starts_with(|c: char| c.is_ascii_digit());
    (digits && number.parse::<f64>().is_ok()).then_some((word, number))
}

/// `conv3-64` of `conv3_64` or `conv_3_64`, `fc-10` of `fc_10`.
pub fn underscored(text: &str) -> Option<String> {
    let (head, rest) = text.split_once('_')?;
    let (head, own) = split(head);
    let word = Word::from_name(head)?;
    let numbers: Vec<&str> = [own].into_iter().filter(|own| !own.is_empty()).chain(rest.split('_')).collect();
    if !numbers.iter().all(|number| is_pair(number)) {
        return None;
    }
    let (name, takes) = (word.name(), word.takes());
    match (&numbers[..], takes.size != Need::No, takes.count != Need::No) {
        ([size, count], true, true) => Some(format!("{name}{size}-{count}")),
        ([number], true, false) => Some(format!("{name}{number}")),
        ([number], false, true) => Some(format!("{name}-{number}")),
        _ => None,
    }
}
