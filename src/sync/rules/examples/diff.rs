//! The difference between two texts, line by line.

/// The lines of both texts in their order: `- ` before those that only the first one has, `+ ` before those of the second.
pub(super) fn of(expected: &[&str], actual: &[&str]) -> String {
    let common = common_lengths(expected, actual);
    let (mut at, mut other, mut lines) = (0, 0, Vec::new());
    while at < expected.len() || other < actual.len() {
        match (expected.get(at), actual.get(other)) {
            (Some(left), Some(right)) if left == right => {
                lines.push(format!("    {left}"));
                (at, other) = (at + 1, other + 1);
            }
            (Some(left), right) if right.is_none() || common[at + 1][other] >= common[at][other + 1] => {
                lines.push(format!("  - {left}"));
                at += 1;
            }
            (_, Some(right)) => {
                lines.push(format!("  + {right}"));
                other += 1;
            }
            _ => break,
        }
    }
    lines.join("\n")
}

/// For each pair of positions: how many lines the rests of both have in common.
fn common_lengths(expected: &[&str], actual: &[&str]) -> Vec<Vec<usize>> {
    let mut lengths = vec![vec![0; actual.len() + 1]; expected.len() + 1];
    for at in (0..expected.len()).rev() {
        for other in (0..actual.len()).rev() {
            lengths[at][other] = if expected[at] == actual[other] {
                lengths[at + 1][other + 1] + 1
            } else {
                lengths[at + 1][other].max(lengths[at][other + 1])
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_told_once_and_on_its_side() {
        assert_eq!(of(&["a", "b", "c"], &["a", "x", "c"]), "    a\n  - b\n  + x\n    c");
        assert_eq!(of(&["a"], &[]), "  - a");
        assert_eq!(of(&[], &["a"]), "  + a");
        assert_eq!(of(&["b"], &["a", "b"]), "  + a\n    b");
    }
}
