//! What other frameworks call things, for suggestions only: their words and calls come in, what is written here goes out.

mod call;

pub use self::call::{Arguments, call, sized, unsayable};
use crate::vocabulary::{Need, Word, split};

/// Their words for ours, without `_` and `2d`.
const WORDS: &[(&str, Word)] = &[
    ("batchnorm", Word::Bn),
    ("batchnormalization", Word::Bn),
    ("connected", Word::Fc),
    ("convolution", Word::Conv),
    ("convolutional", Word::Conv),
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
        &[
            "gelu",
            "silu",
            "swish",
            "mish",
            "selu",
            "prelu",
            "softplus",
            "hardswish",
            "hardsigmoid",
            "hardtanh",
            "softsign",
            "activation",
        ],
        "the activations are `relu`, `leaky_relu`, `elu`, `sigmoid`, `tanh`, `clipped_relu` and `maxout`",
    ),
    (&["layernorm", "groupnorm", "instancenorm", "normalize", "norm"], "the normalisations are `bn` and `lrn`"),
    (&["add", "sum", "residual", "shortcut", "eltwise"], "branches are summed in brackets: `(conv3-64 + skip)`"),
    (&["identity"], "the identity is a branch, `skip`: `(conv3-64 + skip)`"),
    (&["concat", "concatenate", "cat", "route"], "branches are concatenated in brackets: `(conv1-64 | conv3-64)`"),
    (&["crossentropy", "crossentropyloss", "nllloss", "mse", "mseloss", "loss"], "a loss is given to the trainer"),
    (&["adam", "sgd", "optimizer"], "what trains a network is given to the trainer"),
    (&["zeropad", "zeropadding", "pad", "padding"], "padding is an option: `conv3-64(pad=1)`"),
    (
        &["reshape", "view", "squeeze", "unsqueeze", "permute", "transpose", "ravel"],
        "nothing reshapes a volume but `flatten`, and `fc` flattens by itself",
    ),
    (&["repeat", "loop", "times"], "a repeat stands behind what it repeats: `[conv3-64 -> relu]*2`"),
    (&["sequential"], "layers are connected with `->`, and `[conv3-64 -> relu]*2` repeats them"),
    (&["globalmaxpool", "globalmaxpooling", "adaptivemaxpool"], "the global pool is `gap`, which averages"),
    (&["mean", "avg", "average", "reducemean"], "the mean of the whole map is `gap`"),
    (&["separableconv", "separableconvolution", "separable", "sepconv"], "it is two layers: `dwconv3 -> conv1-64`"),
    (
        &[
            "convtranspose",
            "transposedconv",
            "transposeconv",
            "transpconv",
            "upconv",
            "upconvolution",
            "deconvolution",
            "deconvolutional",
            "unpool",
            "maxunpool",
            "unpooling",
            "pixelshuffle",
        ],
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
    (&["name", "id", "label"], "", "a name stands behind `@`: `conv3-64 @ name`"),
    (&["frozen", "freeze", "trainable", "requires_grad"], "", "`frozen` stands before the layer: `frozen conv3-64`"),
    (&["size", "local_size", "depth_radius"], "n", "the number of channels is `n=5`"),
    (
        &["mode", "interpolation"],
        "bilinear",
        "without a word the nearest is taken, `upsample2(bilinear)` goes between them",
    ),
    (&["global", "global_pooling"], "ceil", "the global pool is `gap`, which averages"),
    (&["activation", "act", "nonlinearity"], "", "an activation is a layer of its own: `conv3-64 -> relu`"),
    (
        &["in_channels", "in_features", "input_shape", "input_dim", "num_features"],
        "",
        "what comes in is known from the layer before",
    ),
];

/// Their options for the size and the count, which stand in the word here.
const SIZES: &[&str] =
    &["kernel_size", "kernel", "k", "size", "pool_size", "filter_size", "scale_factor", "scale", "factor"];
