//! The input and blocks, written as other languages would.

use expect_test::expect;

use super::mistakes;

#[test]
fn definitions_of_other_languages() {
    mistakes(
        "struct Net { § }",
        &[
            "input = 28x28x1 -> relu",
            "input: 28x28x1 -> relu",
            "input -> 28x28x1 -> relu",
            "input28x28x1 -> relu",
            "image 28x28x1 -> relu",
            "x: 28x28x1 -> relu",
            "input h=28, w=28, c=1 -> relu",
            "fn a(c) = conv3-c -> relu; input 8x8x3 -> a(8)",
            "fn a(c: usize) { conv3-c } input 8x8x3 -> a(8)",
            "def a(c) = cnv3-c; input 8x8x3 -> a(8)",
            "let a = conv3-8; input 8x8x3 -> a -> relu",
            "a(c) = conv3-c; input 8x8x3 -> a(8)",
            "const A: usize = 3; input 8x8x3 -> relu",
            "block a(c) = conv3-c; input 8x8x3 -> a(c=8)",
            "block a(c: usize, d) = conv3-c -> conv3-d; input 8x8x3 -> a(8, 3)",
            "block a(c = 8) = conv3-c; input 8x8x3 -> a(8)",
            "block a(c) -> conv3-c; input 8x8x3 -> a(8)",
            "block a(c) := conv3-c; input 8x8x3 -> a(8)",
            "block a(c) = { conv3-c }; input 8x8x3 -> a(8)",
            "block a(c) = conv3-c, input 8x8x3 -> a(8)",
            "block a<c> = conv3-c; input 8x8x3 -> a(8)",
            "block a[c] = conv3-c; input 8x8x3 -> a(8)",
            "block a(c) = conv3-c; input 8x8x3 -> a<8> -> a-8 -> a[8] -> a 8 -> a -> block a(8)",
            "block a(c) = conv3-(c) -> conv3-(c*2) -> conv3-{c}; input 8x8x3 -> a(8)",
        ],
        &expect![[r#"
            input = 28x28x1 -> relu    => relu
            =
                the volume follows `input` without a sign: `input 224x224x3`

            input: 28x28x1 -> relu    => relu
            :
                the volume follows `input` without a sign: `input 224x224x3`

            input -> 28x28x1 -> relu    => relu
            ->
                the volume follows `input` without a sign: `input 224x224x3`

            input28x28x1 -> relu    => ? -> relu
            input28x28x1
                the network's chain begins with its input: `input 224x224x3 ->`

            image 28x28x1 -> relu    => relu
            image
                the network's chain begins with its input: `input 224x224x3 ->`

            x: 28x28x1 -> relu    => relu
            x
                the network's chain begins with its input: `input 224x224x3 ->`

            input h=28, w=28, c=1 -> relu    => ? -> relu
            h=28, w=28, c=1
                a volume with names is written `(h=3, w=224, c=224)`

            fn a(c) = conv3-c -> relu; input 8x8x3 -> a(8)    => ?
            fn
                a block is written `block name(k) = conv3-k -> relu;`

            fn a(c: usize) { conv3-c } input 8x8x3 -> a(8)    => ?
            fn
                a block is written `block name(k) = conv3-k -> relu;`

            def a(c) = cnv3-c; input 8x8x3 -> a(8)    => ?
            def
                a block is written `block name(k) = conv3-k -> relu;`
            cnv3
                unknown word `cnv3`: did you mean `conv3`?

            let a = conv3-8; input 8x8x3 -> a -> relu    => ? -> relu
            let
                a block is written `block name(k) = conv3-k -> relu;`

            a(c) = conv3-c; input 8x8x3 -> a(8)    => ?
            a
                a block is written `block name(k) = conv3-k -> relu;`

            const A: usize = 3; input 8x8x3 -> relu    => relu
            const
                a block is written `block name(k) = conv3-k -> relu;`

            block a(c) = conv3-c; input 8x8x3 -> a(c=8)    => ?
            c=
                arguments have no names, their order counts: `a(64)`

            block a(c: usize, d) = conv3-c -> conv3-d; input 8x8x3 -> a(8, 3)    => a(8, 3)
            : usize
                a parameter is a name alone, for a whole number that every call gives

            block a(c = 8) = conv3-c; input 8x8x3 -> a(8)    => a(8)
            = 8
                a parameter is a name alone, for a whole number that every call gives

            block a(c) -> conv3-c; input 8x8x3 -> a(8)    => a(8)
            -
                `=` is missing before the block's chain

            block a(c) := conv3-c; input 8x8x3 -> a(8)    => a(8)
            :
                `=` is missing before the block's chain

            block a(c) = { conv3-c }; input 8x8x3 -> a(8)    => a(8)
            {
                a block has no braces: `block name(k) = conv3-k -> relu;`

            block a(c) = conv3-c, input 8x8x3 -> a(8)    => a(8)
            ,
                a block ends with `;`

            block a<c> = conv3-c; input 8x8x3 -> a(8)    => a(8)
            <
                a block has brackets, even without parameters: `block a() = ..;`

            block a[c] = conv3-c; input 8x8x3 -> a(8)    => a(8)
            [
                a block has brackets, even without parameters: `block a() = ..;`

            block a(c) = conv3-c; input 8x8x3 -> a<8> -> a-8 -> a[8] -> a 8 -> a -> block a(8)    => ? -> ? -> ? -> ? -> ? -> ?
            a
                a block is called with brackets: `a(..)`
            a
                a block is called with brackets: `a(..)`
            a
                a block is called with brackets: `a(..)`
            a
                a block is called with brackets: `a(..)`
            a
                a block is called with brackets: `a(..)`
            block
                a block is called without the word `block`: `name(64)`

            block a(c) = conv3-(c) -> conv3-(c*2) -> conv3-{c}; input 8x8x3 -> a(8)    => a(8)
            (c)
                the number of filters stands without brackets: `conv3-64`, or `conv3-k` in a block
            (c*2)
                there is no arithmetic here: write a number or a parameter
            {c}
                the number of filters stands without brackets: `conv3-64`, or `conv3-k` in a block

        "#]],
    );
}

#[test]
fn inputs_of_other_frameworks() {
    mistakes(
        "struct Net { § -> relu }",
        &[
            "input (3, 32, 32)",
            "input: (32, 32, 3)",
            "input shape=(32, 32, 3)",
            "Input(shape=(28, 28, 1))",
            "input 16x32x32x3",
            "input 16x3x224x224",
            "input 32x32x",
            "input",
        ],
        &expect![[r#"
            input (3, 32, 32)    => relu
            (3, 32, 32)
                the input's volume stands without brackets and is written height x width x depth: `input 32x32x3`

            input: (32, 32, 3)    => relu
            (32, 32, 3)
                the input's volume stands without brackets: `input 32x32x3`

            input shape=(32, 32, 3)    => relu
            (32, 32, 3)
                the input's volume stands without brackets: `input 32x32x3`

            Input(shape=(28, 28, 1))    => relu
            (shape=(28, 28, 1))
                the input's volume stands without brackets: `input 28x28x1`

            input 16x32x32x3    => relu
            16x32x32x3
                `16x32x32x3` has 4 sides, but the batch is no part of a volume, and any size of it runs: write `32x32x3`

            input 16x3x224x224    => relu
            16x3x224x224
                `16x3x224x224` has 4 sides, but the batch is no part of a volume, and any size of it runs: write `224x224x3`

            input 32x32x    => ? -> relu
            32x32x
                a number is missing behind `32x32x`

            input    => ? -> relu
            input
                the input needs a volume: `input 224x224x3` (height, width, depth) or `input 784`

        "#]],
    );
}
