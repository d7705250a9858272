//! Whether a network's parameters are those of its layers: they are public, and another layer's can be put in their place.

use std::fmt;

use super::{Key, Network};
use crate::error::ParameterError;
use crate::ops::conv::pack;
use crate::parameter::{Packing, Role};
use crate::program::{Slot, Slots};

/// Nothing, or the first parameter that is not its layer's.
pub fn check<N: Network>(net: &N) -> Result<(), ParameterError> {
    let weights = N::PROGRAM.weights;
    if weights.is_empty() {
        // It has none, or is written by hand.
        return Ok(());
    }
    let (mut slots, mut result) = (Slots::new(weights), Ok(()));
    net.visit(&Key::ROOT, &mut |key, parameter| {
        if result.is_ok() {
            let expected = slots.next();
            if !expected.as_ref().is_some_and(|slot| parameter.fits(slot)) {
                result = Err(ParameterError::new(problem(key, parameter.slot(), expected)));
            }
        }
    });
    result?;
    slots.next().map_or(Ok(()), |slot| {
        Err(ParameterError::new(format!("{} is missing behind all other parameters", Text(slot))))
    })
}

/// # Panics
/// If `check` finds one.
#[track_caller]
pub fn require<N: Network>(net: &N) {
    if let Err(error) = check(net) {
        panic!("{error}");
    }
}

fn problem(key: &Key<'_>, given: Slot, expected: Option<Slot>) -> String {
    let Some(expected) = expected else {
        return format!("`{key}` is {}, where no parameter belongs", Text(given));
    };
    // A bias that is not there is not visited.
    let bias = key.to_string().ends_with("bias");
    if bias != (expected.role == Role::Bias) {
        return if bias {
            format!("`{key}` is {}, where its layer has no bias", Text(given))
        } else {
            format!("{} is missing before `{key}`", Text(expected))
        };
    }
    let (given, expected) = (Text(given).to_string(), Text(expected).to_string());
    if given == expected {
        return format!("`{key}` is {given} of a layer that has its input or its values in another order");
    }
    format!("`{key}` is {given}, where {expected} belongs")
}

/// `a weight of [16, 8, 3, 3]`.
struct Text(Slot);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Slot { packing, role, len }) = self;
        f.write_str(match role {
            Role::Weight => "a weight",
            Role::Bias => "a bias",
            Role::Scale => "a scale",
            Role::RunningMean => "a running mean",
            Role::RunningVariance => "a running variance",
        })?;
        match packing {
            Packing::Plain => write!(f, " of [{len}]"),
            Packing::Filters(geometry) => write!(f, " of {:?}", pack::file_shape(geometry)),
            Packing::Positions(geometry) => {
                let [height, width, filters] = geometry.output;
                write!(f, " of {:?}", [filters, height, width])
            }
        }
    }
}
