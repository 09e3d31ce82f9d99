//! How far one word is from another: letters that are missing, too many, wrong, or in the wrong
//! order (optimal string alignment). A digit is never an error for another: `table_7` is not
//! `table_8`.

/// The longest word that typing errors are looked for in, in letters.
pub(super) const LONGEST: usize = 48;

const ROW: usize = LONGEST + 4;

/// The distances from `wanted` to the whole of `word`, and to that beginning of it which is
/// nearest, where they are no more than `most` (2 at the highest).
pub(super) fn distances(wanted: &[char], word: &str, most: u8) -> (Option<u8>, Option<u8>) {
    let mut letters = ['\0'; ROW];
    let mut length = 0;
    let far = wanted.len() + usize::from(most);
    let mut whole = true;
    for letter in word.chars() {
        if length == far || length == ROW {
            whole = false;
            break;
        }
        letters[length] = letter;
        length += 1;
    }
    if wanted.len() > LONGEST || length + usize::from(most) < wanted.len() {
        return (None, None);
    }
    let letters = &letters[..length];
    let mut before = [0_u8; ROW + 1];
    let mut last = [0_u8; ROW + 1];
    for (at, letter) in letters.iter().enumerate() {
        last[at + 1] = last[at] + cost(*letter);
    }
    for (i, letter) in wanted.iter().enumerate() {
        let mut row = [0_u8; ROW + 1];
        row[0] = last[0] + cost(*letter);
        let mut lowest = row[0];
        for (j, other) in letters.iter().enumerate() {
            let either = cost(*letter).max(cost(*other));
            let changed = last[j] + if letter == other { 0 } else { either };
            let mut cell = changed
                .min(row[j] + cost(*other))
                .min(last[j + 1] + cost(*letter));
            let swapped = i > 0 && j > 0 && *letter == letters[j - 1] && wanted[i - 1] == *other;
            if swapped {
                cell = cell.min(before[j - 1] + either);
            }
            row[j + 1] = cell;
            lowest = lowest.min(cell);
        }
        // A swap reaches back over one row, and costs one.
        if lowest > most + 1 {
            return (None, None);
        }
        before = last;
        last = row;
    }
    let near = |distance: u8| Some(distance).filter(|distance| *distance <= most);
    let nearest = last[..=length].iter().min().copied();
    let all = if whole { near(last[length]) } else { None };
    (all, nearest.and_then(near))
}

/// What it costs to leave a letter out, or to put it in.
fn cost(letter: char) -> u8 {
    if letter.is_numeric() { 3 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(wanted: &str, word: &str) -> (Option<u8>, Option<u8>) {
        distances(&wanted.chars().collect::<Vec<_>>(), word, 2)
    }

    #[test]
    fn words_with_typing_errors_are_near() {
        for (wanted, word, expected) in [
            ("customer", "customer", (Some(0), Some(0))),
            ("custmer", "customer", (Some(1), Some(1))),
            ("cusotmer", "customer", (Some(1), Some(1))),
            ("customerr", "customer", (Some(1), Some(1))),
            ("kustomer", "customer", (Some(1), Some(1))),
            ("adres", "addresses", (None, Some(1))),
            ("order", "customer", (None, None)),
            ("table7", "table8", (None, None)),
            ("tabel7", "table7", (Some(1), Some(1))),
            ("table", "table8", (None, Some(0))),
            ("größe", "grösse", (Some(2), Some(2))),
        ] {
            assert_eq!(of(wanted, word), expected, "{wanted} {word}");
        }
    }

    proptest::proptest! {
        #[test]
        fn distances_are_those_of_optimal_string_alignment(wanted in "[abc]{1,8}", word in "[abcd]{0,9}") {
            let true_distance = strsim::osa_distance(&wanted, &word);
            let expected = u8::try_from(true_distance).ok().filter(|d| *d <= 2);
            let (whole, beginning) = of(&wanted, &word);
            assert_eq!(whole, expected);
            let nearest = (0..=word.len()).map(|end| strsim::osa_distance(&wanted, &word[..end])).min().unwrap();
            assert_eq!(beginning, u8::try_from(nearest).ok().filter(|d| *d <= 2));
        }

        #[test]
        fn any_two_texts_have_a_distance_or_none(wanted in ".{1,60}", word in ".{0,80}") {
            of(&wanted, &word);
        }
    }
}
