//! Single layers: numbers and options that make no sense, and layers in the wrong place.

use syn::Ident;

use super::rows::Rows;
use super::shape::pair;
use crate::shape::Volume;

pub const SOFTMAX_NOT_LAST: &str = "softmax must be the last layer of a network or of a head";

pub fn no_layers(name: &Ident) -> String {
    format!("`{name}` has no layers")
}

pub fn too_many_nodes(most: usize) -> String {
    format!("the network unrolls to more than {most} layers")
}

pub fn own_layer(name: &Ident) -> String {
    format!("`{name}` cannot be a layer of itself")
}

pub fn zero(parameter: &Ident, of: &str) -> String {
    format!("`{parameter}` is 0 here; a {of} is at least 1")
}

/// A layer that works on maps after `depth` features.
pub fn needs_volume(layer: &str, depth: Option<u64>, from: &str, from_input: bool) -> String {
    let mut rows = Rows::new(format!("{layer} needs a volume, but features come in, which have no place in space"));
    let count = depth.map_or("features".to_owned(), |depth| depth.to_string());
    rows.row("input", &format!("{count}, from {from}"));
    match depth {
        Some(depth) if from_input => rows.row("fits", &inputs(depth)),
        _ => rows.row("fits", &format!("{layer} before `flatten` and `fc`")),
    }
    rows.finish()
}

/// Volumes of so many values: the square ones of depth 1 and 3, and the one without extent.
fn inputs(count: u64) -> String {
    let squares = [1, 3].into_iter().filter_map(|depth| {
        let side = (count / depth).isqrt();
        (side > 1 && side.checked_mul(side)?.checked_mul(depth)? == count)
            .then(|| format!("input {side}x{side}x{depth}"))
    });
    let all: Vec<String> = squares.chain([format!("input 1x1x{count}")]).collect();
    all.join(" or ")
}

pub fn widen_narrows(layer: &str, depth: u64, from: &str) -> String {
    format!("{layer} cannot make a volume of depth {depth} (from {from}) narrower; it adds channels")
}

pub fn maxout(k: u64, volume: Volume, from: &str) -> String {
    let depth = volume.depth();
    let mut rows = Rows::new(format!("maxout({k}) does not divide the depth of its input"));
    rows.row("input", &format!("{volume}, from {from}"));
    rows.row("formula", &format!("depth / k = {depth}/{k}, which leaves a rest of {}", depth % k));
    rows.row("fits", &multiples(depth, k));
    rows.finish()
}

/// The multiples of `k` around `depth`.
fn multiples(depth: u64, k: u64) -> String {
    let below = depth / k * k;
    let above = below.saturating_add(k);
    if below == 0 { format!("depth {above}") } else { format!("depth {below} or {above}") }
}

pub fn groups(groups: u64, depth: Option<u64>, from: &str, filters: Option<u64>) -> String {
    let what = match (depth, filters) {
        (Some(depth), Some(filters)) => {
            format!("neither the input's depth {depth} (from {from}) nor the {filters} filters")
        }
        (Some(depth), None) => format!("not the input's depth {depth} (from {from})"),
        (None, Some(filters)) => format!("not the {filters} filters"),
        (None, None) => "not the depth".to_owned(),
    };
    let mut rows = Rows::new(format!("{groups} groups divide {what}"));
    let common = match (depth, filters) {
        (Some(depth), Some(filters)) => gcd(depth, filters),
        (Some(number), None) | (None, Some(number)) => number,
        (None, None) => 1,
    };
    let divisors: Vec<String> = nearby_divisors(common, groups).iter().map(ToString::to_string).collect();
    rows.row("fits", &format!("groups={}", divisors.join(" or ")));
    rows.finish()
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The divisors of `number` next to `near`.
fn nearby_divisors(number: u64, near: u64) -> Vec<u64> {
    let far = 1024;
    let divides = |&divisor: &u64| divisor > 0 && number.is_multiple_of(divisor);
    let below = (near.saturating_sub(far)..near).rev().find(divides);
    let above = (near.saturating_add(1)..=near.saturating_add(far).min(number)).find(divides);
    below.into_iter().chain(above).collect()
}

pub fn even_window(layer: &str, kernel: (u64, u64), dilation: (u64, u64)) -> String {
    let mut rows = Rows::new(format!("{layer} must say its padding: an even window has no middle"));
    let side = if kernel.0 % 2 == 0 { (kernel.0, dilation.0) } else { (kernel.1, dilation.1) };
    let (side, dilation) = side;
    let numbers = if dilation == 1 { format!("({side} - 1)/2") } else { format!("{dilation}*({side} - 1)/2") };
    rows.row(
        "formula",
        &format!(
            "the padding of an odd F is {}(F - 1)/2; {numbers} is not for an even one",
            if dilation == 1 { "" } else { "D" }
        ),
    );
    rows.row("fits", &format!("`{layer}(pad=0)` or another pad, or `{layer}(same)`"));
    rows.finish()
}

pub fn pool_pad(layer: &str, pad: (u64, u64), most: (u64, u64)) -> String {
    let (pad, most) = (pair(pad, false), pair(most, false));
    format!("pad {pad} is too much for {layer}: a window must see some of its input, so pad is at most F/2 = {most}")
}

pub fn same_and_pad(own: bool) -> String {
    if own {
        "`same` finds the padding itself; leave out `pad`, or `same`".to_owned()
    } else {
        "`#[rounding(same)]` finds the padding itself; leave out `pad`, or add `floor` or `exact` to this layer"
            .to_owned()
    }
}

pub fn not_positive(name: &str, value: f64) -> String {
    format!("{name} is {value}, but must be larger than 0")
}

pub fn momentum(value: f64) -> String {
    format!("momentum is {value}, but must lie between 0 and 1: it is the new value's part in the running statistics")
}

pub fn even_n(n: u64) -> String {
    let (below, above) = (n.saturating_sub(1), n.saturating_add(1));
    format!("lrn looks at n channels around each one, so n is odd: n={below} or n={above}, not {n}")
}

pub fn dropout(p: f64) -> String {
    if p == 1.0 {
        return "dropout(1) drops everything; p lies in [0, 1)".to_owned();
    }
    let percent =
        if p > 1.0 && p < 100.0 { format!(": {p} percent are dropout({})", p / 100.0) } else { String::new() };
    format!("{p} is not a probability in [0, 1){percent}")
}
