//! The words of the language: the text of a layer comes in, its `Word` and what that word takes go out. `parse` and
//! `lower` share it, so that a word, an option and its kind are said once.

/// A layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    Conv,
    DwConv,
    MaxPool,
    AvgPool,
    Gap,
    Fc,
    Flatten,
    Widen,
    Upsample,
    Relu,
    LeakyRelu,
    Elu,
    Sigmoid,
    Tanh,
    ClippedRelu,
    Maxout,
    Bn,
    Lrn,
    Dropout,
    Softmax,
}

/// What stands after a word.
pub struct Takes {
    /// `3x5` of `conv3x5`
    pub size: Need,
    /// `64` of `conv3-64`
    pub count: Need,
    /// `/2`
    pub stride: bool,
    /// The value without a name: `0.5` of `dropout(0.5)`.
    pub value: Option<Kind>,
    /// The options by name, flags among them.
    pub options: &'static [(&'static str, Kind)],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    No,
    May,
    Must,
}

/// The kind of an option's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `pad=0`, `pad=20x5`
    Pair,
    /// `dilation=2`, `dilation=2x1`: no zero.
    PositivePair,
    /// `groups=2`: no zero.
    Count,
    /// `alpha=1e-4`, `k=2`
    Real,
    /// `bias=false`
    Bool,
    /// `bias=position` too
    Bias,
    /// `floor`, without a value
    Flag,
}

const NOTHING: Takes = Takes { size: Need::No, count: Need::No, stride: false, value: None, options: &[] };

const POOL: Takes = Takes {
    size: Need::May,
    stride: true,
    options: &[
        ("pad", Kind::Pair),
        ("exact", Kind::Flag),
        ("floor", Kind::Flag),
        ("ceil", Kind::Flag),
        ("same", Kind::Flag),
    ],
    ..NOTHING
};

/// Flags of which a layer has one at most.
pub const EXCLUSIVE: &[&[&str]] =
    &[&["exact", "floor", "ceil", "same"], &["direct", "fastest"], &["nearest", "bilinear"]];

/// Words of the language that no version has yet.
const PLANNED: &[&str] = &["deconv", "local", "fracpool", "roipool", "gru", "lstm", "bigru", "bilstm"];

/// What an identifier says, read as a layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading<'a> {
    /// `conv3x5`: a word and, where it has one, its size (height, width).
    Layer(Word, Option<(u64, u64)>),
    /// `conv2d`: a word and what cannot be its size.
    BadSize(Word, &'a str),
    /// `lstm`
    Planned,
    None,
}

impl Word {
    pub const ALL: [Self; 20] = [
        Self::Conv,
        Self::DwConv,
        Self::MaxPool,
        Self::AvgPool,
        Self::Gap,
        Self::Fc,
        Self::Flatten,
        Self::Widen,
        Self::Upsample,
        Self::Relu,
        Self::LeakyRelu,
        Self::Elu,
        Self::Sigmoid,
        Self::Tanh,
        Self::ClippedRelu,
        Self::Maxout,
        Self::Bn,
        Self::Lrn,
        Self::Dropout,
        Self::Softmax,
    ];

