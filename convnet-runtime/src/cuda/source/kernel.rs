//! A kernel to be: a template, the geometry that it is instantiated with, and its text.

use std::fmt::Write;

use crate::cpu::map::Map;
use crate::ops::activation::Activation;

/// An instance of a template.
pub(crate) struct Kernel {
    /// The template function.
    pub template: &'static str,
    /// The sources that it needs, each after those that it needs itself.
    pub sources: &'static [&'static str],
    /// The constants of the geometry.
    pub constants: Vec<(&'static str, usize)>,
    /// Functions of the geometry.
    pub members: Vec<String>,
    /// Threads of a block.
    pub threads: usize,
    /// Blocks that a multiprocessor must have room for.
    pub blocks: usize,
    /// Bytes of dynamic shared memory.
    pub shared: usize,
}

impl Kernel {
    /// A kernel of 256 threads a block.
    pub fn new(
        template: &'static str,
        sources: &'static [&'static str],
        constants: impl IntoIterator<Item = (&'static str, usize)>,
    ) -> Self {
        let constants = constants.into_iter().collect();
        Self { template, sources, constants, members: Vec::new(), threads: 256, blocks: 1, shared: 0 }
    }

    /// Adds more constants.
    pub fn with(mut self, constants: impl IntoIterator<Item = (&'static str, usize)>) -> Self {
        self.constants.extend(constants);
        self
    }

    /// Adds `apply` and `slope`.
    pub fn activation(mut self, activation: Activation) -> Self {
        let (apply, slope) = match activation {
            Activation::Identity => ("identity(v)".into(), "identity_slope(y)".into()),
            Activation::Relu => ("relu(v)".into(), "relu_slope(y)".into()),
            Activation::LeakyRelu(a) => with_constant("leaky_relu", a),
            Activation::Elu(a) => with_constant("elu", a),
            Activation::Sigmoid => ("sigmoid(v)".into(), "sigmoid_slope(y)".into()),
            Activation::Tanh => ("tanhf(v)".into(), "tanh_slope(y)".into()),
            Activation::ClippedRelu(top) => with_constant("clipped_relu", top),
        };
        self.members.push(format!("static FN float apply(float v) {{ return {apply}; }}"));
        self.members.push(format!("static FN float slope(float y) {{ return {slope}; }}"));
        self
    }

    /// Adds a function without arguments that gives a number.
    pub fn number(mut self, name: &str, value: f32) -> Self {
        self.members.push(format!("static FN float {name}() {{ return {}; }}", float(value)));
        self
    }

    /// The text, `@` in place of the kernel's name. `parameters` are declarations, and whether the kernel has them;
    /// the template gets a null pointer for those that it has not.
    pub fn text(&self, parameters: &[(&str, bool)]) -> String {
        let mut text = String::new();
        let geometry = if self.constants.is_empty() && self.members.is_empty() { "" } else { "<@_geometry>" };
        if !geometry.is_empty() {
            let constants: Vec<String> =
                self.constants.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            text.push_str("struct @_geometry {\n");
            for line in constants.chunks(8) {
                let _ = writeln!(text, "  enum : int {{ {} }};", line.join(", "));
            }
            for member in &self.members {
                let _ = writeln!(text, "  {member}");
            }
            text.push_str("};\n");
        }
        let declared: Vec<&str> = parameters.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
        let passed: Vec<&str> =
            parameters.iter().map(|(name, there)| if *there { last_word(name) } else { "nullptr" }).collect();
        let _ = writeln!(
            text,
            "extern \"C\" __global__ void __launch_bounds__({}, {}) @({}) {{\n  {}{geometry}({});\n}}\nCUEMU_KERNEL(@)",
            self.threads,
            self.blocks,
            declared.join(", "),
            self.template,
            passed.join(", "),
        );
        text
    }
}

fn with_constant(function: &str, value: f32) -> (String, String) {
    (format!("{function}(v, {})", float(value)), format!("{function}_slope(y, {})", float(value)))
}

fn last_word(declaration: &str) -> &str {
    declaration.rsplit(' ').next().unwrap_or(declaration)
}

/// A number as a literal of the type `float` that has exactly its value.
fn float(value: f32) -> String {
    format!("{value:?}f")
}

/// `H`, `W` and `C`.
pub(crate) fn volume(map: &Map) -> [(&'static str, usize); 3] {
    [("H", map.height), ("W", map.width), ("C", map.channels)]
}

impl Map {
    /// Channels from a pixel to the next on the device, where volumes lie as `[n][y][x][pitch]` in the place that the plan
    /// has for `[n][pitch / 16][y][x][16]`.
    pub(crate) const fn pitch(&self) -> usize {
        self.blocks * self.lanes()
    }
}
