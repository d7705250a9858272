//! The form of long errors: a headline and labelled rows.

/// How far the rows stand from the left; the compiler adds the width of `error: `.
const INDENT: &str = "  ";
/// Room for a label and its colon.
const LABEL: usize = 9;

pub struct Rows {
    lines: Vec<String>,
}

impl Rows {
    pub fn new(headline: impl Into<String>) -> Self {
        Self { lines: vec![headline.into()] }
    }

    pub fn row(&mut self, label: &str, text: &str) {
        let label = format!("{label}:");
        self.lines.push(format!("{INDENT}{label:<LABEL$}{text}"));
    }

    /// Two lines of alternatives, either of which may be empty.
    pub fn list(&mut self, label: &str, [first, second]: &[Vec<String>; 2]) {
        let (first, second) = (first.join("; "), second.join(", "));
        match (first.is_empty(), second.is_empty()) {
            (true, true) => {}
            (false, true) => self.row(label, &first),
            (true, false) => self.row(label, &second),
            (false, false) => {
                self.row(label, &format!("{first};"));
                self.lines.push(format!("{INDENT}{:LABEL$}or {second}", ""));
            }
        }
    }

    pub fn finish(self) -> String {
        self.lines.join("\n")
    }
}
