//! Volumes.

use expect_test::expect;

use super::mistakes;

#[test]
fn volumes() {
    mistakes(
        "struct Net { input § -> relu }",
        &[
            "3x224x224",
            "0x28x28",
            "28x28x0",
            "1e5x3",
            "0x1Fx3",
            "28x28",
            "1x2x3x4",
            "99999999999999999999",
            "32x32x",
            "4294967296x4294967296x2",
            "(h=3, w=2)",
            "(h=3, h=2, w=2, c=3)",
            "(h=3, w=2, d=3)",
            "(h=3 w=2)",
            "1.5x3x3",
            "64usize",
            "32*32*3",
            "\"a\"",
            "(h=0, w=2, c=3)",
            "relu",
        ],
        &expect![[r#"
            3x224x224    => relu
            3x224x224
                volumes are written height x width x depth: write `224x224x3`, or `(h=3, w=224, c=224)` if a map 3 high and 224 deep is meant

            0x28x28    => ? -> relu
            0x28x28
                `0x28x28` holds nothing (and to Rust it is a hexadecimal number): no side of a volume is zero

            28x28x0    => ? -> relu
            28x28x0
                `28x28x0` holds nothing: no side of a volume is zero

            1e5x3    => ? -> relu
            1e5x3
                to Rust `1e5` is a float: write `100000x3`

            0x1Fx3    => ? -> relu
            0x1Fx3
                to Rust `0x1Fx3` is a hexadecimal, binary or octal number: only decimal ones are allowed

            28x28    => ? -> relu
            28x28
                `28x28` has 2 sides: a volume is `28x28x1` (height, width, depth), or `784` for features

            1x2x3x4    => relu
            1x2x3x4
                `1x2x3x4` has 4 sides, but the batch is no part of a volume, and any size of it runs: write `2x3x4`

            99999999999999999999    => ? -> relu
            99999999999999999999
                `99999999999999999999` is too large to be counted

            32x32x    => ? -> relu
            32x32x
                a number is missing behind `32x32x`

            4294967296x4294967296x2    => ? -> relu
            4294967296x4294967296x2
                `4294967296x4294967296x2` is too large to be counted

            (h=3, w=2)    => ? -> relu
            (h=3, w=2)
                a volume with names is written `(h=3, w=224, c=224)`

            (h=3, h=2, w=2, c=3)    => ? -> relu
            h
                `h` is given twice

            (h=3, w=2, d=3)    => ? -> relu
            d
                a volume with names is written `(h=3, w=224, c=224)`

            (h=3 w=2)    => ? -> relu
            w
                `,` is missing before `w`

            1.5x3x3    => ? -> relu
            1.5x3x3
                `1.5` is no whole number

            64usize    => ? -> relu
            64usize
                `64usize` is no whole number

            32*32*3    => relu
            32*32*3
                the sides of a volume are joined by the letter x: `32x32x3`

            "a"    => ? -> relu
            "a"
                layers and numbers are written without quotes

            (h=0, w=2, c=3)    => ? -> relu
            (h=0, w=2, c=3)
                `(h=0, w=2, c=3)` holds nothing: no side of a volume is zero

            relu    => ? -> relu
            input
                the input needs a volume: `input 224x224x3` (height, width, depth) or `input 784`

        "#]],
    );
}
