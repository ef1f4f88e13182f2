//! "Did you mean": the nearest of the known words to a misspelt one.

/// Most edits at which a word still counts as a misspelling of another.
const EDITS_MAX: usize = 3;

/// The known word nearest to `word`, if it is near enough to be meant.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .map(|candidate| {
            (
                distance(&word.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(edits, candidate)| *edits <= EDITS_MAX && *edits * 2 < candidate.len().max(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), i + 1);
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let substitution = diagonal + usize::from(from != *to);
            diagonal = *cell;
            *cell = substitution.min(left + 1).min(diagonal + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered() {
        let known = ["severity", "epss", "mode"];
        assert_eq!(nearest("serverity", known), Some("severity"));
        assert_eq!(nearest("Mode", known), Some("mode"));
        assert_eq!(nearest("expires", known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
