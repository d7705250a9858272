//! Arrows, groups, repeats, branches, heads and names.

use expect_test::expect;

use super::mistakes;

#[test]
fn chains() {
    mistakes(
        "struct Net { input 32x32x3 -> § }",
        &[
            "relu -> -> bn",
            "relu ->",
            "-> relu",
            "relu > bn",
            "relu => bn",
            "relu - bn",
            "relu - > bn",
            "relu --> bn",
            "conv3-64 - relu",
            "relu, bn",
            "relu; bn",
            "relu;",
            "relu,",
            "relu bn",
            "relu [bn]",
            "relu (bn + skip)",
            "[relu]x2",
            "[relu] x 2",
            "[relu]*",
            "[relu]*1.5",
            "[relu]*k",
            "[relu]*2*3",
            "2*[relu]",
            "relu*bn",
            "[relu] @ a * 2",
            "[relu] @ a @ b",
            "relu @ 3",
            "relu @ loop",
            "relu @",
            "[]",
            "()",
            "{}",
            "(relu)",
            "(relu + )",
            "(relu + bn | skip)",
            "(relu -> skip + bn)",
            "skip",
            "(skip*2 + relu)",
            "relu + bn",
            "relu | bn",
            "maxpool?",
            "relu & bn",
            "{a: relu} -> bn",
            "[{a: relu}]",
            "{a: relu, a: bn}",
            "{a: relu, bn}",
            "{relu}",
            "{a: relu}*2",
            "{a relu}",
            "{a: }",
            "{loop: relu}",
            "frozen",
            "frozen skip",
            "frozen -> relu",
            "shared relu",
            "shared",
            "input 3x3x3 -> relu",
            "Net2(3)",
            "a::b",
            "a::",
            "7x7x3*2",
            "'a'",
            "# relu",
            "conv3-64 -> cnv3-64 -> relu(1) bn -> (a | b)",
            "frozen input 3x3x3",
            "[relu -> ]",
            "relu -> , bn",
            "{a: fc-1 b: fc-2}",
            "{a: fc-1,, b: fc-2}",
            "/// doc\n relu /** doc */ -> #[x] bn",
            "[skip]",
            "[relu]/2",
        ],
        &expect![[r#"
            relu -> -> bn    => relu -> bn
            ->
                superfluous `->`

            relu ->    => relu
            ->
                a layer is missing behind this arrow

            -> relu    => relu
            ->
                superfluous `->`

            relu > bn    => relu -> bn
            >
                `>` stands where `->` should

            relu => bn    => relu -> bn
            =>
                `=>` stands where `->` should

            relu - bn    => relu -> bn
            -
                `-` stands where `->` should

            relu - > bn    => relu -> bn
            - >
                the arrow is written `->`, without a space

            relu --> bn    => relu -> bn
            -->
                the arrow is written `->`

            conv3-64 - relu    => conv3-64 -> relu
            -
                `-` stands where `->` should

            relu, bn    => relu -> bn
            ,
                `,` stands where `->` should

            relu; bn    => relu -> bn
            ;
                `;` ends a block only: between two layers stands `->`

            relu;    => relu
            ;
                only a block ends with `;`

            relu,    => relu
            ,
                nothing follows this `,`

            relu bn    => relu -> bn
            bn
                `->` is missing before `bn`

            relu [bn]    => relu -> [bn]
            [
                `->` is missing before `[`

            relu (bn + skip)    => relu -> (bn + skip)
            (
                `->` is missing before `(`

            [relu]x2    => [relu]*2
            x2
                a repeat is written with `*`: `[..]*2`

            [relu] x 2    => [relu]*2
            x 2
                a repeat is written with `*`: `[..]*2`

            [relu]*    => ?
            *
                the repeat is missing here

            [relu]*1.5    => ?
            1.5
                `1.5` is no whole number

            [relu]*k    => ?
            k
                `k` is no number: names for numbers are parameters of blocks

            [relu]*2*3    => [relu]*2
            *
                an item has one repeat: nest with `[[..]*2]*3`

            2*[relu]    => ?
            [
                the repeat stands behind what it repeats: `[..]*2`

            relu*bn    => ?
            bn
                the repeat stands behind what it repeats: `[..]*2`

            [relu] @ a * 2    => [relu]*2 @ a
            *
                the repeat stands before the name: `[..]*2 @ name`

            [relu] @ a @ b    => [relu] @ a
            @
                an item has one name

            relu @ 3    => relu
            3
                `3` is no name behind `@`: names begin with a letter

            relu @ loop    => relu
            loop
                `loop` is a keyword of Rust and cannot be the name behind `@`

            relu @    => relu
            @
                the name behind `@` is missing here

            []    => ?
            []
                nothing stands in these brackets

            ()    => ?
            ()
                nothing stands in these brackets

            {}    => ?
            {}
                heads need names and chains: `{ boxes: fc-4, classes: fc-21 }`

            (relu)    => [relu]
            (relu)
                one chain in `( )`: `[ ]` groups, `( )` holds branches, `(a + b)` or `(a | b)`

            (relu + )    => (relu + ?)
            )
                nothing stands in this branch: the identity is written `skip`

            (relu + bn | skip)    => ?
            |
                `+` and `|` are mixed in one pair of brackets: put one of them in brackets of its own, `((a + b) | c)`

            (relu -> skip + bn)    => (relu + bn)
            skip
                `skip` is a whole branch, the identity: `(conv3-64 -> relu -> conv3-64 + skip)`

            skip    => ?
            skip
                `skip` is a whole branch, the identity: `(conv3-64 -> relu -> conv3-64 + skip)`

            (skip*2 + relu)    => (skip + relu)
            skip*2
                `skip` cannot be repeated or named

            relu + bn    => relu -> ?
            +
                `+` sums branches in brackets only: `(conv3-64 + skip)`

            relu | bn    => relu -> ?
            |
                `|` concatenates branches in brackets only: `(conv1-64 | conv3-64)`

            maxpool?    => maxpool
            ?
                `?` says no number: write `[maxpool]*1` or `[maxpool]*0`

            relu & bn    => relu -> ?
            &
                `&` has no meaning here: between two layers stands `->`

            {a: relu} -> bn    => ? -> bn
            {a: relu}
                heads `{ .. }` are the last step of the network

            [{a: relu}]    => [?]
            {a: relu}
                heads `{ .. }` are the last step of the network

            {a: relu, a: bn}    => {a: relu}
            a
                there are two heads `a`

            {a: relu, bn}    => {a: relu}
            bn
                a head's name is missing, `name: ..`; within one head, layers are connected with `->`

            {relu}    => ?
            relu
                a head's name is missing: `{ boxes: fc-4, classes: fc-21 }`

            {a: relu}*2    => ?
            {a: relu}*2
                the heads cannot be repeated or named

            {a relu}    => {a: relu}
            a
                `:` is missing behind the head's name

            {a: }    => {a: ?}
            }
                a layer is missing here

            {loop: relu}    => ?
            loop
                `loop` is a keyword of Rust and cannot be the name of the head

            frozen    => ?
            frozen
                `frozen` stands before a layer, a block or brackets: `frozen [conv3-64 -> bn]`

            frozen skip    => ?
            frozen
                `frozen` stands before a layer, a block or brackets: `frozen [conv3-64 -> bn]`

            frozen -> relu    => ? -> relu
            frozen
                `frozen` stands before a layer, a block or brackets: `frozen [conv3-64 -> bn]`

            shared relu    => ?
            relu
                `shared` stands before a block's call, and `relu` is no block

            shared    => ?
            shared
                `shared` stands before a block's call: `shared name(64)`

            input 3x3x3 -> relu    => ? -> relu
            input
                `input` stands once, at the beginning of the network's chain

            Net2(3)    => ?
            Net2
                `Net2` is neither a layer nor a block, and a network used as a layer stands alone: `Net2 -> 7x7x512`

            a::b    => network a::b

            a::    => ?
            a::
                this is no path to a network: write `Backbone` or `crate::nets::Backbone`

            7x7x3*2    => <7x7x3>
            7x7x3*2
                a stated volume cannot be repeated or named

            'a'    => ?
            'a'
                layers and numbers are written without quotes

            # relu    => ?
            #
                a layer is missing before `#`

            conv3-64 -> cnv3-64 -> relu(1) bn -> (a | b)    => conv3-64 -> ? -> relu(1) -> bn -> (? | ?)
            cnv3
                unknown word `cnv3`: did you mean `conv3`?
            1
                relu has no options
            bn
                `->` is missing before `bn`
            a
                unknown word `a`: it is neither a layer nor a block
            b
                unknown word `b`: it is neither a layer nor a block

            frozen input 3x3x3    => ?
            input
                `input` stands once, at the beginning of the network's chain

            [relu -> ]    => [relu]
            ->
                a layer is missing behind this arrow

            relu -> , bn    => relu -> ?
            ,
                a layer is missing before `,`

            {a: fc-1 b: fc-2}    => {a: fc-1, b: fc-2}
            b
                `,` is missing before `b`

            {a: fc-1,, b: fc-2}    => {a: fc-1, b: fc-2}
            ,
                superfluous `,`

            /// doc
             relu /** doc */ -> #[x] bn    => relu -> bn
            /// doc
                attributes and doc comments stand before the network only: a comment here begins with `//`
            /** doc */
                attributes and doc comments stand before the network only: a comment here begins with `//`
            #[x]
                attributes and doc comments stand before the network only: a comment here begins with `//`

            [skip]    => [?]
            skip
                `skip` is a whole branch, the identity: `(conv3-64 -> relu -> conv3-64 + skip)`

            [relu]/2    => [relu] -> ?
            /
                a stride `/2` stands directly behind a layer, and there is no arithmetic

        "#]],
    );
}
