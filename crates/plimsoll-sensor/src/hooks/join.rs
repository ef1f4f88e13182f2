//! Makes one list of several while the crate is compiled.

use super::{Hook, Program};

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, which refuses an index that is too large"
)]
pub(super) const fn count(lists: &[&[Program]]) -> usize {
    let (mut count, mut list) = (0, 0);
    while list < lists.len() {
        count += lists[list].len();
        list += 1;
    }
    count
}

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, which refuses an index that is too large"
)]
pub(super) const fn joined<const COUNT: usize>(lists: &[&[Program]]) -> [Program; COUNT] {
    const NONE: Program = super::program("", Hook::Cgroup, &[]);
    let mut joined = [NONE; COUNT];
    let (mut next, mut list) = (0, 0);
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            joined[next] = lists[list][index];
            next += 1;
            index += 1;
        }
        list += 1;
    }
    joined
}

#[cfg(test)]
mod tests {
    use crate::hooks::PROGRAMS;

    #[test]
    fn each_program_is_there_once_and_has_a_name() {
        let mut names: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
        assert_ne!(names[0], "");
    }
}