const COUNTS: &[&str] = &["filters", "out_channels", "out_features", "units", "channels"];
const STRIDES: &[&str] = &["stride", "strides", "s"];
const PADDINGS: &[&str] = &["padding", "pad", "p"];
const DILATIONS: &[&str] = &["dilation", "dilation_rate"];
const VALUES: &[&str] = &["p", "rate", "negative_slope", "alpha"];

/// Words for what a number counts.
const UNITS: &[&str] = &["filters", "filter", "kernels", "channels", "maps", "features", "units", "neurons", "outputs"];

/// What a number beside a layer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    Size,
    Count,
    Stride,
    Pad,
    Dilation,
    Groups,
}

impl Detail {
    /// What a name before a number says.
    pub fn of(name: &str) -> Option<Self> {
        let name = name.trim_end_matches('_').to_ascii_lowercase();
        let is = |names: &[&str]| names.contains(&name.as_str());
        match () {
            () if is(SIZES) => Some(Self::Size),
            () if is(COUNTS) || is(UNITS) => Some(Self::Count),
            () if is(STRIDES) => Some(Self::Stride),
            () if is(PADDINGS) => Some(Self::Pad),
            () if is(DILATIONS) => Some(Self::Dilation),
            () if is(&["groups", "group"]) => Some(Self::Groups),
            () => None,
        }
    }
}

/// `64 filters`
pub fn is_unit(name: &str) -> bool {
    UNITS.contains(&name.to_ascii_lowercase().as_str())
}

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

/// What there is in place of `conv3d` and `conv1d`, whose tail is here.
pub fn directions(word: Word, tail: &str) -> Option<String> {
    let (name, example) = (word.name(), word.example());
    match tail.to_ascii_lowercase().trim_start_matches('_') {
        "3d" => {
            Some(format!("a volume has one height, width and depth, and windows move in two directions: `{example}`"))
        }
        "1d" => Some(format!(
            "in one direction, 1x100x8 for example, windows are 1 high: `{}`",
            example.replacen(name, &format!("{name}1x"), 1)
        )),
        "2d" => Some(format!("its numbers stand in the word: `{example}`")),
        _ => None,
    }
}

/// The same for `Conv3d` and `MaxPooling1D`; what has no windows, `BatchNorm1d`, is the same here.
pub fn windows(name: &str) -> Option<String> {
    let plain = name.replace('_', "").to_ascii_lowercase();
    let tail = ["3d", "1d"].into_iter().find(|tail| plain.ends_with(tail))?;
    let word = word(&plain[..plain.len() - 2])?;
    directions(word, tail).filter(|_| matches!(word, Word::Conv | Word::DwConv | Word::MaxPool | Word::AvgPool))
}

/// `conv5` of `conv5x5x3`: filters reach over the full depth.
pub fn full_depth(word: Word, size: &str) -> Option<String> {
    let sides: Vec<&str> = size.split('x').collect();
    let [height, width, _] = sides[..] else { return None };
    let pair = format!("{height}x{width}");
    let rest = word.example().split_once('-').filter(|_| word.takes().count == Need::Must).map(|(_, count)| count);
    is_sides(size).then(|| {
        let rest = rest.map_or_else(String::new, |count| format!("-{count}"));
        format!("{}{}{rest}", word.name(), square(&pair))
    })
}

/// What there is in place of an option of other frameworks, for a layer.
pub fn option(of: Word, name: &str, value: &str) -> Option<String> {
    let (name, value) = (name.to_ascii_lowercase(), value.trim_matches('"').to_ascii_lowercase());
    if of == Word::DwConv && ["groups", "depth_multiplier", "filters"].contains(&name.as_str()) {
        return Some("it has one filter for each channel; more are a `conv` with as many `groups`".to_owned());
    }
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

/// `3`, `3x5` or `5x5x3`, with none of them zero.
pub fn is_sides(text: &str) -> bool {
    let side = |side: &str| side.bytes().all(|b| b.is_ascii_digit()) && side.parse().is_ok_and(|side: u64| side > 0);
    text.split('x').count() <= 3 && text.split('x').all(side)
}

/// `3` of `3x3`
pub fn square(pair: &str) -> &str {
    pair.split_once('x').filter(|(height, width)| height == width).map_or(pair, |(side, _)| side)
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
