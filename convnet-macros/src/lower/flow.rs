//! What goes from one layer to the next while lowering.

use crate::ir::NodeId;
use crate::shape::Volume;

/// The volume at one point of a chain.
#[derive(Clone, Copy)]
pub struct Flow {
    pub node: NodeId,
    pub volume: Volume,
    pub sure: Sure,
}

/// Which parts of a volume follow from what is written, and not from a guess after an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sure {
    /// Whether it is a map or features.
    pub kind: bool,
    pub size: bool,
    pub depth: bool,
}

impl Sure {
    pub const ALL: Self = Self { kind: true, size: true, depth: true };
    pub const NOTHING: Self = Self { kind: false, size: false, depth: false };

    pub const fn all(self) -> bool {
        self.kind && self.size && self.depth
    }
}

impl Flow {
    /// The volume with question marks for what is a guess.
    pub fn shown(self) -> String {
        let number = |value: u64, sure: bool| if sure { value.to_string() } else { "?".to_owned() };
        match self.volume {
            Volume::Map { height, width, depth } => {
                let (height, width) = (number(height, self.sure.size), number(width, self.sure.size));
                format!("{height}x{width}x{}", number(depth, self.sure.depth))
            }
            Volume::Features(1) => "1 feature".to_owned(),
            Volume::Features(count) => format!("{} features", number(count, self.sure.depth)),
        }
    }

    /// The same volume, of which nothing is sure.
    pub const fn unknown(self) -> Self {
        Self { sure: Sure::NOTHING, ..self }
    }
}
