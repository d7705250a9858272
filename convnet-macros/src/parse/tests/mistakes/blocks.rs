//! Blocks and what calls them.

use expect_test::expect;

use super::mistakes;

#[test]
fn blocks() {
    mistakes(
        "struct Net { § }",
        &[
            "block relu() = bn; input 3x3x3 -> relu",
            "block conv3(k) = bn; input 3x3x3 -> relu",
            "block Skip() = bn; input 3x3x3 -> relu",
            "block a() = bn; block a() = relu; input 3x3x3 -> a()",
            "block a = bn; input 3x3x3 -> a()",
            "block a() bn; input 3x3x3 -> a()",
            "block a(k) { conv3-k -> relu } input 3x3x3 -> a(64)",
            "block a(k, n) = conv3-k; input 3x3x3 -> a(64, -1)",
            "block a() = bn input 3x3x3 -> a()",
            "block a() = bn block b() = relu; input 3x3x3 -> a()",
            "block a() = ; input 3x3x3 -> a()",
            "block a(k, k) = conv3-k; input 3x3x3 -> a(1, 2)",
            "block a(floor) = conv3-floor; input 3x3x3 -> a(1)",
            "block a(3) = relu; input 3x3x3 -> a()",
            "block a(k j) = relu; input 3x3x3 -> a()",
            "block a(k) = convk-3; input 3x3x3 -> a(1)",
            "block a(width) = conv3-widht; input 3x3x3 -> a(1)",
            "block a(width) = conv3-64(widht); input 3x3x3 -> a(1)",
            "block a(k) = conv3-64(k) -> conv3-64(pad=l); input 3x3x3 -> a(1)",
            "block basic(k) = conv3-k; input 3x3x3 -> basik(1) -> basic -> basic(1.5) -> basic(z) -> basic(1 2) -> Basic(1)",
            "block a() = relu; input 3x3x3 -> shared b()",
            "input 3x3x3 -> a() block a() = relu;",
            "input 3x3x3 -> a(); block a() = relu;",
            "block a() = bn; relu",
            "3x3x3 -> relu",
            "input 3x3x3",
            "input 3x3x3 ->",
            "input -> relu -> cnv3-3",
            "input 3x3x3 relu",
            "",
            "block loop() = relu; input 3x3x3 -> relu",
            "block",
            "block a",
            "block a(k) = relu*k/2 -> b(k/2); block b(k) = relu*k; input 3x3x3 -> a(1)",
            "block a() => relu; input 3x3x3 -> a()",
            "block a(): relu; input 3x3x3 -> a()",
            "/// doc\n block a() = relu; #[a] input 3x3x3 -> a()",
            "block a() = relu;; input 3x3x3 -> a()",
            "block a(k) = conv3-64(bias=k); input 3x3x3 -> a(1)",
        ],
        &expect![[r#"
            block relu() = bn; input 3x3x3 -> relu    => relu
            relu
                a block cannot be called `relu`, which is a word of the language

            block conv3(k) = bn; input 3x3x3 -> relu    => relu
            conv3
                a block cannot be called `conv3`, which is a word of the language

            block Skip() = bn; input 3x3x3 -> relu    => relu
            Skip
                a block cannot be called `Skip`, which is a word of the language

            block a() = bn; block a() = relu; input 3x3x3 -> a()    => a()
            a
                there are two blocks `a`

            block a = bn; input 3x3x3 -> a()    => a()
            =
                a block has brackets, even without parameters: `block a() = ..;`

            block a() bn; input 3x3x3 -> a()    => a()
            bn
                `=` is missing before the block's chain

            block a(k) { conv3-k -> relu } input 3x3x3 -> a(64)    => a(64)
            {
                a block has no braces: `block name(k) = conv3-k -> relu;`

            block a(k, n) = conv3-k; input 3x3x3 -> a(64, -1)    => ?
            -
                there is no arithmetic here: write a number or a parameter

            block a() = bn input 3x3x3 -> a()    => a()
            input
                `;` is missing before this: it ends the block

            block a() = bn block b() = relu; input 3x3x3 -> a()    => a()
            block
                `;` is missing before this: it ends the block

            block a() = ; input 3x3x3 -> a()    => a()
            ;
                a layer is missing here

            block a(k, k) = conv3-k; input 3x3x3 -> a(1, 2)    => a(1, 2)
            k
                the block has two parameters `k`

            block a(floor) = conv3-floor; input 3x3x3 -> a(1)    => a(1)
            floor
                a parameter cannot be called `floor`, which options use

            block a(3) = relu; input 3x3x3 -> a()    => a()
            3
                `3` is no parameter: names begin with a letter

            block a(k j) = relu; input 3x3x3 -> a()    => a()
            j
                `,` is missing before `j`

            block a(k) = convk-3; input 3x3x3 -> a(1)    => a(1)
            convk
                unknown word `convk`: a parameter such as `k` cannot stand inside a word

            block a(width) = conv3-widht; input 3x3x3 -> a(1)    => a(1)
            widht
                there is no parameter `widht`: did you mean `width`?

            block a(width) = conv3-64(widht); input 3x3x3 -> a(1)    => a(1)
            widht
                unknown option `widht`: conv has `pad`, `dilation`, `groups`, `bias`, `exact`, `floor`, `same`, `direct` and `fastest`

            block a(k) = conv3-64(k) -> conv3-64(pad=l); input 3x3x3 -> a(1)    => a(1)
            k
                a value of conv needs the name of its option, `pad`, `dilation`, `groups` or `bias`; the number of filters is written as in `conv3-64`
            l
                `pad` takes a whole number or a pair, as `1` or `2x1`, not `l`

            block basic(k) = conv3-k; input 3x3x3 -> basik(1) -> basic -> basic(1.5) -> basic(z) -> basic(1 2) -> Basic(1)    => ? -> ? -> ? -> ? -> ? -> ?
            basik
                unknown word `basik`: did you mean `basic`?
            basic
                a block is called with brackets: `basic(..)`
            1.5
                `1.5` is no whole number
            z
                `z` is no number: names for numbers are parameters of blocks
            2
                `,` is missing before `2`
            Basic
                unknown word `Basic`: did you mean `basic`?

            block a() = relu; input 3x3x3 -> shared b()    => ?
            b
                `shared` stands before a block's call, and `b` is no block

            input 3x3x3 -> a() block a() = relu;    => a()
            block
                blocks stand before `input`

            input 3x3x3 -> a(); block a() = relu;    => a()
            ;
                only a block ends with `;`
            block
                blocks stand before `input`

            block a() = bn; relu    => ?
            relu
                the network's chain begins with its input: `input 224x224x3 ->`

            3x3x3 -> relu    => relu
            3x3x3
                the network's chain begins with its input: `input 224x224x3 ->`

            input 3x3x3    => ?
            input 3x3x3
                the network ends with its input: layers follow behind `->`

            input 3x3x3 ->    => ?
            ->
                a layer is missing behind this arrow

            input -> relu -> cnv3-3    => ? -> relu -> ?
            input
                the input needs a volume: `input 224x224x3` (height, width, depth) or `input 784`
            cnv3
                unknown word `cnv3`: did you mean `conv3`?

            input 3x3x3 relu    => relu
            relu
                `->` is missing before `relu`

                => ?
            Net
                Net has no input: it begins with `input 224x224x3 ->`

            block loop() = relu; input 3x3x3 -> relu    => relu
            loop
                `loop` is a keyword of Rust and cannot be the name of the block

            block    => ?
            block
                the name of the block is missing here
            Net
                Net has no input: it begins with `input 224x224x3 ->`

            block a    => ?
            block
                a block is written `block name(k) = conv3-k -> relu;`
            Net
                Net has no input: it begins with `input 224x224x3 ->`

            block a(k) = relu*k/2 -> b(k/2); block b(k) = relu*k; input 3x3x3 -> a(1)    => a(1)
            /
                a stride `/2` stands directly behind a layer, and there is no arithmetic
            /
                there is no arithmetic here: write a number or a parameter

            block a() => relu; input 3x3x3 -> a()    => a()
            =
                `=` is missing before the block's chain

            block a(): relu; input 3x3x3 -> a()    => a()
            :
                `=` is missing before the block's chain

            /// doc
             block a() = relu; #[a] input 3x3x3 -> a()    => a()
            /// doc
                attributes and doc comments stand before the network only: a comment here begins with `//`
            #[a]
                attributes and doc comments stand before the network only: a comment here begins with `//`

            block a() = relu;; input 3x3x3 -> a()    => a()
            ;
                superfluous `;`

            block a(k) = conv3-64(bias=k); input 3x3x3 -> a(1)    => a(1)
            k
                `bias` takes `true`, `false` or `position`, not `k`

        "#]],
    );
}
