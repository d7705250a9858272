//! The word that was probably meant: a misspelt one and the known ones come in, the nearest goes out.

/// The nearest of `among`, when it is near enough to be worth a suggestion: about one letter in three may differ, or
/// one begins with the other. Case does not count.
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in among {
        let letters: Vec<char> = candidate.to_lowercase().chars().collect();
        let shorter = word.len().min(letters.len());
        let distance = distance(&word, &letters);
        let limit = (word.len().max(letters.len()) / 3).max(usize::from(shorter > 1));
        let begins = shorter >= 3 && word[..shorter] == letters[..shorter];
        if (distance <= limit || begins) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters differ, counted as below. Case does not count.
pub fn edits(one: &str, other: &str) -> usize {
    let letters = |word: &str| word.to_lowercase().chars().collect::<Vec<char>>();
    distance(&letters(one), &letters(other))
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let mut least = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next.push(least);
        }
        before = row;
        row = next;
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_what_is_near() {
        let among = || ["conv", "dwconv", "maxpool", "bn", "pad", "relu"].into_iter();
        assert_eq!(nearest("cnv", among()), Some("conv"));
        assert_eq!(nearest("covn", among()), Some("conv"));
        assert_eq!(nearest("MaxPol", among()), Some("maxpool"));
        assert_eq!(nearest("padding", among()), Some("pad"));
        assert_eq!(nearest("transformer", among()), None);
        assert_eq!(nearest("", among()), None);
    }
}