    /// The canonical spelling.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conv => "conv",
            Self::DwConv => "dwconv",
            Self::MaxPool => "maxpool",
            Self::AvgPool => "avgpool",
            Self::Gap => "gap",
            Self::Fc => "fc",
            Self::Flatten => "flatten",
            Self::Widen => "widen",
            Self::Upsample => "upsample",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky_relu",
            Self::Elu => "elu",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::ClippedRelu => "clipped_relu",
            Self::Maxout => "maxout",
            Self::Bn => "bn",
            Self::Lrn => "lrn",
            Self::Dropout => "dropout",
            Self::Softmax => "softmax",
        }
    }

    /// A use that is right, for errors.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Conv => "conv3-64",
            Self::DwConv => "dwconv3",
            Self::MaxPool => "maxpool3/2",
            Self::AvgPool => "avgpool3/2",
            Self::Fc => "fc-1000",
            Self::Widen => "widen-32",
            Self::Upsample => "upsample2",
            Self::LeakyRelu => "leaky_relu(0.1)",
            Self::Elu => "elu(1.0)",
            Self::ClippedRelu => "clipped_relu(20)",
            Self::Maxout => "maxout(2)",
            Self::Bn => "bn(eps=1e-5)",
            Self::Lrn => "lrn(n=5)",
            Self::Dropout => "dropout(0.5)",
            Self::Gap | Self::Flatten | Self::Relu | Self::Sigmoid | Self::Tanh | Self::Softmax => self.name(),
        }
    }

    /// What its count counts.
    pub const fn counts(self) -> &'static str {
        match self {
            Self::Fc => "number of outputs",
            Self::Widen => "depth",
            _ => "number of filters",
        }
    }

    pub const fn takes(self) -> Takes {
        match self {
            Self::Conv => Takes {
                size: Need::Must,
                count: Need::Must,
                stride: true,
                options: &[
                    ("pad", Kind::Pair),
                    ("dilation", Kind::PositivePair),
                    ("groups", Kind::Count),
                    ("bias", Kind::Bias),
                    ("exact", Kind::Flag),
                    ("floor", Kind::Flag),
                    ("same", Kind::Flag),
                    ("direct", Kind::Flag),
                    ("fastest", Kind::Flag),
                ],
                ..NOTHING
            },
            Self::DwConv => Takes {
                size: Need::Must,
                stride: true,
                options: &[
                    ("pad", Kind::Pair),
                    ("dilation", Kind::PositivePair),
                    ("bias", Kind::Bias),
                    ("exact", Kind::Flag),
                    ("floor", Kind::Flag),
                    ("same", Kind::Flag),
                    ("direct", Kind::Flag),
                    ("fastest", Kind::Flag),
                ],
                ..NOTHING
            },
            Self::MaxPool | Self::AvgPool => POOL,
            Self::Fc => Takes { count: Need::Must, options: &[("bias", Kind::Bool)], ..NOTHING },
            Self::Widen => Takes { count: Need::Must, ..NOTHING },
            Self::Upsample => {
                Takes { size: Need::Must, options: &[("nearest", Kind::Flag), ("bilinear", Kind::Flag)], ..NOTHING }
            }
            Self::LeakyRelu | Self::Elu | Self::ClippedRelu | Self::Dropout => {
                Takes { value: Some(Kind::Real), ..NOTHING }
            }
            Self::Maxout => Takes { value: Some(Kind::Count), ..NOTHING },
            Self::Bn => Takes { options: &[("eps", Kind::Real), ("momentum", Kind::Real)], ..NOTHING },
            Self::Lrn => Takes {
                options: &[
                    ("n", Kind::Count),
                    ("alpha", Kind::Real),
                    ("beta", Kind::Real),
                    ("k", Kind::Real),
                    ("within", Kind::Flag),
                ],
                ..NOTHING
            },
            Self::Gap | Self::Flatten | Self::Relu | Self::Sigmoid | Self::Tanh | Self::Softmax => NOTHING,
        }
    }

    /// What it gives has the volume of what comes in, whatever its options say.
    pub const fn keeps_volume(self) -> bool {
        match self {
            Self::Relu
            | Self::LeakyRelu
            | Self::Elu
            | Self::Sigmoid
            | Self::Tanh
            | Self::ClippedRelu
            | Self::Bn
            | Self::Lrn
            | Self::Dropout
            | Self::Softmax => true,
            Self::Conv
            | Self::DwConv
            | Self::MaxPool
            | Self::AvgPool
            | Self::Gap
            | Self::Fc
            | Self::Flatten
            | Self::Widen
            | Self::Upsample
            | Self::Maxout => false,
        }
    }

    /// The word of this name; case does not count.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name().eq_ignore_ascii_case(name))
    }

    /// The word that is written `first-second`: `soft-max`.
    pub fn from_hyphenated(first: &str, second: &str) -> Option<Self> {
        (first.eq_ignore_ascii_case("soft") && second.eq_ignore_ascii_case("max")).then_some(Self::Softmax)
    }
}

impl<'a> Reading<'a> {
    /// Reads an identifier: letters, then a size.
    pub fn of(text: &'a str) -> Self {
        let (head, tail) = split(text);
        if PLANNED.iter().any(|name| name.eq_ignore_ascii_case(head)) {
            return if tail.is_empty() || size(tail).is_some() { Self::Planned } else { Self::None };
        }
        match Word::from_name(head) {
            None => Self::None,
            Some(word) if tail.is_empty() => Self::Layer(word, None),
            Some(word) => size(tail).map_or(Self::BadSize(word, tail), |size| Self::Layer(word, Some(size))),
        }
    }

    pub fn is_layer(self) -> bool {
        matches!(self, Self::Layer(..) | Self::Planned)
    }
}

/// A word that options have for themselves, which no parameter may hide.
pub fn is_flag(name: &str) -> bool {
    let flag = |&(option, kind): &(&str, Kind)| kind == Kind::Flag && option == name;
    matches!(name, "true" | "false" | "position") || Word::ALL.iter().any(|word| word.takes().options.iter().any(flag))
}

/// An identifier's letters, and what begins with its first digit.
pub fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len()))
}

/// `3` or `3x5`: digits only.
fn size(text: &str) -> Option<(u64, u64)> {
    let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    match text.split_once(['x', 'X']) {
        Some((height, width)) => Some((number(height)?, number(width)?)),
        None => number(text).map(|side| (side, side)),
    }
}
