//! Where in the unrolled network an error is.

use super::rows::Rows;
use crate::lower::Place;

/// The message, and the block calls and repetitions around it, the innermost first: `basic(64), repetition 2 of 3`.
pub fn with_place(message: &str, places: &[Place]) -> String {
    if places.is_empty() {
        return message.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    for place in places.iter().rev() {
        match place {
            Place::Call { text, .. } => parts.push(format!("in `{text}`")),
            Place::Repetition { nth, of } => {
                let word = if parts.is_empty() { "in repetition" } else { "repetition" };
                parts.push(format!("{word} {nth} of {of}"));
            }
        }
    }
    let text = parts.join(", ");
    let mut rows = Rows::new(message);
    rows.row("where", &text);
    rows.finish()
}
