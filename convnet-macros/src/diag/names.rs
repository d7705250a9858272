//! Names given with `@`.

use syn::Ident;

use crate::lower::Place;

/// The constants that every network has.
pub const CONSTANTS: [&str; 20] = [
    "NAME",
    "STUB",
    "PARAMS",
    "MACS",
    "ACTIVATION_BYTES",
    "TRAIN_BYTES_PER_SAMPLE",
    "RECEPTIVE_FIELD",
    "STRIDE",
    "LAYERS",
    "PLAN",
    "INFERENCE",
    "BY_SAMPLE",
    "TRAINING",
    "STAGES",
    "FORWARD",
    "BACKWARD",
    "OUTPUTS",
    "OUTPUT_GRADIENT",
    "INPUT_GRADIENT",
    "PROGRAM",
];

/// The field that every network has beside its layers.
pub const FIELD: &str = "workspaces";

pub fn network_field(name: &Ident) -> String {
    format!("every network has a field `{name}`; choose another name")
}

pub fn twice(name: &Ident, places: &[Place]) -> String {
    let repeated = places.iter().any(|place| matches!(place, Place::Repetition { .. }));
    let help = if repeated {
        ": a repetition repeats it; name the whole repeat, `[..]*n @ x`, or put it in a block"
    } else {
        ""
    };
    format!("the name `{name}` is used twice in one level{help}")
}

pub fn field_taken(name: &Ident, word: &str, number: u64) -> String {
    format!("`{name}` is also the field of the {word} that is number {number} in this level; choose another name")
}

pub fn field_is_taken(name: &Ident) -> String {
    format!("`{name}` is also the field of an unnamed layer in this level; choose another name")
}

pub fn constant_is_taken(name: &Ident, constant: &str) -> String {
    format!("`@ {name}` would make the constant `{constant}`, which every network has; choose another name")
}

pub fn constant_twice(name: &Ident, constant: &str) -> String {
    format!("`@ {name}` makes the constant `{constant}`, which another name makes too")
}

pub fn type_twice(name: &Ident, ty: &str) -> String {
    format!("`{name}` makes the type `{ty}`, which another name makes too; choose another name")
}
