//! Single layers: numbers and options that make no sense, and layers in the wrong place.

use syn::Ident;

use super::rows::Rows;
use super::shape::pair;
use crate::count::grouped;

pub const SOFTMAX_NOT_LAST: &str = "softmax must be the last layer of a network or of a head";

pub fn no_layers(name: &Ident) -> String {
    format!("`{name}` has no layers")
}

pub fn too_many_nodes(most: usize) -> String {
    format!("the network unrolls to more than {} layers", grouped(most as u64))
}

pub fn own_layer(name: &Ident) -> String {
    format!("`{name}` cannot be a layer of itself")
}

pub fn zero(parameter: &Ident, of: &str) -> String {
    format!("`{parameter}` is 0 here; {of} must be at least 1")
}

/// A layer that works on maps, after features; `input` is how many come from the network's input, if they do.
pub fn needs_volume(layer: &str, features: &str, from: &str, input: Option<u64>) -> String {
    let mut rows = Rows::new(format!("{layer} needs a volume, but features come in, which have no place in space"));
    rows.row("input", &format!("{features}, from {from}"));
    rows.row("fits", &input.map_or_else(|| format!("{layer} before `flatten` and `fc`"), inputs));
    rows.finish()
}

/// Volumes of so many values: the square ones of depth 1 and 3, and the one without extent.
fn inputs(count: u64) -> String {
    let squares = [1, 3].into_iter().filter_map(|depth| {
        let side = (count / depth).isqrt();
        (side > 1 && side.checked_mul(side)?.checked_mul(depth)? == count).then(|| format!("{side}x{side}x{depth}"))
    });
    let all: Vec<String> = squares.chain([format!("1x1x{count}")]).collect();
    format!("input {}", all.join(" or "))
}

pub fn widen_narrows(layer: &str, depth: u64, from: &str) -> String {
    format!("{layer} cannot make a volume of depth {depth} (from {from}) narrower; it adds channels")
}

pub fn maxout(k: u64, depth: u64, volume: &str, from: &str) -> String {
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

/// Groups that do not divide the input's depth, which comes from a layer, or the filters.
pub fn groups(groups: u64, depth: Option<u64>, from: &str, filters: Option<u64>) -> String {
    let depth_text = |depth: u64| format!("the depth {depth} of its input (from {from})");
    let (what, common) = match (depth, filters) {
        (Some(depth), Some(filters)) => {
            (format!("divides neither {} nor its {filters} filters", depth_text(depth)), gcd(depth, filters))
        }
        (Some(depth), None) => (format!("does not divide {}", depth_text(depth)), depth),
        (None, filters) => {
            let filters = filters.unwrap_or(1);
            (format!("does not divide its {filters} filters"), filters)
        }
    };
    let mut rows = Rows::new(format!("groups={groups} {what}"));
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
    let rounds = rounds_to(value, 0.0).map_or_else(String::new, |to| format!(", which {to}"));
    format!("{name} is {}{rounds}, but must be larger than 0", written(value))
}

pub fn negative(name: &str, value: f64) -> String {
    format!("{name} is {value}, but must be at least 0")
}

fn written(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-6 { format!("{value:e}") } else { value.to_string() }
}

/// What becomes of a number that is not `to` but the same as one of 32 bits.
fn rounds_to(value: f64, to: f32) -> Option<String> {
    let rounds = (value as f32).to_bits() == to.to_bits() && value.to_bits() != f64::from(to).to_bits();
    rounds.then(|| format!("rounds to {to} as a 32-bit float"))
}

pub fn ceiling(value: f64) -> String {
    let (value, rounds) = (written(value), rounds_to(value, 0.0));
    let why = rounds.map_or_else(String::new, |to| format!(", because `{value}` {to}"));
    format!("clipped_relu({value}) is zero everywhere{why}; its ceiling must be larger than 0")
}

pub fn momentum(value: f64) -> String {
    format!("momentum is {value}, but must lie between 0 and 1: it is the new value's part in the running statistics")
}

pub fn even_n(n: u64) -> String {
    let (below, above) = (n.saturating_sub(1), n.saturating_add(1));
    format!("lrn looks at n channels around each one, so n is odd: n={below} or n={above}, not {n}")
}

pub fn dropout(p: f64) -> String {
    let percent =
        if p > 1.0 && p < 100.0 { format!("; for {p} percent write dropout({})", p / 100.0) } else { String::new() };
    let rounds = rounds_to(p, 1.0).map_or_else(String::new, |to| format!("`{p}` {to}, and "));
    format!("dropout({p}) makes no sense: {rounds}p, the part that is dropped, is at least 0 and less than 1{percent}")
}
