//! The lecture's pattern, `INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC`, as a block with parameters.
//! `POOL?` is `[maxpool]*p` with p 0 or 1.

use convnet_runtime::prelude::*;

/// The same block in several networks: a macro may write a network.
macro_rules! pattern {
    ($($name:ident = pattern($($argument:tt)*);)*) => { $(
        network! {
            #[doc = stringify!($name)]
            pub struct $name {
                block pattern(c, n, p, m, k) =
                    [[conv3-c -> relu]*n -> [maxpool]*p]*m -> [FC-32 -> relu]*k -> FC-10;

                input 16x16x3 -> pattern($($argument)*)
            }
        }
    )* };
}

pattern! {
    Linear = pattern(16, 0, 0, 0, 0);
    Pools = pattern(16, 0, 1, 2, 0);
    Convolutions = pattern(16, 2, 0, 1, 0);
    FullyConnected = pattern(16, 3, 1, 0, 2);
    Usual = pattern(16, 1, 1, 2, 1);
    Deep = pattern(16, 3, 1, 3, 2);
    Wide = pattern(64, 1, 1, 2, 1);
}

network! {
    /// Several calls, one after the other, without the pattern's end.
    pub struct Stages {
        block stage(c, n, p) = [conv3-c -> relu]*n -> [maxpool]*p;

        input 16x16x3 -> stage(8, 1, 1) -> stage(16, 2, 1) -> stage(32, 0, 1) -> stage(32, 1, 0) -> 2x2x32
    }
}

const fn conv(from: u64, to: u64) -> u64 {
    (9 * from + 1) * to
}

const fn fc(from: u64, to: u64) -> u64 {
    (from + 1) * to
}

const _: () = {
    assert!(Linear::PARAMS == fc(16 * 16 * 3, 10));
    assert!(Pools::PARAMS == fc(4 * 4 * 3, 10));
    assert!(Convolutions::PARAMS == conv(3, 16) + conv(16, 16) + fc(16 * 16 * 16, 10));
    assert!(FullyConnected::PARAMS == fc(16 * 16 * 3, 32) + fc(32, 32) + fc(32, 10));
    assert!(Usual::PARAMS == conv(3, 16) + conv(16, 16) + fc(4 * 4 * 16, 32) + fc(32, 10));
    assert!(Deep::PARAMS == conv(3, 16) + 8 * conv(16, 16) + fc(2 * 2 * 16, 32) + fc(32, 32) + fc(32, 10));
    assert!(Wide::PARAMS == conv(3, 64) + conv(64, 64) + fc(4 * 4 * 64, 32) + fc(32, 10));
    assert!(Stages::PARAMS == conv(3, 8) + conv(8, 16) + conv(16, 16) + conv(16, 32));

    assert!(Linear::LAYERS.len() == 1);
    assert!(Deep::LAYERS.len() == 3 * (3 * 2 + 1) + 2 * 2 + 1);
};
