//! What one imports: `use convnet_runtime::prelude::*;`

pub use crate::data::{self, Dataset};
pub use crate::error::{
    DataError, ImageError, LengthError, LoadError, LossError, ParameterError, SaveError, TrainError,
};
pub use crate::network;
pub use crate::network::{Backbone, Network, Tap};
pub use crate::shape::{Features, Shape, Volume};
pub use crate::tensor::{Classify, Pixels, Probabilities, Tensor};
pub use crate::train::Trainer;
pub use crate::train::init::Init;
pub use crate::train::loss::{CrossEntropy, Loss, MeanSquared};
pub use crate::train::progress::Progress;
pub use crate::train::schedule;
pub use crate::train::sgd::Sgd;
