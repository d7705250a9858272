//! Every mistake, with what its error underlines and says, and what is still understood of the chain.

mod apart;
mod blocks;
mod chains;
mod definitions;
mod foreign;
mod foreign_options;
mod frames;
mod joints;
mod layers;
mod options;
mod places;
mod volumes;

use std::fmt::Write as _;

use expect_test::Expect;

use super::{read, shapes};

/// Puts each source in the place of `§` in `frame`.
fn mistakes(frame: &str, sources: &[&str], expected: &Expect) {
    let mut all = String::new();
    for source in sources {
        let (network, errors) = read(&frame.replace('§', source));
        let understood = network.map_or("nothing".into(), |network| shapes(&network.chain));
        writeln!(all, "{source}    => {understood}\n{errors}").expect("string");
    }
    expected.assert_eq(&all);
}

/// What the errors of these sources say to write is read without errors in their place; few only show how a layer is written.
fn suggestions_are_read(frame: &str, sources: &[&str]) {
    let mut suggested = 0;
    for source in sources {
        let (_, errors) = read(&frame.replace('§', source));
        let meant = ["did you mean `", ": write `"].into_iter().find_map(|lead| errors.split_once(lead));
        let Some(meant) = meant.and_then(|(_, meant)| meant.split('`').next()) else { continue };
        let (_, errors) = read(&frame.replace('§', meant));
        assert_eq!(errors, "", "{source}: {meant}");
        suggested += 1;
    }
    assert!(suggested > 0, "nothing is suggested");
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("(skip + ", ")"), ("{a: ", "}"), ("frozen ", "")] {
        let source = format!("{}relu{}", open.repeat(500), close.repeat(500));
        let (_, errors) = read(&format!("struct Net {{ input 3x3x3 -> {source} }}"));
        assert_eq!(errors.matches("nested more than").count(), 1, "{errors}");
        assert_eq!(errors.lines().count(), 2, "{errors}");
    }
}

/// Random tokens: reading ends, and a step is unknown only after an error.
#[test]
fn every_input_is_read() {
    let parts = [
        "->", "-", "*", "@", "2", "x", "conv3", "relu", "(", "[", "{", ",", ";", "+", "|", "frozen", "shared", "block",
        "input", "=", ":", "k", "dropout", "basic",
    ];
    let mut state = 7_u64;
    for _ in 0..4000 {
        let mut source = String::new();
        let mut open = Vec::new();
        for _ in 0..14 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let part = parts[(state >> 33) as usize % parts.len()];
            match part {
                "(" => open.push(")"),
                "[" => open.push("]"),
                "{" => open.push("}"),
                _ => {}
            }
            source += part;
            source.push(' ');
            if state >> 62 == 0 {
                source += open.pop().unwrap_or_default();
            }
        }
        source.extend(open.into_iter().rev());
        let (network, errors) = read(&format!("struct Net {{ block basic(k) = relu; input 3x3x3 -> {source} }}"));
        let unknown = network.is_some_and(|network| shapes(&network.chain).contains('?'));
        assert!(!unknown || !errors.is_empty(), "{source}");
    }
}
