use super::dialect::MEANT;
use crate::checks::CHECKS;

/// Each names a check that is there, in order, with words of its own where pods have others.
#[test]
fn what_is_meant_is_there() {
    assert!(MEANT.is_sorted_by_key(|meant| meant.id));
    for meant in MEANT {
        let check = CHECKS.iter().find(|check| check.id == meant.id);
        let check = check.unwrap_or_else(|| panic!("{}", meant.id));
        let title = meant.title.unwrap_or(check.title);
        assert!(
            !title.contains("pod ") && !title.contains("node"),
            "{}: {title}",
            meant.id
        );
    }
}
